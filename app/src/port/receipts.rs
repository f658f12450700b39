use async_trait::async_trait;

use crate::model::{AppError, RequestId, receipt_detail::ReceiptDetail, usage::Scope};

/// Requests with their receipts.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// The request with this id, if it belongs to the scope. One of another project or organization is `NotFound`, as is one
    /// that was never kept.
    async fn receipt(&self, scope: Scope, id: RequestId) -> Result<ReceiptDetail, AppError>;
}
