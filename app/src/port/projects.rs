use async_trait::async_trait;

use crate::model::{
    AppError, Listing, OrgId, Page, ProjectId,
    place::ProjectRef,
    project::{ArchivePreview, NewProject, ProjectFilter, ProjectRow},
};

/// The projects of an organization.
#[async_trait]
pub trait Projects: Send + Sync {
    /// Owners and admins see all, everybody else the projects assigned to them.
    async fn list(&self, org: OrgId, filter: ProjectFilter, page: Page) -> Result<Listing<ProjectRow>, AppError>;
    async fn create(&self, org: OrgId, new: NewProject) -> Result<ProjectRef, AppError>;
    /// The dry run.
    async fn preview_archive(&self, project: ProjectId) -> Result<ArchivePreview, AppError>;
    /// `confirmation` must equal the project's name.
    async fn archive(&self, project: ProjectId, confirmation: &str) -> Result<(), AppError>;
}
