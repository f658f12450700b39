//! `/account/email?token=…`: confirms the new address of an account.

use leptos::prelude::*;

use super::{Done, Opened, api::find_email, form::EntryOutcome, outcome, with_token};
use crate::{
    model::{AppError, Email},
    ui::{Entry, FormError, PageForm, Submit},
};

/// Confirms by a button, because mail scanners follow links.
#[component]
pub fn ConfirmEmailPage() -> impl IntoView {
    let outcome = outcome();
    if let Some(EntryOutcome::Done(_)) = outcome {
        return view! {
            <Done
                title="Your address is changed"
                text="Sign in with the new address from now on. Mails go there, and the old address was told."
                href="/"
                label="Go on"
            />
        }
        .into_any();
    }
    let (_, failure) = EntryOutcome::refused(outcome);
    view! {
        <Opened opened=find_email(super::token()) again=("/", "Go to the start") let:email>
            <ConfirmForm email failure />
        </Opened>
    }
    .into_any()
}

#[component]
fn ConfirmForm(email: Email, failure: Option<AppError>) -> impl IntoView {
    view! {
        <Entry title="Confirm your new address" lead="Your account uses it from then on, for sign-in and for mails.">
            <section class="card entry-card" aria-label="New address">
                <PageForm href=with_token("/account/email") failure>
                    <FormError />
                    <p>
                        <strong>{email.to_string()}</strong>
                    </p>
                    <Submit label="Use this address" class="btn primary block" />
                </PageForm>
            </section>
        </Entry>
    }
}
