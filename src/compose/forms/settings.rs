//! The form of a project's details.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::project::{
        RefusedSettings,
        form::{SettingsForm, parse},
    },
    port::ProjectSettings,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{fields, in_project, show};
use crate::{console::ConsoleParts, web::BeforeRender};

/// Saves the details and leads to the page, which leads on if the address of the project is another one now.
pub async fn save(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> BeforeRender {
    let refused = match fields::<SettingsForm>(body) {
        Ok(form) => match try_save(parts, request, &form).await {
            Ok(()) => {
                let (name, value) = Notice::ProjectSaved.param();
                let page = format!("{}?{name}={value}", request.uri.path());
                return Box::new(move || leptos_axum::redirect(&page));
            }
            Err(error) => RefusedSettings(error, form),
        },
        Err(error) => RefusedSettings(error, SettingsForm::default()),
    };
    Box::new(move || {
        let error = refused.0.clone();
        show(refused, Some(&error));
    })
}

async fn try_save(parts: &Arc<ConsoleParts>, request: &Parts, form: &SettingsForm) -> Result<(), AppError> {
    let (console, project) = in_project(parts, request).await?;
    console.update(project.id, parse(form)?, &form.seen).await
}
