//! `/signin/forgot` and `/signin/reset?token=…`: a new password by mail.

use leptos::prelude::*;

use super::{Done, MailSent, Opened, api::find_reset, form::EntryOutcome, outcome, with_token};
use crate::{
    model::{AppError, Email},
    ui::{Entry, FormError, PageForm, PasswordField, Submit, TextField},
};

/// Asks for the address of the account.
#[component]
pub fn ForgotPage() -> impl IntoView {
    match outcome() {
        Some(EntryOutcome::Done(typed)) => view! {
            <MailSent
                email=typed.email
                text="If this address has an account, a link to a new password is on its way. It works once, for 30 minutes."
                again="/signin/forgot"
            />
        }
        .into_any(),
        other => {
            let (typed, failure) = EntryOutcome::refused(other);
            view! {
                <Entry title="Forgot your password?" lead="You get a mail with a link to a new one.">
                    <section class="card entry-card" aria-label="Reset">
                        <PageForm href="/signin/forgot" failure>
                            <FormError fields=&["email"] />
                            <TextField
                                label="E-mail"
                                name="email"
                                kind="email"
                                value=typed.email
                                autocomplete="username"
                                required=true
                                autofocus=true
                            />
                            <Submit label="Send the link" class="btn primary block" />
                        </PageForm>
                    </section>
                    <p class="entry-note">
                        <a href="/signin">"Back to sign-in"</a>
                    </p>
                </Entry>
            }
            .into_any()
        }
    }
}

/// Takes the new password.
#[component]
pub fn ResetPage() -> impl IntoView {
    let outcome = outcome();
    if let Some(EntryOutcome::Done(_)) = outcome {
        return view! {
            <Done
                title="Your password is changed"
                text="All sessions of your account were ended, on every device. Sign in with the new password."
                href="/signin"
                label="Sign in"
            />
        }
        .into_any();
    }
    let (_, failure) = EntryOutcome::refused(outcome);
    view! {
        <Opened opened=find_reset(super::token()) again=("/signin/forgot", "Ask for a new link") let:email>
            <ResetForm email failure />
        </Opened>
    }
    .into_any()
}

#[component]
fn ResetForm(email: Email, failure: Option<AppError>) -> impl IntoView {
    view! {
        <Entry title="Choose a new password" lead="It ends all sessions of your account, on every device.">
            <section class="card entry-card" aria-label="Reset">
                <PageForm href=with_token("/signin/reset") failure>
                    <FormError fields=&["password"] />
                    <p>"For " <strong>{email.to_string()}</strong></p>
                    // For password managers: whose password it is.
                    <input type="text" name="email" value=email.to_string() autocomplete="username" hidden />
                    <PasswordField label="New password" name="password" autocomplete="new-password" hint="At least 12 characters" />
                    <Submit label="Change password" class="btn primary block" />
                </PageForm>
            </section>
        </Entry>
    }
}
