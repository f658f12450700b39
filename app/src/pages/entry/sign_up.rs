//! `/signup` and `/signup/account?token=…`: an account without an invitation, where the operator allows it.

use leptos::prelude::*;

use super::{
    Done, MailSent, Opened,
    api::{find_sign_up, may_sign_up},
    form::{EntryForm, EntryOutcome},
    outcome, with_token,
};
use crate::{
    model::{
        AppError, Email,
        door::{Door, SignUpPolicy},
    },
    ui::{Entry, EntryFrame, FormError, LoadedEntry, Obstacle, PageForm, PasswordField, Submit, TextField},
};

/// Asks for the address of the new account.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let (typed, failure) = match outcome() {
        Some(EntryOutcome::Done(typed)) => {
            return view! {
                <MailSent
                    email=typed.email
                    text="A mail is on its way. Its link makes your account; it works once, for 24 hours."
                    again="/signup"
                />
            }
            .into_any();
        }
        other => EntryOutcome::refused(other),
    };
    view! {
        <LoadedEntry data=may_sign_up() let:may>
            {if may { view! { <AddressForm typed failure /> }.into_any() } else { view! { <Closed /> }.into_any() }}
        </LoadedEntry>
    }
    .into_any()
}

#[component]
fn Closed() -> impl IntoView {
    let door = use_context::<Door>().unwrap_or_default();
    view! {
        <EntryFrame wide=true>
            <Obstacle
                code=403
                kind="by invitation"
                icon="lock"
                title="Accounts here are by invitation"
                text=format!("Nobody can make an account by themselves. {}", door.whom_to_ask())
            >
                <a class="btn primary" href="/signin">
                    "Sign in"
                </a>
            </Obstacle>
        </EntryFrame>
    }
}

#[component]
fn AddressForm(typed: EntryForm, failure: Option<AppError>) -> impl IntoView {
    let door = use_context::<Door>().unwrap_or_default();
    let hint = match door.sign_up {
        SignUpPolicy::Domains => "Of your organization: only some domains may sign up here.",
        SignUpPolicy::Closed | SignUpPolicy::Open => "",
    };
    view! {
        <Entry title="Create an account" lead="You get a mail with a link first, so that nobody uses your address but you.">
            <section class="card entry-card" aria-label="New account">
                <PageForm href="/signup" failure>
                    <FormError fields=&["email"] />
                    <TextField
                        label="E-mail"
                        name="email"
                        kind="email"
                        value=typed.email
                        hint=hint
                        autocomplete="email"
                        required=true
                        autofocus=true
                    />
                    <Submit label="Send the link" class="btn primary block" />
                </PageForm>
            </section>
            <p class="entry-note">
                "You have an account? " <a href="/signin">"Sign in"</a>
            </p>
        </Entry>
    }
}

/// Takes name and password of the new account.
#[component]
pub fn NewAccountPage() -> impl IntoView {
    let outcome = outcome();
    if let Some(EntryOutcome::Done(_)) = outcome {
        return view! {
            <Done
                title="Your account is ready"
                text="You are signed in. To see a project, ask one of its admins or an owner of your organization to add you."
                href="/"
                label="Go on"
            />
        }
        .into_any();
    }
    let (typed, failure) = EntryOutcome::refused(outcome);
    view! {
        <Opened opened=find_sign_up(super::token()) again=("/signup", "Ask for a new link") let:email>
            <AccountForm email typed failure />
        </Opened>
    }
    .into_any()
}

#[component]
fn AccountForm(email: Email, typed: EntryForm, failure: Option<AppError>) -> impl IntoView {
    view! {
        <Entry title="Make your account" lead="Your address is verified. Choose a name and a password.">
            <section class="card entry-card" aria-label="New account">
                <PageForm href=with_token("/signup/account") failure>
                    <FormError fields=&["name", "password"] />
                    <p>"For " <strong>{email.to_string()}</strong></p>
                    // For password managers: whose password it is.
                    <input type="text" name="email" value=email.to_string() autocomplete="username" hidden />
                    <TextField label="Name" name="name" value=typed.name autocomplete="name" required=true autofocus=true />
                    <PasswordField label="Password" name="password" autocomplete="new-password" hint="At least 12 characters" />
                    <Submit label="Create account" class="btn primary block" />
                </PageForm>
            </section>
        </Entry>
    }
}
