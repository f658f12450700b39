use async_trait::async_trait;

use crate::model::{
    AppError, ProjectId,
    project_life::{DefaultPreview, RestorePreview},
};

/// What becomes of a project after its creation: its way back from the archive, and the Default flag.
#[async_trait]
pub trait ProjectLife: Send + Sync {
    /// The dry run.
    async fn preview_restore(&self, project: ProjectId) -> Result<RestorePreview, AppError>;
    /// The project and its collaborators come back; its keys come back disabled.
    async fn restore(&self, project: ProjectId) -> Result<(), AppError>;
    /// The dry run.
    async fn preview_default(&self, project: ProjectId) -> Result<DefaultPreview, AppError>;
    /// Makes this project the Default Project. The Organization Default Key stays where it is. `seen` is that of the dry run: if
    /// it is another one by now, nothing is changed.
    async fn make_default(&self, project: ProjectId, seen: &str) -> Result<(), AppError>;
}
