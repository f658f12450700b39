//! `/account/organization`: makes an organization.

mod api;
mod form;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};

use self::api::{CreateOrganization, may_create_organization};
use crate::{
    islands::SlugSuggestion,
    ui::{Entry, EntryFrame, Failure, Form, FormError, Submit, TextField},
};

/// The form. Who is signed out signs in first.
#[component]
pub fn FoundingPage() -> impl IntoView {
    let page = Suspend::new(async move {
        match may_create_organization().await {
            Ok(()) => view! { <Founding /> }.into_any(),
            Err(error) => view! {
                <EntryFrame>
                    <Failure error />
                </EntryFrame>
            }
            .into_any(),
        }
    });
    view! { <Suspense>{page}</Suspense> }
}

#[component]
fn Founding() -> impl IntoView {
    view! {
        <Entry title="Create organization" lead="It has projects, members, limits and an audit log of its own, and you are its owner.">
            <section class="card entry-card" aria-label="Create organization">
                <Form action=CreateOrganization::PATH>
                    <FormError fields=&["name", "slug"] />
                    <TextField label="Name" name="name" autocomplete="organization" required=true autofocus=true />
                    <TextField
                        label="Address"
                        name="slug"
                        hint="Lower-case letters, digits and hyphens. Empty takes it from the name. It is the first part of every address."
                        autocomplete="off"
                    />
                    <SlugSuggestion from="f-name" to="f-slug" />
                    <Submit label="Create organization" class="btn primary block" />
                    <p class="hint center">"A Default project is made with it. " <a class="link" href="/">"Back to my projects"</a></p>
                </Form>
            </section>
        </Entry>
    }
}
