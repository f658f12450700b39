//! The server function of the outbox.

use leptos::prelude::*;

use crate::model::{AppError, outbox::OutboxView};

/// The newest mails, for who holds the token that was printed at start.
#[server(endpoint = "operator/outbox")]
pub async fn list_mails(token: String) -> Result<OutboxView, AppError> {
    crate::port::port::<dyn crate::port::Outbox>()?.mails(&token).await
}
