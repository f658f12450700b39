//! The forms of pages: what each of them does, and what its page is given.

mod account;
mod collaborators;
mod entry;
mod keys;
mod logo;
mod members;
mod organization;
mod projects;
mod settings;
mod templates;

use std::sync::Arc;

use app::{
    model::{
        AppError,
        place::{OrgRef, ProjectRef},
    },
    port::Shell,
    ui::{Notice, RefusedForm, href, place::ALL_PROJECTS},
};
use bytes::Bytes;
use http::request::Parts;
use leptos::prelude::provide_context;
use serde::de::DeserializeOwned;

use super::serve::console_of;
use crate::{
    console::{Console, ConsoleParts},
    web::{FormAnswer, PageForm},
};

/// Does the work of a form.
pub async fn submit(parts: &Arc<ConsoleParts>, form: PageForm, request: &Parts, body: &Bytes) -> FormAnswer {
    match form {
        PageForm::CreateKey => keys::create(parts, request, body).await,
        PageForm::AddCollaborator => collaborators::add(parts, request, body).await,
        PageForm::Members => members::submit(parts, request, body).await,
        PageForm::AcceptInvitation => members::accept(parts, request, body).await,
        PageForm::Entry(page) => entry::submit(parts, page, request, body).await,
        PageForm::SaveSettings if segments(request).1 == ALL_PROJECTS => organization::save(parts, request, body).await,
        PageForm::SaveSettings => settings::save(parts, request, body).await,
        PageForm::Projects => projects::submit(parts, request, body).await,
        PageForm::SignIn => entry::sign_in(parts, request, body).await,
        PageForm::Account => account::submit(parts, request, body).await,
        PageForm::CreateOrganization => account::found(parts, request, body).await,
    }
}

/// The fields of a form. The error names the form: a browser sends all of them.
fn fields<T: DeserializeOwned>(body: &Bytes) -> Result<T, AppError> {
    serde_urlencoded::from_bytes(body).map_err(|error| AppError::field("form", error.to_string()))
}

/// A form as it was typed, and whether it could be read; one that could not is empty.
fn typed<T: DeserializeOwned + Default>(body: &Bytes) -> (T, Result<(), AppError>) {
    match fields(body) {
        Ok(form) => (form, Ok(())),
        Err(error) => (T::default(), Err(error)),
    }
}

/// What a form that could be read leads to.
async fn after<T>(read: Result<(), AppError>, work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    read?;
    work.await
}

/// The value of a parameter of the address.
fn parameter(request: &Parts, name: &str) -> Option<String> {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(request.uri.query().unwrap_or_default()).ok()?;
    query.into_iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// The first two segments of the address: organization and project.
fn segments(request: &Parts) -> (&str, &str) {
    let mut path = request.uri.path().trim_start_matches('/').split('/');
    (path.next().unwrap_or_default(), path.next().unwrap_or_default())
}

/// The console of the caller.
fn caller(parts: &Arc<ConsoleParts>, request: &Parts) -> Result<Console, AppError> {
    console_of(parts, request).ok_or(AppError::Internal)
}

/// The console of the caller, and the organization of the address `/{org}/~/…` if they may know it.
async fn in_org(parts: &Arc<ConsoleParts>, request: &Parts) -> Result<(Console, OrgRef), AppError> {
    let console = caller(parts, request)?;
    let (org, all) = segments(request);
    if all != ALL_PROJECTS {
        return Err(AppError::NotFound);
    }
    let place = console.place(org, None).await?;
    Ok((console, place.org))
}

/// The console of the caller, and the project of the address `/{org}/{project}/…` if they may know it.
async fn in_project(parts: &Arc<ConsoleParts>, request: &Parts) -> Result<(Console, ProjectRef), AppError> {
    let console = caller(parts, request)?;
    let (org, project) = segments(request);
    let place = console.place(org, Some(project)).await?;
    let project = place.project.ok_or(AppError::NotFound)?;
    Ok((console, project))
}

/// The page of the form, which says what was done; a list stays filtered and sorted as it was.
fn done(request: &Parts, notice: Notice) -> String {
    const LIST: [&str; 9] = ["state", "q", "environment", "owner", "role", "project", "origin", "sort", "page"];
    let values = LIST.map(|name| (name, parameter(request, name).unwrap_or_default()));
    let mut params: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    params.push(notice.param());
    href(request.uri.path(), &params)
}

/// Leads on, or shows the form again with what was typed.
fn answer<F: Send + Sync + 'static>(outcome: Result<String, AppError>, form: F) -> FormAnswer {
    match outcome {
        Ok(to) => FormAnswer::Lead(to),
        Err(error) => show(RefusedForm(error.clone(), form), Some(error)),
    }
}

/// Hands the outcome to the page, with the status of its error if it is one.
fn show<T: Send + Sync + 'static>(outcome: T, error: Option<AppError>) -> FormAnswer {
    FormAnswer::Page {
        error,
        provide: Box::new(move || provide_context(outcome)),
    }
}
