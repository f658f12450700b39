use async_trait::async_trait;

use crate::model::{AppError, Listing, Page, audit::AuditEntry, usage::Scope};

/// The audit log, newest first. `page.query` filters by action, actor and target.
#[async_trait]
pub trait Audit: Send + Sync {
    async fn list(&self, scope: Scope, page: Page) -> Result<Listing<AuditEntry>, AppError>;
}
