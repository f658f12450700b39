//! The forms of the ways in: sign-up, a new password, a new address.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::entry::form::{EntryForm, EntryOutcome, parse_account},
    port::{EmailChange, Entry},
};
use bytes::Bytes;
use http::request::Parts;

use super::{caller, fields, parameter, show};
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
