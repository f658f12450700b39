//! The server function of the page Project settings. Its form is answered by the page itself, so that what was typed stays
//! without script, too.

use leptos::prelude::*;

use crate::model::{AppError, ProjectId, project_settings::SettingsView};

/// The details of a project, for its admins.
#[server(endpoint = "project/settings")]
pub async fn find_settings(project: ProjectId) -> Result<SettingsView, AppError> {
    crate::port::port::<dyn crate::port::ProjectSettings>()?.details(project).await
}
