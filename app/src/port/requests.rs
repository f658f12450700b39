use async_trait::async_trait;

use crate::model::{
    AppError,
    request::{Part, RequestFilter, RequestLog},
    usage::Scope,
};

/// The request log.
#[async_trait]
pub trait Requests: Send + Sync {
    async fn list(&self, scope: Scope, filter: RequestFilter, part: Part) -> Result<RequestLog, AppError>;
}
