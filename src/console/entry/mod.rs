//! The ways in by links in mails. Nothing here tells whether an address has an account: the same statements run, the same
//! answer is given, and only the mail differs.

mod email;
mod outbox;
mod reset;
mod sign_up;

use app::{
    model::{AppError, Email, LinkId, Name},
    port::Entry,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::Person,
    identity::{ask_for_mail, choose_by_link},
    links::{LinkKind, Links},
    store::{
        account_links::{self, OpenLink},
        db::Connection,
    },
};

/// The answer to a link that is wrong, used or too old.
fn dead_link() -> AppError {
    AppError::conflict("This link is not valid any more.")
}

fn address(text: &str) -> Result<Email, AppError> {
    text.parse::<Email>().map_err(|error| AppError::field("email", error.to_string()))
}

impl Console {
    /// Counts a request for a mail before it is looked at.
    async fn may_ask(&self, kind: LinkKind, email: &Email) -> Result<(), AppError> {
        let asked = ask_for_mail(self.store(), kind.as_str(), email, self.caller.origin.address).await?;
        asked.map_err(AppError::from)
    }

    /// The hash of a new password; the rule knows whose it is. A link that opens is no licence to have any number of them
    /// computed.
    async fn choose_password(&self, link: &OpenLink, password: &str, person: &Person) -> Result<String, AppError> {
        choose_by_link(self.store(), link.id.as_str()).await??;
        let passwords = &self.parts.passwords;
        let chosen = passwords
            .choose(&self.store().ambient, password, &person.email, &person.name)
            .await?;
        chosen.map_err(|refused| AppError::field("password", refused.to_string()))
    }

    /// What a token opens, if it does.
    async fn opened(&self, on: &mut impl Connection, kind: LinkKind, token: &str) -> Result<Option<OpenLink>, AppError> {
        let Some(id) = Links::claimed::<LinkId>(token) else {
            return Ok(None);
        };
        let found = account_links::find(on, &id, kind, self.store().ambient.now()).await?;
        Ok(found.filter(|found| self.parts.links.opens(token, &found.link)))
    }
}

#[async_trait]
impl Entry for Console {
    async fn request_reset(&self, email: &str) -> Result<(), AppError> {
        self.ask_for_reset(email).await
    }

    async fn find_reset(&self, token: &str) -> Result<Option<Email>, AppError> {
        let mut reader = self.store().db.read().await?;
        let link = self.opened(&mut reader, LinkKind::Reset, token).await?;
        Ok(link.filter(|link| link.account.is_some()).map(|link| link.email))
    }

    async fn reset(&self, token: &str, password: &str) -> Result<(), AppError> {
        self.reset_password(token, password).await
    }

    async fn may_sign_up(&self) -> Result<bool, AppError> {
        self.sign_up_is_open().await
    }

    async fn request_sign_up(&self, email: &str) -> Result<(), AppError> {
        self.ask_for_account(email).await
    }

    async fn find_sign_up(&self, token: &str) -> Result<Option<Email>, AppError> {
        let mut reader = self.store().db.read().await?;
        Ok(self.opened(&mut reader, LinkKind::SignUp, token).await?.map(|link| link.email))
    }

    async fn sign_up(&self, token: &str, name: Name, password: &str) -> Result<(), AppError> {
        self.make_account(token, name, password).await
    }
}
