//! The server functions of the page Organization settings. Its forms are answered by the page itself.

use leptos::prelude::*;

use crate::model::{
    AppError, LocalPath, OrgId,
    organization::{DefaultAccess, OrgSettings},
    project_life::AccessPreview,
};

/// Names and policies of an organization, for its owners.
#[server(endpoint = "organization/settings")]
pub async fn find_organization(org: OrgId) -> Result<OrgSettings, AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.settings(org).await
}

/// The dry run of another Default Project access.
#[server(endpoint = "organization/preview-access")]
pub async fn preview_access(org: OrgId, to: DefaultAccess) -> Result<AccessPreview, AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.preview_access(org, to).await
}

/// Removes the logo of the organization, and leads `back` to the page.
#[server(endpoint = "organization/remove-logo")]
pub async fn remove_logo(org: OrgId, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.remove_logo(org).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
