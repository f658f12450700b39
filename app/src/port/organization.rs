use async_trait::async_trait;

use crate::model::{
    AppError, OrgId,
    branding::Colour,
    organization::{DefaultAccess, OrgNames, OrgSettings},
    project_life::AccessPreview,
};

/// Names and policies of an organization, for its owners.
#[async_trait]
pub trait Organization: Send + Sync {
    async fn settings(&self, org: OrgId) -> Result<OrgSettings, AppError>;
    /// `seen` is the [`OrgNames::version`] that the form was filled from: if it is another one by now, nothing is saved. Old
    /// addresses go on to lead to the organization.
    async fn rename(&self, org: OrgId, names: OrgNames, seen: &str) -> Result<(), AppError>;
    /// The dry run.
    async fn preview_access(&self, org: OrgId, to: DefaultAccess) -> Result<AccessPreview, AppError>;
    /// `seen` is that of the dry run: if it is another one by now, nothing is changed.
    async fn set_access(&self, org: OrgId, to: DefaultAccess, seen: &str) -> Result<(), AppError>;
    /// Switching it off stops adding; people from outside who are collaborators already stay until they are removed.
    async fn set_external(&self, org: OrgId, allowed: bool) -> Result<(), AppError>;
    /// `None` gives it the colour of the product back.
    async fn set_colour(&self, org: OrgId, colour: Option<Colour>) -> Result<(), AppError>;
    async fn remove_logo(&self, org: OrgId) -> Result<(), AppError>;
}
