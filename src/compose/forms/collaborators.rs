//! The form that adds a collaborator.

use std::sync::Arc;

use app::{
    model::{AppError, collaborator::Addition},
    pages::collaborators::{AddOutcome, form::AddForm},
    port::Collaborators,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{done, fields, in_project, show};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Adds somebody and leads to the list, or asks to confirm that they are from outside.
pub async fn add(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let outcome = match fields::<AddForm>(body) {
        Ok(form) => match try_add(parts, request, &form).await {
            Ok(Addition::Added) => return FormAnswer::Lead(done(request, Notice::CollaboratorAdded)),
            Ok(Addition::Announced(guest)) => AddOutcome::Announced(guest, form),
            Err(error) => AddOutcome::Refused(error, form),
        },
        Err(error) => AddOutcome::Refused(error, AddForm::default()),
    };
    let error = match &outcome {
        AddOutcome::Refused(error, _) => Some(error.clone()),
        AddOutcome::Announced(..) => None,
    };
    show(outcome, error)
}

async fn try_add(parts: &Arc<ConsoleParts>, request: &Parts, form: &AddForm) -> Result<Addition, AppError> {
    let (console, project) = in_project(parts, request).await?;
    console.add(project.id, form.parse()?).await
}
