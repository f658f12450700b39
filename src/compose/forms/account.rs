//! The forms of one's own: the profile, another address, and an organization to be made.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::{
        account::form::{EMAIL, EmailForm, ProfileForm, SAVE},
        founding::form::FoundingForm,
    },
    port::{Account, EmailChange, Founding},
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, caller, done, parameter, typed};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Saves the profile, or mails a link to a new address, and leads to the page.
pub async fn submit(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    if parameter(request, SAVE).as_deref() == Some(EMAIL) {
        let (form, read) = typed::<EmailForm>(body);
        let outcome = after(read, request_email(parts, request, &form)).await;
        return answer(outcome, form);
    }
    let (form, read) = typed::<ProfileForm>(body);
    let outcome = after(read, save_profile(parts, request, &form)).await;
    answer(outcome, form)
}

async fn save_profile(parts: &Arc<ConsoleParts>, request: &Parts, form: &ProfileForm) -> Result<String, AppError> {
    caller(parts, request)?.save_profile(form.parse()?).await?;
    Ok(done(request, Notice::AccountSaved))
}

async fn request_email(parts: &Arc<ConsoleParts>, request: &Parts, form: &EmailForm) -> Result<String, AppError> {
    caller(parts, request)?.request_email(&form.email, &form.password).await?;
    Ok(done(request, Notice::EmailRequested))
}

/// Makes an organization that the person owns, and leads to its Default Project.
pub async fn found(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let (form, read) = typed::<FoundingForm>(body);
    let outcome = after(read, create_organization(parts, request, &form)).await;
    answer(outcome, form)
}

async fn create_organization(parts: &Arc<ConsoleParts>, request: &Parts, form: &FoundingForm) -> Result<String, AppError> {
    let (name, slug) = form.parse()?;
    let home = caller(parts, request)?.create_organization(name, slug).await?;
    Ok(format!("/{}/{}", home.org, home.project))
}
