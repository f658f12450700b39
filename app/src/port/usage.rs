use async_trait::async_trait;

use crate::model::{
    AppError,
    usage::{Range, Scope, UsageReport},
};

/// Metered usage.
#[async_trait]
pub trait Usage: Send + Sync {
    async fn report(&self, scope: Scope, range: Range) -> Result<UsageReport, AppError>;
}
