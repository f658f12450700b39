//! The server functions of the Projects page. Forms with something to type are answered by the page itself.

use leptos::prelude::*;

use crate::model::{
    AppError, LocalPath, OrgId, Page, ProjectId,
    project::{ArchivePreview, ProjectFilter, ProjectList},
    project_life::{DefaultPreview, RestorePreview},
};

/// One page of an organization's projects, and what holds for all of them.
#[server(endpoint = "projects/list")]
pub async fn list_projects(org: OrgId, #[server(default)] filter: ProjectFilter, page: Page) -> Result<ProjectList, AppError> {
    crate::port::port::<dyn crate::port::Projects>()?.list(org, filter, page).await
}

/// The dry run of an archive.
#[server(endpoint = "projects/preview-archive")]
pub async fn preview_archive(project: ProjectId) -> Result<ArchivePreview, AppError> {
    crate::port::port::<dyn crate::port::Projects>()?.preview_archive(project).await
}

/// The dry run of a restore.
#[server(endpoint = "projects/preview-restore")]
pub async fn preview_restore(project: ProjectId) -> Result<RestorePreview, AppError> {
    crate::port::port::<dyn crate::port::ProjectLife>()?.preview_restore(project).await
}

/// Restores an archived project, and leads `back` to the list.
#[server(endpoint = "projects/restore")]
pub async fn restore_project(project: ProjectId, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::ProjectLife>()?.restore(project).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// The dry run of another Default Project.
#[server(endpoint = "projects/preview-default")]
pub async fn preview_default(project: ProjectId) -> Result<DefaultPreview, AppError> {
    crate::port::port::<dyn crate::port::ProjectLife>()?.preview_default(project).await
}

/// Makes a project the Default Project, and leads `back` to the list. `seen` is what the dry run was worked out from.
#[server(endpoint = "projects/make-default")]
pub async fn make_default(project: ProjectId, seen: String, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::ProjectLife>()?
        .make_default(project, &seen)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
