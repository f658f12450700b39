//! The server function of the Usage page.

use leptos::prelude::*;

use crate::model::{
    AppError, OrgId, ProjectId,
    usage::{Range, UsageReport},
};

/// Metered usage of a project, or of the whole organization.
#[server(endpoint = "usage/report")]
pub async fn get_usage(org: OrgId, project: Option<ProjectId>, range: Range) -> Result<UsageReport, AppError> {
    use crate::model::usage::Scope;
    let scope = project.map_or(Scope::Org(org), Scope::Project);
    crate::port::port::<dyn crate::port::Usage>()?.report(scope, range).await
}
