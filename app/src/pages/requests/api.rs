//! The server function of the Request log.

use leptos::prelude::*;

use crate::model::{
    AppError, OrgId, ProjectId,
    request::{Part, RequestFilter, RequestLog},
};

/// The requests of a project, or of the whole organization, newest first.
#[server(endpoint = "requests/list")]
pub async fn list_requests(org: OrgId, project: Option<ProjectId>, filter: RequestFilter, part: Part) -> Result<RequestLog, AppError> {
    use crate::model::usage::Scope;
    let scope = project.map_or(Scope::Org(org), Scope::Project);
    crate::port::port::<dyn crate::port::Requests>()?.list(scope, filter, part).await
}
