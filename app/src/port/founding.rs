use async_trait::async_trait;

use crate::model::{AppError, Name, Slug, place::Home};

/// Organizations that people make for themselves.
#[async_trait]
pub trait Founding: Send + Sync {
    /// Whether the person may make an organization: anybody where people may sign up, else who owns one already.
    ///
    /// # Errors
    /// `SignedOut`; `Forbidden` with the reason.
    async fn may_create_organization(&self) -> Result<(), AppError>;

    /// Makes an organization with its Default Project; the person becomes its owner.
    ///
    /// # Errors
    /// As above; `Invalid` for a `slug` that is taken; `Conflict` for who owns too many; `Throttled`.
    async fn create_organization(&self, name: Name, slug: Slug) -> Result<Home, AppError>;
}
