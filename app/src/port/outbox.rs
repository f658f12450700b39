use async_trait::async_trait;

use crate::model::{AppError, outbox::OutboxView};

/// The mails of an installation without a mail server.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The newest 100, with their links.
    ///
    /// # Errors
    /// `NotFound` for every other token than the one that was printed at start, and where a mail server is set.
    async fn mails(&self, token: &str) -> Result<OutboxView, AppError>;
}
