//! The server functions of the Projects page.

use leptos::prelude::*;

use crate::model::{
    AppError, Listing, LocalPath, OrgId, Page, ProjectId, Slug,
    project::{ArchivePreview, ProjectFilter, ProjectRow},
};

/// One page of an organization's projects.
#[server(endpoint = "projects/list")]
pub async fn list_projects(org: OrgId, filter: ProjectFilter, page: Page) -> Result<Listing<ProjectRow>, AppError> {
    crate::port::port::<dyn crate::port::Projects>()?.list(org, filter, page).await
}

/// Makes a project from the fields of the form, and leads to it. `org_slug` is the org's part of the address.
#[server(endpoint = "projects/create")]
pub async fn create_project(
    org: OrgId,
    org_slug: Slug,
    name: String,
    slug: String,
    #[server(default)] description: String,
    environment: String,
) -> Result<(), AppError> {
    let new = super::form::parse(&name, &slug, &description, &environment)?;
    let project = crate::port::port::<dyn crate::port::Projects>()?.create(org, new).await?;
    leptos_axum::redirect(&format!("/{org_slug}/{}/keys", project.slug));
    Ok(())
}

/// The dry run of an archive.
#[server(endpoint = "projects/preview-archive")]
pub async fn preview_archive(project: ProjectId) -> Result<ArchivePreview, AppError> {
    crate::port::port::<dyn crate::port::Projects>()?.preview_archive(project).await
}

/// Archives a project whose name was typed into `confirmation`, and leads `back` to the list.
#[server(endpoint = "projects/archive")]
pub async fn archive_project(project: ProjectId, confirmation: String, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Projects>()?
        .archive(project, &confirmation)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
