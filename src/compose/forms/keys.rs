//! The form of a new key.

use std::sync::Arc;

use app::{
    model::{AppError, key::CreatedKey},
    pages::keys::{
        KeyOutcome,
        form::{KeyForm, parse},
    },
    port::Keys,
};
use bytes::Bytes;
use http::request::Parts;

use super::{fields, in_project, show};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Makes a key; its page shows the secret once.
pub async fn create(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let outcome = match fields::<KeyForm>(body) {
        Ok(form) => match make(parts, request, &form).await {
            Ok(created) => KeyOutcome::Created(created),
            Err(error) => KeyOutcome::Refused(error, form),
        },
        Err(error) => KeyOutcome::Refused(error, KeyForm::default()),
    };
    let error = match &outcome {
        KeyOutcome::Refused(error, _) => Some(error.clone()),
        KeyOutcome::Created(_) => None,
    };
    show(outcome, error)
}

async fn make(parts: &Arc<ConsoleParts>, request: &Parts, form: &KeyForm) -> Result<CreatedKey, AppError> {
    let (console, project) = in_project(parts, request).await?;
    console
        .create(project.id, parse(&form.name, &form.lifetime, form.idempotency.clone())?)
        .await
}
