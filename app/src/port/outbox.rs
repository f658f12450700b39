use async_trait::async_trait;

use crate::model::{
    AppError, MailId, Page,
    outbox::{DeliveryState, OutboxView},
};

/// The mails of the installation, for who holds the token that was printed at start. For every other one there is no such page:
/// `NotFound`.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Without a mail server the mails with their links, whatever their state; with one those in this state. `page.query`
    /// filters by recipient.
    async fn mails(&self, token: &str, state: DeliveryState, page: Page) -> Result<OutboxView, AppError>;

    /// Lets the mail server be asked again for a mail that was given up.
    ///
    /// # Errors
    /// `NotFound` for what is no mail, and without a mail server; `Conflict` if it waits already, was sent, or is of no use any more.
    async fn try_again(&self, token: &str, mail: MailId) -> Result<(), AppError>;
}
