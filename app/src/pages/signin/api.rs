//! The server functions of the session.

use leptos::prelude::*;

use crate::model::AppError;

/// Signs in and leads to `next`, if that is a path of this console, else to the start.
#[server(endpoint = "identity/sign_in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), AppError> {
    let (email, password) = super::form::check(&email, &password)?;
    crate::port::port::<dyn crate::port::Identity>()?.sign_in(email, password).await?;
    leptos_axum::redirect(&super::form::destination(&next));
    Ok(())
}

/// Ends the session and leads to the sign-in page.
#[server(endpoint = "identity/sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Identity>()?.sign_out().await?;
    leptos_axum::redirect("/signin");
    Ok(())
}
