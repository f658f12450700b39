//! The forms of the page Projects.

use std::sync::Arc;

use app::{
    model::{AppError, ProjectId},
    pages::projects::form::{ArchiveForm, ProjectForm},
    port::Projects,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{after, answer, done, fields, in_org, parameter, templates, typed};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Makes the project of `?new=…`, archives that of `?archive=…`, or uses a template.
pub async fn submit(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    if let Some(id) = parameter(request, "archive") {
        let (form, read) = typed::<ArchiveForm>(body);
        let outcome = after(read, archive(parts, request, &id, &form)).await;
        answer(outcome, form)
    } else if parameter(request, "new").is_some() {
        let (form, outcome) = match fields::<Vec<(String, String)>>(body).map(ProjectForm::from) {
            Ok(form) => {
                let outcome = create(parts, request, &form).await;
                (form, outcome)
            }
            Err(error) => (ProjectForm::default(), Err(error)),
        };
        answer(outcome, form)
    } else {
        templates::submit(parts, request, body).await
    }
}

/// Leads to the keys of the new project.
async fn create(parts: &Arc<ConsoleParts>, request: &Parts, form: &ProjectForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    let project = console.create(org.id, form.parse()?).await?;
    Ok(format!("/{}/{}/keys", org.slug, project.slug))
}

/// Leads to the list. An id of another kind is a project that does not exist.
async fn archive(parts: &Arc<ConsoleParts>, request: &Parts, id: &str, form: &ArchiveForm) -> Result<String, AppError> {
    let (console, org) = in_org(parts, request).await?;
    let project: ProjectId = id.parse().map_err(|_| AppError::NotFound)?;
    // A project of another organization is none of this page, whoever asks.
    if console.org_of(&project).await? != org.id {
        return Err(AppError::NotFound);
    }
    console.archive(project, &form.confirmation, &form.password).await?;
    Ok(done(request, Notice::ProjectArchived))
}
