//! The forms of the page Organization settings.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::organization::form::{ACCESS, AccessForm, COLOUR, ColourForm, EXTERNAL, ExternalForm, NAMES, NamesForm, SAVE},
    port::Organization,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, done, in_org, logo, parameter, typed};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Saves what the address names, and leads to the page. Without a word it is the logo.
pub async fn save(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    if let Some(to) = parameter(request, ACCESS) {
        let (form, read) = typed::<AccessForm>(body);
        let form = AccessForm { to, ..form };
        let outcome = after(read, set_access(parts, request, &form)).await;
        return answer(outcome, form);
    }
    match parameter(request, SAVE).as_deref() {
        Some(NAMES) => {
            let (form, read) = typed::<NamesForm>(body);
            let outcome = after(read, rename(parts, request, &form)).await;
            answer(outcome, form)
        }
        Some(COLOUR) => {
            let (form, read) = typed::<ColourForm>(body);
            let outcome = after(read, set_colour(parts, request, &form)).await;
            answer(outcome, form)
        }
        Some(EXTERNAL) => {
            let (form, read) = typed::<ExternalForm>(body);
            let outcome = after(read, set_external(parts, request, &form)).await;
            answer(outcome, form)
        }
        _ => logo::set(parts, request, body).await,
    }
}

async fn rename(parts: &Arc<ConsoleParts>, request: &Parts, form: &NamesForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.rename(org.id, form.parse()?, &form.seen).await?;
    Ok(done(request, Notice::OrganizationSaved))
}

async fn set_colour(parts: &Arc<ConsoleParts>, request: &Parts, form: &ColourForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.set_colour(org.id, form.parse()?).await?;
    Ok(done(request, Notice::OrganizationSaved))
}

async fn set_external(parts: &Arc<ConsoleParts>, request: &Parts, form: &ExternalForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.set_external(org.id, form.parse()?).await?;
    Ok(done(request, Notice::OrganizationSaved))
}

async fn set_access(parts: &Arc<ConsoleParts>, request: &Parts, form: &AccessForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.set_access(org.id, form.parse()?, &form.seen).await?;
    Ok(done(request, Notice::OrganizationSaved))
}
