//! `/setup?token=…`: the first account of an installation.

mod api;
mod form;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};

use self::api::{SetUp, find_setup_state};
use crate::{
    islands::SlugSuggestion,
    model::place::SetupState,
    ui::{Control, Entry, EntryFrame, Field, Form, FormError, LoadedEntry, Obstacle, PasswordField, Submit, TextField, query},
};

/// The set-up page. Only the one-time link that the server prints opens it, and only while there is no account.
#[component]
pub fn SetupPage() -> impl IntoView {
    let token = query().get("token").unwrap_or_default();
    view! {
        <LoadedEntry data=find_setup_state(token.clone()) let:state>
            {match state {
                SetupState::Open => view! { <Open token /> }.into_any(),
                SetupState::WrongLink => view! { <WrongLink /> }.into_any(),
                SetupState::Done => view! { <Done /> }.into_any(),
            }}
        </LoadedEntry>
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
    view! {
        <Entry
            title="Set up this installation"
            lead="Make the first account and its organization. This page closes for ever when you are done."
            wide=true
        >
            <section class="card entry-card" aria-label="Set-up">
                <Form action=SetUp::PATH>
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

#[component]
fn YourOrganization() -> impl IntoView {
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
                />
            </div>
        }
    };
    view! {
        <fieldset class="form">
            <legend>"Your organization"</legend>
            <TextField label="Name" name="org" autocomplete="organization" required=true />
            <Field label="Address" name="slug" hint="Lower-case letters, digits and hyphens. It is the first part of every address." children=address />
            <SlugSuggestion from="f-org" to="f-slug" />
        </fieldset>
    }
}
