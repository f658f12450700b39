//! The create dialog. It stands in the URL: `?new=1`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Projects, api::CreateProject};
use crate::{
    islands::SlugSuggestion,
    model::project::Environment,
    ui::{Dialog, Form, FormError, SelectField, Submit, TextField},
};

/// A new project opens itself: the server function leads there.
#[component]
pub fn CreateDialog(projects: Projects) -> impl IntoView {
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
