//! An account without an invitation, by the operator's policy. The address is verified before the account exists.

use app::model::{AccountId, AppError, Name, time::DAY};

use super::{super::Console, address, dead_link};
use crate::{
    access::{Caller, Person},
    audit::Event,
    identity::{append_to_installation, start_session},
    links::LinkKind,
    mail::texts,
    store::{account_links, accounts, mails},
};

/// How long the link works.
const LIFETIME: i64 = DAY;

impl Console {
    /// Nobody signs up before the installation is set up: its first account is made by the set-up link alone.
    pub(super) async fn sign_up_is_open(&self) -> Result<bool, AppError> {
        let closed = self.parts.sign_up == crate::config::SignUp::Closed;
        Ok(!closed && self.store().has_accounts().await?)
    }

    async fn must_be_open(&self) -> Result<(), AppError> {
        if self.sign_up_is_open().await? {
            return Ok(());
        }
        Err(AppError::Forbidden {
            reason: "Accounts here are by invitation.".to_owned(),
        })
    }

    pub(super) async fn ask_for_account(&self, email: &str) -> Result<(), AppError> {
        self.must_be_open().await?;
        let email = address(email)?;
        if !self.parts.sign_up.admits(&email) {
            return Err(AppError::field(
                "email",
                "This installation admits addresses of some domains only, and not of this one.",
            ));
        }
        self.may_ask(LinkKind::SignUp, &email).await?;
        let store = self.store();
        let ambient = &store.ambient;
        let known = store.credentials(&email).await?;
        let now = ambient.now();
        let expires_at = now.plus(LIFETIME);

        let mut tx = store.db.write().await?;
        let link = account_links::insert(&mut tx, ambient, LinkKind::SignUp, &email, None, expires_at).await?;
        let mail = if known.is_some() {
            texts::has_account(&email, now)
        } else {
            texts::sign_up(&email, link, expires_at)
        };
        mails::put(&mut tx, ambient, &mail).await?;
        append_to_installation(&mut tx, store, &self.caller, Event::new("sign_up.requested", "", &email)).await?;
        Ok(tx.commit().await?)
    }

    /// The policy counts at this moment, too: an operator who closes sign-up voids the links that are out.
    pub(super) async fn make_account(&self, token: &str, name: Name, password: &str) -> Result<(), AppError> {
        self.must_be_open().await?;
        let store = self.store();
        let ambient = &store.ambient;
        let mut reader = store.db.read().await?;
        let link = self.opened(&mut reader, LinkKind::SignUp, token).await?.ok_or_else(dead_link)?;
        drop(reader);
        if !self.parts.sign_up.admits(&link.email) {
            return Err(dead_link());
        }
        let person = Person {
            id: ambient.id::<AccountId>(),
            name,
            email: link.email.clone(),
        };
        let hash = self.choose_password(&link, password, &person).await?;
        let caller = Caller {
            person: Some(person.clone()),
            ..self.caller.clone()
        };

        let now = ambient.now();
        let mut tx = store.db.write().await?;
        if !account_links::spend(&mut tx, &link, now).await? {
            return Err(dead_link());
        }
        match accounts::insert(&mut tx, &person.id, &person.name, &person.email, &hash, now.0).await {
            Err(error) if error.is_unique_violation() => {
                return Err(AppError::conflict("This address has an account by now. Sign in instead."));
            }
            other => other?,
        }
        let event = Event::new("account.created", &person.id, &person.email).set("name", &person.name);
        append_to_installation(&mut tx, store, &caller, event).await?;
        tx.commit().await?;
        Ok(start_session(store, &caller, &self.session, &person).await?)
    }
}
