use async_trait::async_trait;

use crate::model::{
    AppError, Listing, Page, ProjectId,
    audit::AuditEntry,
    limits_table::{LimitEdit, LimitsPreview, LimitsTable},
    receipt::Lane,
};

/// The two-level limits of a project.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Limits and use of a lane; a plan without flex has the standard lane only.
    async fn table(&self, project: ProjectId, lane: Lane) -> Result<LimitsTable, AppError>;

    /// Sets the project's limits of one row. Refused, naming field and ceiling, when one exceeds the org's.
    async fn set(&self, project: ProjectId, edit: LimitEdit) -> Result<(), AppError>;

    /// What [`Limits::set`] would do; refused like it.
    async fn preview(&self, project: ProjectId, edit: LimitEdit) -> Result<LimitsPreview, AppError>;

    /// The changes of the project's limits and budgets, newest first; for owners and org admins those of the organization's
    /// budget, too.
    async fn history(&self, project: ProjectId, page: Page) -> Result<Listing<AuditEntry>, AppError>;
}
