//! The create dialog. It stands in the URL: `?new=1`.

use leptos::prelude::*;

use super::{Projects, form::ProjectForm};
use crate::{
    islands::SlugSuggestion,
    model::{ModelId, project::Environment},
    ui::{Dialog, DialogFoot, FormError, PageForm, SelectField, TextField, refused},
};

/// A new project opens itself: the form leads there.
#[component]
pub fn CreateDialog(projects: Projects, models: Vec<ModelId>) -> impl IntoView {
    let close = projects.here(&[]);
    let action = projects.here(&[("new", "1")]);
    let (failure, typed) = refused::<ProjectForm>();
    let ticked = typed.as_ref().map(|typed| typed.models.clone());
    let typed = typed.unwrap_or_else(|| ProjectForm {
        environment: Environment::Development.as_str().to_owned(),
        ..ProjectForm::default()
    });
    let fresh = failure.is_none();
    let environments = Environment::ALL
        .into_iter()
        .map(|environment| (environment.as_str().to_owned(), environment.as_str().to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Dialog title="Create project" lead=format!("In {}. It can be archived later, never deleted.", projects.place.org.name) close=close.clone()>
            <PageForm href=action failure enhanced=true>
                <div class="body">
                    <FormError fields=&["name", "slug", "description", "environment"] />
                    <TextField label="Name" name="name" value=typed.name autocomplete="off" required=true autofocus=fresh />
                    <TextField
                        label="Address"
                        name="slug"
                        value=typed.slug
                        hint="Lower-case letters, digits and hyphens. Empty takes it from the name."
                        autocomplete="off"
                    />
                    <SlugSuggestion from="f-name" to="f-slug" />
                    <TextField label="Description (optional)" name="description" value=typed.description autocomplete="off" />
                    <SelectField
                        label="Environment"
                        name="environment"
                        options=environments
                        selected=typed.environment
                        hint="Its first letter stands in the project’s keys."
                    />
                    <ModelList models ticked />
                </div>
                <DialogFoot close label="Create project" />
            </PageForm>
        </Dialog>
    }
}

/// The models of the plan, to be ticked. `ticked` are those that were chosen already; `None` ticks all.
#[component]
pub fn ModelList(models: Vec<ModelId>, ticked: Option<Vec<String>>) -> impl IntoView {
    let rows = models
        .into_iter()
        .map(|model| {
            let chosen = ticked
                .as_ref()
                .is_none_or(|ticked| ticked.iter().any(|ticked| ticked == model.as_str()));
            view! {
                <label>
                    <input type="checkbox" name="models[]" value=model.to_string() autocomplete="off" checked=chosen />
                    <code class="grow">{model.to_string()}</code>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="checklist">
            <legend>
                <span class="label">"Models"</span>
                <span class="hint">"What its keys may call. Models that join the plan later start off."</span>
            </legend>
            {rows}
        </fieldset>
    }
}
