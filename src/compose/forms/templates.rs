//! The form that makes several projects from a template.

use std::sync::Arc;

use app::{
    model::{
        AppError,
        template::{Planned, Step},
    },
    pages::projects::{TemplateOutcome, form::TemplateForm},
    port::Projects,
    ui::Notice,
};
use bytes::Bytes;
use http::request::Parts;

use super::{done, fields, in_org, show};
use crate::{console::ConsoleParts, web::FormAnswer};

/// Shows what would be made, goes back to the form, or makes the projects and leads to the list.
pub async fn submit(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    let outcome = match fields::<Vec<(String, String)>>(body) {
        Ok(pairs) => {
            let form = TemplateForm::from(pairs);
            match take(parts, request, &form).await {
                Ok(Taken::Made) => return FormAnswer::Lead(done(request, Notice::ProjectsCreated)),
                Ok(Taken::Back) => TemplateOutcome::Back(form),
                Ok(Taken::Planned(planned)) => TemplateOutcome::Planned(planned, form),
                Err(error) => TemplateOutcome::Refused(error, form),
            }
        }
        Err(error) => TemplateOutcome::Refused(error, TemplateForm::default()),
    };
    let error = match &outcome {
        TemplateOutcome::Refused(error, _) => Some(error.clone()),
        TemplateOutcome::Planned(..) | TemplateOutcome::Back(_) => None,
    };
    show(outcome, error)
}

/// What a step came to.
enum Taken {
    Planned(Vec<Planned>),
    Back,
    Made,
}

async fn take(parts: &Arc<ConsoleParts>, request: &Parts, form: &TemplateForm) -> Result<Taken, AppError> {
    let (console, org) = in_org(parts, request).await?;
    match form.step {
        Step::Edit => Ok(Taken::Back),
        Step::Preview => Ok(Taken::Planned(console.preview_template(org.id, &form.parse()?).await?)),
        Step::Create => {
            console.create_from_template(org.id, &form.parse()?).await?;
            Ok(Taken::Made)
        }
    }
}
