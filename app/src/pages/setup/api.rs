//! The server functions of the set-up page.

use leptos::prelude::*;

use crate::model::{AppError, place::SetupState};

/// Whether this link may set up the installation.
#[server(endpoint = "identity/setup_state")]
pub async fn find_setup_state(token: String) -> Result<SetupState, AppError> {
    crate::port::port::<dyn crate::port::Identity>()?.setup_state(&token).await
}

/// Makes the first account and its organization, and leads to its Default Project.
#[server(endpoint = "identity/set_up")]
pub async fn set_up(token: String, name: String, email: String, password: String, org: String, slug: String) -> Result<(), AppError> {
    let setup = super::form::parse(token, &name, &email, password, &org, &slug)?;
    let home = crate::port::port::<dyn crate::port::Identity>()?.set_up(setup).await?;
    leptos_axum::redirect(&format!("/{}/{}", home.org, home.project));
    Ok(())
}
