use async_trait::async_trait;

use crate::model::{
    AppError, Listing, Page, ProjectId,
    audit::AuditEntry,
    limits_table::{LimitEdit, LimitsPreview, LimitsTable},
};

/// The two-level limits of a project.
#[async_trait]
pub trait Limits: Send + Sync {
    async fn table(&self, project: ProjectId) -> Result<LimitsTable, AppError>;

    /// Sets the project's limits of one row. Refused, naming field and ceiling, when one exceeds the org's.
    async fn set(&self, project: ProjectId, edit: LimitEdit) -> Result<(), AppError>;

    /// What [`Limits::set`] would do; refused like it.
    async fn preview(&self, project: ProjectId, edit: LimitEdit) -> Result<LimitsPreview, AppError>;

    /// The changes of the project's limits and budgets, newest first; for owners and org admins those of the organization's
    /// budget, too.
    async fn history(&self, project: ProjectId, page: Page) -> Result<Listing<AuditEntry>, AppError>;
}
