//! The server function of the page.

use leptos::prelude::*;

use crate::model::AppError;

/// Whether the person may make an organization, or why not.
#[server(endpoint = "org/may_create")]
pub async fn may_create_organization() -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Founding>()?.may_create_organization().await
}

/// Makes an organization that the person owns, and leads to its Default Project.
#[server(endpoint = "org/create")]
pub async fn create_organization(name: String, #[server(default)] slug: String) -> Result<(), AppError> {
    let (name, slug) = super::form::parse(&name, &slug)?;
    let home = crate::port::port::<dyn crate::port::Founding>()?
        .create_organization(name, slug)
        .await?;
    leptos_axum::redirect(&format!("/{}/{}", home.org, home.project));
    Ok(())
}
