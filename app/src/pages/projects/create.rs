//! The create dialog. It stands in the URL: `?new=1`.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{Projects, api::CreateProject};
use crate::{
    model::{Slug, project::Environment},
    ui::{Dialog, Form, FormError, SelectField, Submit, TextField, forget_on_close},
};

/// The dialog, while the address asks for it. A new project opens itself: the server function leads there.
#[component]
pub fn CreateDialog(projects: Projects) -> impl IntoView {
    let query = use_query_map();
    let open = Memo::new(move |_| query.read().get("new").is_some());
    forget_on_close(projects.create, move || open.get());
    let projects = StoredValue::new(projects);
    move || open.get().then(|| view! { <CreateForm projects=projects.get_value() /> })
}

#[component]
fn CreateForm(projects: Projects) -> impl IntoView {
    let close = projects.href(&[]);
    let create: ServerAction<CreateProject> = projects.create;
    let name = NodeRef::<html::Input>::new();
    let slug = NodeRef::<html::Input>::new();
    let suggest = suggest_slug(name, slug);
    let org = projects.place.org.clone();
    let environments = Environment::ALL
        .into_iter()
        .map(|environment| (environment.as_str().to_owned(), environment.as_str().to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Dialog title="Create project" lead=format!("In {}. It can be archived later, never deleted.", org.name) close=close.clone()>
            <Form action=create>
                <div class="body">
                    <FormError fields=&["name", "slug", "description", "environment"] />
                    <input type="hidden" name="org" value=org.id.to_string() />
                    <input type="hidden" name="org_slug" value=org.slug.to_string() />
                    <TextField label="Name" name="name" autocomplete="off" required=true autofocus=true node=name on:input=move |_| suggest() />
                    <TextField
                        label="Address"
                        name="slug"
                        hint="Lower-case letters, digits and hyphens. Empty takes it from the name."
                        autocomplete="off"
                        node=slug
                    />
                    <TextField label="Description (optional)" name="description" autocomplete="off" />
                    <SelectField
                        label="Environment"
                        name="environment"
                        options=environments.clone()
                        selected=Environment::Development.as_str()
                        hint="Its first letter stands in the project’s keys."
                    />
                </div>
                <div class="foot">
                    <a class="btn" href=close.clone()>
                        "Cancel"
                    </a>
                    <Submit label="Create project" />
                </div>
            </Form>
        </Dialog>
    }
}

/// Fills the address from the name while the person types, until they type an address of their own.
fn suggest_slug(name: NodeRef<html::Input>, slug: NodeRef<html::Input>) -> impl Fn() + Clone {
    let last = StoredValue::new(String::new());
    move || {
        let (Some(name), Some(slug)) = (name.get_untracked(), slug.get_untracked()) else {
            return;
        };
        if last.with_value(|last| *last == slug.value()) {
            let text = Slug::suggest(&name.value()).map(String::from).unwrap_or_default();
            slug.set_value(&text);
            last.set_value(text);
        }
    }
}
