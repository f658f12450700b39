//! The forms that bring people in, or hand an organization over.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::{
        invite::form::AcceptForm,
        members::{InviteOutcome, form::TransferForm, invite_form::InviteForm},
    },
    port::{Invitations, Members},
    ui::{Notice, href},
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, caller, done, fields, in_org, parameter, show, typed};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Gives the ownership away with `?transfer=…`, or sends invitations.
pub async fn submit(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    if parameter(request, "transfer").is_none() {
        return invite(parts, request, body).await;
    }
    let (form, read) = typed::<TransferForm>(body);
    let outcome = after(read, transfer(parts, request, &form)).await;
    answer(outcome, form)
}

async fn transfer(parts: &Arc<ConsoleParts>, request: &Parts, form: &TransferForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.transfer(org.id, form.parse()?).await?;
    Ok(done(request, Notice::OwnershipTransferred))
}

/// Sends invitations, and leads to the list; else, and while projects are looked for, the form keeps what was typed.
async fn invite(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let (outcome, form) = match fields(body).map(InviteForm::from_pairs) {
        Ok(form) if form.look => return show(InviteOutcome(None, form), None),
        Ok(form) => (send(parts, request, &form).await, form),
        Err(error) => (Err(error), InviteForm::default()),
    };
    match outcome {
        Ok(to) => FormAnswer::Lead(to),
        Err(error) => show(InviteOutcome(Some(error.clone()), form), Some(error)),
    }
}

async fn send(parts: &Arc<ConsoleParts>, request: &Parts, form: &InviteForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.invite(org.id, form.parse()?).await?;
    Ok(done(request, Notice::InvitationsSent))
}

/// Accepts an invitation, and leads into the organization; else the form keeps the name.
pub async fn accept(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let (form, read) = typed::<AcceptForm>(body);
    let outcome = after(read, join(parts, request, &form)).await;
    answer(outcome, form)
}

/// The first page of the organization for who has joined; the start for who has no project there.
async fn join(parts: &Arc<ConsoleParts>, request: &Parts, form: &AcceptForm) -> Result<String, AppError> {
    let token = parameter(request, "token").unwrap_or_default();
    let home = caller(parts, request)?.accept(&token, form.parse()?).await?;
    let home = home.map_or_else(|| "/".to_owned(), |home| format!("/{}/{}/keys", home.org, home.project));
    Ok(href(&home, &[Notice::Joined.param()]))
}
