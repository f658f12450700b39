//! The server functions of the Limits page.

use leptos::prelude::*;

use crate::model::{AppError, LocalPath, ProjectId, limit::LimitsTable};

/// Both levels of a project's limits, with live use.
#[server(endpoint = "limits/table")]
pub async fn get_limits(project: ProjectId) -> Result<LimitsTable, AppError> {
    crate::port::port::<dyn crate::port::Limits>()?.table(project).await
}

/// Sets the project's limits of one row from the fields of the form, and leads `back` to the table.
#[server(endpoint = "limits/set")]
pub async fn set_limits(
    project: ProjectId,
    model: String,
    #[server(default)] requests: String,
    #[server(default)] tokens: String,
    back: LocalPath,
) -> Result<(), AppError> {
    let edit = super::form::parse(&model, &requests, &tokens)?;
    crate::port::port::<dyn crate::port::Limits>()?.set(project, edit).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
