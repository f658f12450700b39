//! The server functions of the entry pages: they look, and change nothing. The forms are answered as pages.

use leptos::prelude::*;

use crate::model::{AppError, Email};

/// Whose password a link changes.
#[server(endpoint = "entry/find_reset")]
pub async fn find_reset(token: String) -> Result<Option<Email>, AppError> {
    crate::port::port::<dyn crate::port::Entry>()?.find_reset(&token).await
}

/// Whether people may make an account by themselves.
#[server(endpoint = "entry/may_sign_up")]
pub async fn may_sign_up() -> Result<bool, AppError> {
    crate::port::port::<dyn crate::port::Entry>()?.may_sign_up().await
}

/// The address of the account that a link makes.
#[server(endpoint = "entry/find_sign_up")]
pub async fn find_sign_up(token: String) -> Result<Option<Email>, AppError> {
    crate::port::port::<dyn crate::port::Entry>()?.find_sign_up(&token).await
}

/// The address that a link confirms.
#[server(endpoint = "entry/find_email")]
pub async fn find_email(token: String) -> Result<Option<Email>, AppError> {
    crate::port::port::<dyn crate::port::EmailChange>()?.find_email(&token).await
}
