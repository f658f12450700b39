//! The form of a project's details.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::project::form::{SettingsForm, parse},
    port::ProjectSettings,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, done, in_project, typed};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Saves the details and leads to the page, which leads on if the address of the project is another one now.
pub async fn save(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let (form, read) = typed::<SettingsForm>(body);
    let outcome = after(read, update(parts, request, &form)).await;
    answer(outcome, form)
}

async fn update(parts: &Arc<ConsoleParts>, request: &Parts, form: &SettingsForm) -> Result<String, AppError> {
    let (console, project) = in_project(parts, request).await?;
    console.update(project.id, parse(form)?, &form.seen).await?;
    Ok(done(request, Notice::ProjectSaved))
}
