use async_trait::async_trait;

use crate::model::{
    AppError, ProjectId,
    place::{Home, Place, Places},
};

/// The frame around every page.
#[async_trait]
pub trait Shell: Send + Sync {
    /// Resolves the slugs of the address. `project` is `None` for "All projects", which owners and admins may see.
    ///
    /// # Errors
    /// `SignedOut`; `NotFound` for what does not exist or must not be known; `Forbidden` for "All projects" without the role.
    async fn place(&self, org: &str, project: Option<&str>) -> Result<Place, AppError>;
    /// The orgs and projects of the person that the text `query` finds. `recent` are the projects of the last visits, as the
    /// browser remembers them; those that the person does not see (any more) are left out.
    async fn switcher(&self, query: &str, recent: &[ProjectId]) -> Result<Places, AppError>;
    /// Where `/` leads: `None` for a person without any project.
    async fn home(&self) -> Result<Option<Home>, AppError>;
}
