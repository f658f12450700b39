//! The server functions of the outbox.

use leptos::prelude::*;

use crate::model::{
    AppError, LocalPath, MailId, Page,
    outbox::{DeliveryState, OutboxView},
};
#[cfg(feature = "ssr")]
use crate::port;

/// The mails, for who holds the token that was printed at start.
#[server(endpoint = "operator/outbox")]
pub async fn list_mails(token: String, state: DeliveryState, page: Page) -> Result<OutboxView, AppError> {
    port::port::<dyn port::Outbox>()?.mails(&token, state, page).await
}

/// Lets a mail that was given up wait again, and leads `back` to the list.
#[server(endpoint = "operator/try-mail-again")]
pub async fn try_again(token: String, mail: MailId, back: LocalPath) -> Result<(), AppError> {
    port::port::<dyn port::Outbox>()?.try_again(&token, mail).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
