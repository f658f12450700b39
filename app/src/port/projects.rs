use async_trait::async_trait;

use crate::model::{
    AppError, OrgId, Page, ProjectId,
    place::ProjectRef,
    project::{ArchivePreview, NewProject, ProjectFilter, ProjectList},
    template::{FromTemplate, Planned},
};

/// The projects of an organization.
#[async_trait]
pub trait Projects: Send + Sync {
    /// For owners and admins.
    async fn list(&self, org: OrgId, filter: ProjectFilter, page: Page) -> Result<ProjectList, AppError>;
    async fn create(&self, org: OrgId, new: NewProject) -> Result<ProjectRef, AppError>;
    /// The dry run of a template: what [`create_from_template`](Self::create_from_template) would make, or its error.
    async fn preview_template(&self, org: OrgId, from: &FromTemplate) -> Result<Vec<Planned>, AppError>;
    /// Makes all projects of a template, or none.
    async fn create_from_template(&self, org: OrgId, from: &FromTemplate) -> Result<(), AppError>;
    /// The dry run.
    async fn preview_archive(&self, project: ProjectId) -> Result<ArchivePreview, AppError>;
    /// `confirmation` must equal the project's name, `password` is that of the caller.
    async fn archive(&self, project: ProjectId, confirmation: &str, password: &str) -> Result<(), AppError>;
}
