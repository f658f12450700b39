//! The create dialog. It stands in the URL: `?new=1`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Projects, api::CreateProject};
use crate::{
    islands::SlugSuggestion,
    model::{ModelId, project::Environment},
    ui::{Dialog, Form, FormError, SelectField, Submit, TextField},
};

/// A new project opens itself: the server function leads there.
#[component]
pub fn CreateDialog(projects: Projects, models: Vec<ModelId>) -> impl IntoView {
    let close = projects.href(&[]);
    let org = projects.place.org.clone();
    let environments = Environment::ALL
        .into_iter()
        .map(|environment| (environment.as_str().to_owned(), environment.as_str().to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Dialog title="Create project" lead=format!("In {}. It can be archived later, never deleted.", org.name) close=close.clone()>
            <Form action=CreateProject::PATH>
                <div class="body">
                    <FormError fields=&["name", "slug", "description", "environment"] />
                    <input type="hidden" name="org" value=org.id.to_string() />
                    <input type="hidden" name="org_slug" value=org.slug.to_string() />
                    <TextField label="Name" name="name" autocomplete="off" required=true autofocus=true />
                    <TextField
                        label="Address"
                        name="slug"
                        hint="Lower-case letters, digits and hyphens. Empty takes it from the name."
                        autocomplete="off"
                    />
                    <SlugSuggestion from="f-name" to="f-slug" />
                    <TextField label="Description (optional)" name="description" autocomplete="off" />
                    <SelectField
                        label="Environment"
                        name="environment"
                        options=environments
                        selected=Environment::Development.as_str()
                        hint="Its first letter stands in the project’s keys."
                    />
                    <ModelList models ticked=None />
                </div>
                <div class="foot">
                    <a class="btn" href=close>
                        "Cancel"
                    </a>
                    <Submit label="Create project" />
                </div>
            </Form>
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
