use async_trait::async_trait;

use crate::model::{
    AppError, ProjectId,
    limit::{LimitEdit, LimitsTable},
};

/// The two-level limits of a project.
#[async_trait]
pub trait Limits: Send + Sync {
    async fn table(&self, project: ProjectId) -> Result<LimitsTable, AppError>;
    /// Sets the project's limits of one row. Refused, naming field and ceiling, when one exceeds the org's.
    async fn set(&self, project: ProjectId, edit: LimitEdit) -> Result<(), AppError>;
}
