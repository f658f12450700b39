use async_trait::async_trait;

use crate::model::{
    AccountId, AppError, KeyId, Page, ProjectId, ProjectRole,
    collaborator::{self, Addition, CollaboratorFilter, NewCollaborator, RemovalPreview},
};

/// The people of a project.
#[async_trait]
pub trait Collaborators: Send + Sync {
    /// Somebody outside of the organization sees nobody who was not added to the project.
    async fn list(&self, project: ProjectId, filter: CollaboratorFilter, page: Page) -> Result<collaborator::Collaborators, AppError>;
    /// Looks the address up, which is counted and recorded whatever comes of it, and adds its account. Not counted is the one
    /// look-up that confirms what was announced to the same person, and that of a colleague who was added by another one.
    async fn add(&self, project: ProjectId, new: NewCollaborator) -> Result<Addition, AppError>;
    /// `seen` is the role that the person had when the form was made.
    async fn set_role(&self, project: ProjectId, account: AccountId, role: ProjectRole, seen: ProjectRole) -> Result<(), AppError>;
    /// The dry run.
    async fn preview_removal(&self, project: ProjectId, account: AccountId) -> Result<RemovalPreview, AppError>;
    /// Revokes every key of the project that the person made, too, but for those that are `kept`; these have to be such keys.
    async fn remove(&self, project: ProjectId, account: AccountId, kept: Vec<KeyId>) -> Result<(), AppError>;
}
