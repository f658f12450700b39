//! The forms whose answer is a page: what each of them does, and what its page is given.

mod collaborators;
mod entry;
mod keys;
mod logo;
mod members;
mod settings;
mod templates;

use std::sync::Arc;

use app::{
    model::{
        AppError,
        place::{OrgRef, ProjectRef},
    },
    port::Shell,
    ui::place::ALL_PROJECTS,
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL, request::Parts};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use serde::de::DeserializeOwned;

use super::serve::console_of;
use crate::{
    console::{Console, ConsoleParts},
    web::{BeforeRender, PageForm},
};

/// Does the work of a form.
pub async fn submit(parts: &Arc<ConsoleParts>, form: PageForm, request: &Parts, body: &Bytes) -> BeforeRender {
    match form {
        PageForm::CreateKey => keys::create(parts, request, body).await,
        PageForm::AddCollaborator => collaborators::add(parts, request, body).await,
        PageForm::Invite => members::invite(parts, request, body).await,
        PageForm::AcceptInvitation => members::accept(parts, request, body).await,
        PageForm::Entry(page) => entry::submit(parts, page, request, body).await,
        PageForm::SaveSettings if segments(request).1 == ALL_PROJECTS => logo::set(parts, request, body).await,
        PageForm::SaveSettings => settings::save(parts, request, body).await,
        PageForm::UseTemplate => templates::submit(parts, request, body).await,
    }
}

/// The fields of a form. The error names the form: a browser sends all of them.
fn fields<T: DeserializeOwned>(body: &Bytes) -> Result<T, AppError> {
    serde_urlencoded::from_bytes(body).map_err(|error| AppError::field("form", error.to_string()))
}

/// The first two segments of the address: organization and project.
fn segments(request: &Parts) -> (&str, &str) {
    let mut path = request.uri.path().trim_start_matches('/').split('/');
    (path.next().unwrap_or_default(), path.next().unwrap_or_default())
}

/// The console of the caller, and the organization of the address `/{org}/~/…` if they may know it.
async fn in_org(parts: &Arc<ConsoleParts>, request: &Parts) -> Result<(Console, OrgRef), AppError> {
    let console = console_of(parts, request).ok_or(AppError::Internal)?;
    let (org, all) = segments(request);
    if all != ALL_PROJECTS {
        return Err(AppError::NotFound);
    }
    let place = console.place(org, None).await?;
    Ok((console, place.org))
}

/// The console of the caller, and the project of the address `/{org}/{project}/…` if they may know it.
async fn in_project(parts: &Arc<ConsoleParts>, request: &Parts) -> Result<(Console, ProjectRef), AppError> {
    let console = console_of(parts, request).ok_or(AppError::Internal)?;
    let (org, project) = segments(request);
    let place = console.place(org, Some(project)).await?;
    let project = place.project.ok_or(AppError::NotFound)?;
    Ok((console, project))
}

/// Hands the outcome to the page, with the status of its error if it is one. Nothing may store the answer: it holds a
/// secret, or what a person typed.
fn show<T: Send + Sync + 'static>(outcome: T, error: Option<&AppError>) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(error) = error {
            response.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        }
    }
    provide_context(outcome);
}
