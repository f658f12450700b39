//! A new password by a link in a mail.

use app::model::{AccountId, AppError, time::MINUTE};

use super::{super::Console, address, dead_link};
use crate::{
    access::Person,
    audit::Event,
    identity::{Attempt, append_everywhere, append_to_installation},
    links::LinkKind,
    mail::texts,
    store::{account_links, accounts, mails, sessions},
};

/// How long the link works.
const LIFETIME: i64 = 30 * MINUTE;

impl Console {
    pub(super) async fn ask_for_reset(&self, email: &str) -> Result<(), AppError> {
        let email = address(email)?;
        self.may_ask(LinkKind::Reset, &email).await?;
        let store = self.store();
        let ambient = &store.ambient;
        let person = store.credentials(&email).await?.map(|known| known.person);
        let account = person.as_ref().map(|person| &person.id);
        let expires_at = ambient.now().plus(LIFETIME);

        let mut tx = store.db.write().await?;
        let link = account_links::insert(&mut tx, ambient, LinkKind::Reset, &email, account, expires_at).await?;
        let mail = texts::reset(&email, link, expires_at);
        if person.is_some() {
            mails::put(&mut tx, ambient, &mail).await?;
        } else {
            mails::put_void(&mut tx, ambient, &mail).await?;
        }
        let event = Event::new(
            "password_reset.requested",
            account.map(AccountId::as_str).unwrap_or_default(),
            &email,
        );
        append_to_installation(&mut tx, store, &self.caller, event).await?;
        Ok(tx.commit().await?)
    }

    /// The hash is made only for a link that opens, and before the transaction begins.
    pub(super) async fn reset_password(&self, token: &str, password: &str) -> Result<(), AppError> {
        let store = self.store();
        let ambient = &store.ambient;
        let mut reader = store.db.read().await?;
        let link = self.opened(&mut reader, LinkKind::Reset, token).await?.ok_or_else(dead_link)?;
        let account = link.account.clone().ok_or_else(dead_link)?;
        let person = accounts::person(&mut reader, &account).await?.ok_or_else(dead_link)?;
        drop(reader);
        let hash = self.choose_password(&link, password, &person).await?;

        let now = ambient.now();
        let mut tx = store.db.write().await?;
        accounts::lock(&mut tx, &account).await?;
        if !account_links::spend(&mut tx, &link, now).await? {
            return Err(dead_link());
        }
        accounts::set_password(&mut tx, &account, &hash).await?;
        account_links::void(&mut tx, &account, now).await?;
        let ended = sessions::end_all(&mut tx, &account, None).await?;
        mails::put(&mut tx, ambient, &texts::password_changed(&person.email, now)).await?;
        let event = Event::new("account.password_reset", &account, &person.email).set("sessions ended", ended);
        append_everywhere(&mut tx, store, &self.caller, &person, event).await?;
        tx.commit().await?;
        self.forget_guesses(&person).await
    }

    /// Who just chose a password is not kept out by their own guesses at the old one.
    async fn forget_guesses(&self, person: &Person) -> Result<(), AppError> {
        let attempt = Attempt::new(&person.email, self.caller.origin.address);
        Ok(attempt.succeeded(self.store()).await?)
    }
}
