//! Another e-mail address for an account.

use app::{
    model::{AppError, Email, time::DAY},
    port::EmailChange,
};
use async_trait::async_trait;

use super::{super::Console, address, dead_link};
use crate::{
    audit::Event,
    identity::{append_everywhere, append_to_installation, confirm},
    links::LinkKind,
    mail::texts,
    store::{account_links, accounts, mails},
};

/// How long the link works.
const LIFETIME: i64 = DAY;

#[async_trait]
impl EmailChange for Console {
    /// Guesses at the password are counted together with those at sign-in.
    async fn request_email(&self, email: &str, password: &str) -> Result<(), AppError> {
        let person = self.person()?.clone();
        let new = address(email)?;
        if new == person.email {
            return Err(AppError::field("email", "This is your address already."));
        }
        let store = self.store();
        let ambient = &store.ambient;
        confirm(store, &self.parts.passwords, &self.caller, password).await?;
        self.may_ask(LinkKind::Email, &new).await?;
        let taken = store.credentials(&new).await?.is_some();

        let now = ambient.now();
        let expires_at = now.plus(LIFETIME);
        let mut tx = store.db.write().await?;
        accounts::lock(&mut tx, &person.id).await?;
        account_links::void(&mut tx, &person.id, now).await?;
        let link = account_links::insert(&mut tx, ambient, LinkKind::Email, &new, Some(&person.id), expires_at).await?;
        let mail = if taken {
            texts::address_taken(&new, now)
        } else {
            texts::confirm_address(&new, link, expires_at)
        };
        mails::put(&mut tx, ambient, &mail).await?;
        mails::put(&mut tx, ambient, &texts::address_may_change(&person.email, &new, now)).await?;
        let event = Event::new("account.email_change_requested", &person.id, &person.email).set("e-mail", &new);
        append_to_installation(&mut tx, store, &self.caller, event).await?;
        Ok(tx.commit().await?)
    }

    async fn find_email(&self, token: &str) -> Result<Option<Email>, AppError> {
        let mut reader = self.store().db.read().await?;
        Ok(self.opened(&mut reader, LinkKind::Email, token).await?.map(|link| link.email))
    }

    /// The password was proven when the link was asked for, and the link proves the address; so no session is needed.
    async fn confirm_email(&self, token: &str) -> Result<(), AppError> {
        let store = self.store();
        let ambient = &store.ambient;
        let mut reader = store.db.read().await?;
        let link = self.opened(&mut reader, LinkKind::Email, token).await?.ok_or_else(dead_link)?;
        let account = link.account.clone().ok_or_else(dead_link)?;
        let person = accounts::person(&mut reader, &account).await?.ok_or_else(dead_link)?;
        drop(reader);

        let now = ambient.now();
        let mut tx = store.db.write().await?;
        accounts::lock(&mut tx, &account).await?;
        if !account_links::spend(&mut tx, &link, now).await? {
            return Err(dead_link());
        }
        match accounts::set_email(&mut tx, &account, &link.email).await {
            Err(error) if error.is_unique_violation() => {
                return Err(AppError::conflict("Another account has this address by now."));
            }
            other => other?,
        }
        // Links to a new password that went to the old address end with it.
        account_links::void(&mut tx, &account, now).await?;
        let notice = texts::address_changed(&person.email, &link.email, self.parts.whom_to_ask(), now);
        mails::put(&mut tx, ambient, &notice).await?;
        let (before, after) = (person.email.to_string(), link.email.to_string());
        let event = Event::new("account.email_changed", &account, &person.name).change("e-mail", Some(before), Some(after));
        append_everywhere(&mut tx, store, &self.caller, &person, event).await?;
        Ok(tx.commit().await?)
    }
}
