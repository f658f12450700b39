//! The forms of the ways in: sign-in, sign-up, a new password, a new address.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::{
        entry::form::{EntryForm, EntryOutcome, parse_account},
        signin::{
            NEXT,
            form::{SignInForm, destination},
        },
    },
    port::{EmailChange, Entry, Identity},
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, caller, fields, parameter, show, typed};
use crate::{
    console::ConsoleParts,
    web::{EntryPage, FormAnswer},
};

/// Does what the form of the page is for.
pub async fn submit(parts: &Arc<ConsoleParts>, page: EntryPage, request: &Parts, body: &Bytes) -> FormAnswer {
    let outcome = match fields::<EntryForm>(body) {
        Ok(form) => match act(parts, page, request, &form).await {
            Ok(()) => EntryOutcome::Done(form),
            Err(error) => EntryOutcome::Refused(error, form),
        },
        Err(error) => EntryOutcome::Refused(error, EntryForm::default()),
    };
    let error = match &outcome {
        EntryOutcome::Refused(error, _) => Some(error.clone()),
        EntryOutcome::Done(_) => None,
    };
    show(outcome, error)
}

async fn act(parts: &Arc<ConsoleParts>, page: EntryPage, request: &Parts, form: &EntryForm) -> Result<(), AppError> {
    let console = caller(parts, request)?;
    // The secret of a link stands in the address of the page that the form is on.
    let token = parameter(request, "token").unwrap_or_default();
    match page {
        EntryPage::Forgot => console.request_reset(&form.email).await,
        EntryPage::Reset => console.reset(&token, &form.password).await,
        EntryPage::SignUp => console.request_sign_up(&form.email).await,
        EntryPage::NewAccount => console.sign_up(&token, parse_account(form)?, &form.password).await,
        EntryPage::ConfirmEmail => console.confirm_email(&token).await,
    }
}

/// Signs in and leads to the page that asked for it, if that is one of this console, else to the start.
pub async fn sign_in(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let (form, read) = typed::<SignInForm>(body);
    let outcome = after(read, try_sign_in(parts, request, &form)).await;
    answer(outcome, form)
}

async fn try_sign_in(parts: &Arc<ConsoleParts>, request: &Parts, form: &SignInForm) -> Result<String, AppError> {
    let (email, password) = form.check()?;
    caller(parts, request)?.sign_in(email, password).await?;
    Ok(destination(&parameter(request, NEXT).unwrap_or_default()))
}
