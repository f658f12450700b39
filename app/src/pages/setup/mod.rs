//! `/setup?token=…`: the first account of an installation.

mod api;
#[cfg(feature = "ssr")]
mod form;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::{html, prelude::*};
use leptos_router::hooks::use_query_map;

use self::api::{SetUp, find_setup_state};
use crate::{
    model::{AppError, Slug, place::SetupState},
    ui::{Control, Entry, EntryFrame, Failure, Field, Form, FormError, Obstacle, PasswordField, Submit, TextField},
};

/// The set-up page. Only the one-time link that the server prints opens it, and only while there is no account.
#[component]
pub fn SetupPage() -> impl IntoView {
    let query = use_query_map();
    let token = Memo::new(move |_| query.read().get("token").unwrap_or_default());
    let state = Resource::new_blocking(move || token.get(), find_setup_state);
    view! {
        <Transition>
            {move || Suspend::new(async move { page_for(state.await, token.get_untracked()) })}
        </Transition>
    }
}

fn page_for(state: Result<SetupState, AppError>, token: String) -> AnyView {
    match state {
        Ok(SetupState::Open) => view! { <Open token /> }.into_any(),
        Ok(SetupState::WrongLink) => view! { <WrongLink /> }.into_any(),
        Ok(SetupState::Done) => view! { <Done /> }.into_any(),
        Err(error) => view! {
            <EntryFrame>
                <Failure error />
            </EntryFrame>
        }
        .into_any(),
    }
}

#[component]
fn WrongLink() -> impl IntoView {
    view! {
        <EntryFrame wide=true>
            <Obstacle
                code=403
                kind="wrong link"
                icon="link"
                title="This link is not valid any more"
                text="The server prints a fresh set-up link each time it starts. Take the newest one from its output."
            />
        </EntryFrame>
    }
}

#[component]
fn Done() -> impl IntoView {
    view! {
        <EntryFrame wide=true>
            <Obstacle
                code=410
                kind="closed for ever"
                icon="circle-check"
                title="This installation is set up"
                text="Its first account exists, so this page has done its work."
            >
                <a class="btn primary" href="/signin">
                    "Sign in"
                </a>
            </Obstacle>
        </EntryFrame>
    }
}

#[component]
fn Open(token: String) -> impl IntoView {
    let set_up = ServerAction::<SetUp>::new();
    view! {
        <Entry
            title="Set up this installation"
            lead="Make the first account and its organization. This page closes for ever when you are done."
            wide=true
        >
            <section class="card entry-card" aria-label="Set-up">
                <Form action=set_up>
                    <input type="hidden" name="token" value=token />
                    <FormError fields=&["name", "email", "password", "org", "slug"] />
                    <You />
                    <YourOrganization />
                    <Submit label="Create account and organization" class="btn primary block" />
                    <p class="hint center">"You become its owner. A Default project is made with it."</p>
                </Form>
            </section>
        </Entry>
    }
}

#[component]
fn You() -> impl IntoView {
    view! {
        <fieldset class="form">
            <legend>"You"</legend>
            <div class="two">
                <TextField label="Name" name="name" autocomplete="name" required=true autofocus=true />
                <TextField label="E-mail" name="email" kind="email" autocomplete="username" required=true />
            </div>
            <PasswordField label="Password" name="password" autocomplete="new-password" hint="At least 12 characters" />
        </fieldset>
    }
}

/// The address follows the name while nobody has typed one. Without script, both are typed.
#[component]
fn YourOrganization() -> impl IntoView {
    let org = NodeRef::<html::Input>::new();
    let slug = NodeRef::<html::Input>::new();
    let typed = RwSignal::new(false);
    let address = move |control: Control| {
        view! {
            <div class="affix">
                <span aria-hidden="true">"/"</span>
                <input
                    class="input"
                    type="text"
                    id=control.id
                    name=control.name
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="none"
                    required
                    autofocus=control.autofocus
                    aria-describedby=control.described_by
                    aria-invalid=control.invalid
                    node_ref=slug
                    on:input=move |_| typed.set(true)
                />
            </div>
        }
    };
    let follow = move |_| {
        if !typed.get_untracked() {
            suggest_slug(org, slug);
        }
    };
    view! {
        <fieldset class="form">
            <legend>"Your organization"</legend>
            <div on:input=follow>
                <TextField label="Name" name="org" autocomplete="organization" required=true node=org />
            </div>
            <Field label="Address" name="slug" hint="Lower-case letters, digits and hyphens. It is the first part of every address." children=address />
        </fieldset>
    }
}

fn suggest_slug(org: NodeRef<html::Input>, slug: NodeRef<html::Input>) {
    if let (Some(org), Some(slug)) = (org.get_untracked(), slug.get_untracked()) {
        slug.set_value(Slug::suggest(&org.value()).as_ref().map_or("", Slug::as_str));
    }
}
