//! The mails of the installation, for its operator.

use app::{
    model::{
        AppError, Listing, MailId, Page,
        outbox::{DeliveryState, OutboxMail, OutboxView},
    },
    port::Outbox,
};
use async_trait::async_trait;

use super::super::Console;
use crate::{
    audit::Event,
    identity::append_to_installation,
    mail::{self, OutboxLink},
    store::mails::{self, Requeued, State},
};

/// What is written where a mail cannot be tried again.
const NOT_GIVEN_UP: &str = "This mail waits already, or was sent meanwhile.";
const ENDED: &str =
    "This mail is of no use any more: its link has ended, was used, or was replaced by a newer one. Whoever wants it can ask again.";

impl Console {
    /// The outbox, if the token is its own.
    fn outbox(&self, token: &str) -> Result<&OutboxLink, AppError> {
        let outbox = self.parts.outbox.as_ref().filter(|outbox| outbox.opens(token));
        outbox.ok_or(AppError::NotFound)
    }

    /// One page of the mails, as their readers would get them.
    async fn mails_by_hand(&self, outbox: &OutboxLink, page: &Page) -> Result<OutboxView, AppError> {
        let found = self.store().newest_mails(page).await?;
        let mails = found.rows.into_iter().map(|(mail, ended)| {
            let link = mail::address(&mail.link, &self.parts.links, outbox.origin()).map_err(|problem| {
                tracing::error!(mail = %mail.id, problem, "a mail has no link");
                AppError::Internal
            })?;
            Ok(OutboxMail {
                text: mail::filled(&mail.body, &link),
                link,
                id: mail.id,
                to: mail.to,
                subject: mail.subject,
                created_at: mail.created_at,
                ended,
            })
        });
        Ok(OutboxView::ByHand(Listing {
            rows: mails.collect::<Result<_, AppError>>()?,
            total: found.total,
            unfiltered: found.unfiltered,
            page: found.page,
            now: found.now,
        }))
    }
}

#[async_trait]
impl Outbox for Console {
    async fn mails(&self, token: &str, state: DeliveryState, page: Page) -> Result<OutboxView, AppError> {
        let outbox = self.outbox(token)?;
        if outbox.has_mail_server() {
            Ok(OutboxView::Undelivered(self.store().undelivered_mails(state, &page).await?))
        } else {
            self.mails_by_hand(outbox, &page).await
        }
    }

    async fn try_again(&self, token: &str, mail: MailId) -> Result<(), AppError> {
        if !self.outbox(token)?.has_mail_server() {
            return Err(AppError::NotFound);
        }
        let store = self.store();
        let mut tx = store.db.write().await?;
        let (to, attempts) = match mails::requeue(&mut tx, &mail, store.ambient.now()).await? {
            Requeued::Done { to, attempts } => (to, attempts),
            Requeued::NotFailed => return Err(AppError::conflict(NOT_GIVEN_UP)),
            Requeued::Ended => return Err(AppError::conflict(ENDED)),
            Requeued::Unknown => return Err(AppError::NotFound),
        };
        let word = |state: State| Some(state.as_str().to_owned());
        let event = Event::new("mail.requeued", &mail, &to)
            .set("by", "outbox link")
            .change("state", word(State::Failed), word(State::Waiting))
            .change("attempts", Some(attempts.to_string()), Some("0".to_owned()));
        append_to_installation(&mut tx, store, &self.caller, event).await?;
        Ok(tx.commit().await?)
    }
}
