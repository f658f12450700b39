//! The forms of invitations: sending many, and accepting one.

use std::sync::Arc;

use app::{
    model::AppError,
    pages::{
        invite::{AcceptOutcome, form::AcceptForm},
        members::{InviteOutcome, invite_form::InviteForm},
    },
    port::{Invitations, Shell},
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{fields, show};
use crate::{compose::serve::console_of, console::ConsoleParts, web::BeforeRender};

/// Sends invitations, and leads to the list; else the form keeps what was typed.
pub async fn invite(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> BeforeRender {
    let (outcome, form) = match fields(body).map(InviteForm::from_pairs) {
        Ok(form) => (send(parts, request, &form).await, form),
        Err(error) => (Err(error), InviteForm::default()),
    };
    match outcome {
        Ok(()) => lead(request.uri.path(), Notice::InvitationsSent),
        Err(error) => Box::new(move || show(InviteOutcome(error.clone(), form), Some(&error))),
    }
}

async fn send(parts: &Arc<ConsoleParts>, request: &Parts, form: &InviteForm) -> Result<(), AppError> {
    let console = console_of(parts, request).ok_or(AppError::Internal)?;
    let org = request.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    let place = console.place(org, None).await?;
    console.invite(place.org.id, form.parse()?).await?;
    Ok(())
}

/// Accepts an invitation, and leads into the organization; else the form keeps the name.
pub async fn accept(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> BeforeRender {
    let (outcome, form) = match fields::<AcceptForm>(body) {
        Ok(form) => (join(parts, request, &form).await, form),
        Err(error) => (Err(error), AcceptForm::default()),
    };
    match outcome {
        Ok(path) => {
            let lead = lead(&path, Notice::Joined);
            Box::new(move || {
                show(AcceptOutcome::Joined, None);
                lead();
            })
        }
        Err(error) => {
            let refused = AcceptOutcome::Refused(error.clone(), form.name.unwrap_or_default());
            Box::new(move || show(refused, Some(&error)))
        }
    }
}

/// The first page of the organization for who has joined; the start for who has no project there.
async fn join(parts: &Arc<ConsoleParts>, request: &Parts, form: &AcceptForm) -> Result<String, AppError> {
    let console = console_of(parts, request).ok_or(AppError::Internal)?;
    let query: Vec<(String, String)> = fields(&Bytes::from(request.uri.query().unwrap_or_default().to_owned()))?;
    let token = query.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token);
    let home = console.accept(&token.unwrap_or_default(), form.parse()?).await?;
    Ok(home.map_or_else(|| "/".to_owned(), |home| format!("/{}/{}/keys", home.org, home.project)))
}

/// Leads to a page that says what was done.
fn lead(path: &str, notice: Notice) -> BeforeRender {
    let to = app::ui::href(path, &[notice.param()]);
    Box::new(move || leptos_axum::redirect(&to))
}
