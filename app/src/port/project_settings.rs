use async_trait::async_trait;

use crate::model::{
    AppError, ProjectId,
    project_settings::{ProjectDetails, SettingsView},
};

/// The details of one project, for its admins.
#[async_trait]
pub trait ProjectSettings: Send + Sync {
    async fn details(&self, project: ProjectId) -> Result<SettingsView, AppError>;
    /// Saves them. `seen` is the [`ProjectDetails::version`] that the form was filled from: if it is not that of now, nothing
    /// is saved.
    async fn update(&self, project: ProjectId, details: ProjectDetails, seen: &str) -> Result<(), AppError>;
}
