use async_trait::async_trait;

use crate::model::{
    AppError,
    search::{Found, Search},
};

/// The search of the palette.
#[async_trait]
pub trait Finder: Send + Sync {
    /// Projects and keys that the person sees, and people that they may know: members of the organization for those who
    /// manage them, collaborators of the project for its admins. A place that is none of theirs finds nobody.
    ///
    /// # Errors
    /// `SignedOut`.
    async fn search(&self, search: Search) -> Result<Found, AppError>;
}
