//! The server function of receipts.

use leptos::prelude::*;

use crate::model::{AppError, OrgId, ProjectId, RequestId, receipt_detail::ReceiptDetail, usage::Scope};

/// A request with its receipt: one of the project, or without one of the whole organization.
#[server(endpoint = "receipts/find")]
pub async fn find_receipt(org: OrgId, project: Option<ProjectId>, id: RequestId) -> Result<ReceiptDetail, AppError> {
    let scope = project.map_or(Scope::Org(org), Scope::Project);
    crate::port::port::<dyn crate::port::Receipts>()?.receipt(scope, id).await
}
