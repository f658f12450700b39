//! The server functions of the page Organization settings.

use leptos::prelude::*;

use crate::model::{
    AppError, LocalPath, Name, OrgId, Slug,
    branding::Colour,
    error::Fields,
    organization::{DefaultAccess, OrgNames, OrgSettings},
    project_life::AccessPreview,
};

/// Names and policies of an organization, for its owners.
#[server(endpoint = "organization/settings")]
pub async fn find_organization(org: OrgId) -> Result<OrgSettings, AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.settings(org).await
}

/// Sets name and address of the organization, and leads `back` to the page. `seen` is the version of both that the form was
/// filled from.
#[server(endpoint = "organization/rename")]
pub async fn rename_organization(org: OrgId, name: String, slug: String, seen: String, back: LocalPath) -> Result<(), AppError> {
    let mut fields = Fields::default();
    let names = fields
        .parse("name", name.parse::<Name>())
        .zip(fields.parse("slug", slug.parse::<Slug>()));
    let Some((name, slug)) = names else {
        return Err(fields.into_error());
    };
    crate::port::port::<dyn crate::port::Organization>()?
        .rename(org, OrgNames { name, slug }, &seen)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// The dry run of another Default Project access.
#[server(endpoint = "organization/preview-access")]
pub async fn preview_access(org: OrgId, to: DefaultAccess) -> Result<AccessPreview, AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.preview_access(org, to).await
}

/// Sets who reaches the Default Project, and leads `back` to the page.
#[server(endpoint = "organization/set-access")]
pub async fn set_access(org: OrgId, to: DefaultAccess, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.set_access(org, to).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// Sets whether projects may have collaborators from outside, and leads `back` to the page.
#[server(endpoint = "organization/set-external")]
pub async fn set_external(org: OrgId, allowed: bool, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Organization>()?
        .set_external(org, allowed)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// Sets the colour of the organization, and leads `back` to the page. Without one it is that of the product again.
#[server(endpoint = "organization/set-colour")]
pub async fn set_colour(org: OrgId, #[server(default)] colour: String, back: LocalPath) -> Result<(), AppError> {
    let mut fields = Fields::default();
    let colour = match colour.trim() {
        "" => None,
        text => fields.parse("colour", text.parse::<Colour>()),
    };
    if !fields.is_empty() {
        return Err(fields.into_error());
    }
    crate::port::port::<dyn crate::port::Organization>()?
        .set_colour(org, colour)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// Removes the logo of the organization, and leads `back` to the page.
#[server(endpoint = "organization/remove-logo")]
pub async fn remove_logo(org: OrgId, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Organization>()?.remove_logo(org).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
