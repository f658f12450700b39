//! The server function of the Audit page.

use leptos::prelude::*;

use crate::model::{AppError, Listing, OrgId, Page, ProjectId, audit::AuditEntry};

/// The records of a project, or of the whole organization, newest first.
#[server(endpoint = "audit/list")]
pub async fn list_audit(org: OrgId, project: Option<ProjectId>, page: Page) -> Result<Listing<AuditEntry>, AppError> {
    use crate::model::usage::Scope;
    let scope = project.map_or(Scope::Org(org), Scope::Project);
    crate::port::port::<dyn crate::port::Audit>()?.list(scope, page).await
}
