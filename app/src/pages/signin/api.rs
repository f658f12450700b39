//! The server function that ends a session. One begins with the form of the page.

use leptos::prelude::*;

use crate::model::AppError;

/// Ends the session and leads to the sign-in page.
#[server(endpoint = "identity/sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Identity>()?.sign_out().await?;
    leptos_axum::redirect("/signin");
    Ok(())
}
