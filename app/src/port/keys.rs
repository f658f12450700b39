use async_trait::async_trait;

use crate::model::{
    AppError, KeyId, Listing, Page, ProjectId,
    key::{ApiKey, CreatedKey, NewKey},
};

/// The API keys of a project.
#[async_trait]
pub trait Keys: Send + Sync {
    async fn list(&self, project: ProjectId, page: Page) -> Result<Listing<ApiKey>, AppError>;
    /// The secret is in the answer and nowhere else.
    async fn create(&self, project: ProjectId, new: NewKey) -> Result<CreatedKey, AppError>;
    /// Reversible; the gateway refuses the key from the next request on.
    async fn disable(&self, project: ProjectId, key: KeyId) -> Result<(), AppError>;
    async fn enable(&self, project: ProjectId, key: KeyId) -> Result<(), AppError>;
    /// Final.
    async fn revoke(&self, project: ProjectId, key: KeyId) -> Result<(), AppError>;
}
