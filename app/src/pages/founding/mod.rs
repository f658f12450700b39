//! `/account/organization`: makes an organization.

mod api;
pub mod form;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::{api::may_create_organization, form::FoundingForm};
use crate::{
    islands::SlugSuggestion,
    ui::{Entry, FormError, LoadedEntry, PageForm, Submit, TextField, refused},
};

/// The address of the page.
pub const PATH: &str = "/account/organization";

/// The form. Who is signed out signs in first.
#[component]
pub fn FoundingPage() -> impl IntoView {
    view! {
        <LoadedEntry data=may_create_organization() let:_may>
            <Founding />
        </LoadedEntry>
    }
}

#[component]
fn Founding() -> impl IntoView {
    let (failure, typed) = refused::<FoundingForm>();
    let fresh = failure.is_none();
    let typed = typed.unwrap_or_default();
    view! {
        <Entry title="Create organization" lead="It has projects, members, limits and an audit log of its own, and you are its owner.">
            <section class="card entry-card" aria-label="Create organization">
                <PageForm href=PATH failure enhanced=true>
                    <FormError fields=&["name", "slug"] />
                    <TextField label="Name" name="name" value=typed.name autocomplete="organization" required=true autofocus=fresh />
                    <TextField
                        label="Address"
                        name="slug"
                        value=typed.slug
                        hint="Lower-case letters, digits and hyphens. Empty takes it from the name. It is the first part of every address."
                        autocomplete="off"
                    />
                    <SlugSuggestion from="f-name" to="f-slug" />
                    <Submit label="Create organization" class="btn primary block" />
                    <p class="hint center">"A Default project is made with it. " <a class="link" href="/">"Back to my projects"</a></p>
                </PageForm>
            </section>
        </Entry>
    }
}
