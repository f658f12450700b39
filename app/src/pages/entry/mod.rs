//! The ways in besides sign-in: a new password, a new account, a new e-mail address. All of them work without script: each
//! form is posted to the address of its page, and the answer is that page.

mod api;
mod email;
pub mod form;
mod reset;
mod sign_up;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::form::EntryOutcome;
pub use self::{
    email::ConfirmEmailPage,
    reset::{ForgotPage, ResetPage},
    sign_up::{NewAccountPage, SignUpPage},
};
use crate::{
    model::AppError,
    ui::{Entry, EntryFrame, LoadedEntry, Obstacle, href, query},
};

fn outcome() -> Option<EntryOutcome> {
    use_context::<EntryOutcome>()
}

/// The token in the address.
fn token() -> String {
    query().get("token").unwrap_or_default()
}

/// The address of this page, with its token: where its form posts to.
fn with_token(page: &str) -> String {
    href(page, &[("token", &token())])
}

/// Waits for what a link opens: a page for it, or why there is none.
#[component]
fn Opened<D, T, F, V>(
    opened: D,
    /// Where a new link is asked for, and the words of the button.
    again: (&'static str, &'static str),
    children: F,
) -> impl IntoView
where
    D: IntoFuture<Output = Result<Option<T>, AppError>> + Send + 'static,
    D::IntoFuture: Send + 'static,
    T: 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    view! {
        <LoadedEntry data=opened let:opened>
            {match opened {
                Some(opened) => children(opened).into_any(),
                None => view! { <DeadLink again /> }.into_any(),
            }}
        </LoadedEntry>
    }
}

/// A link that is wrong, used or too old: which of them is not told.
#[component]
fn DeadLink(again: (&'static str, &'static str)) -> impl IntoView {
    let (href, label) = again;
    view! {
        <EntryFrame wide=true>
            <Obstacle
                code=410
                kind="link ended"
                icon="link"
                title="This link is not valid any more"
                text="It was used, or it is too old, or a part of it is missing. Links in mails work once."
            >
                <a class="btn primary" href=href>
                    {label}
                </a>
            </Obstacle>
        </EntryFrame>
    }
}

/// A page that only says what has happened.
#[component]
fn Done(#[prop(into)] title: String, #[prop(into)] text: String, href: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <Entry title lead=text>
            <section class="card entry-card" aria-label="Next step">
                <a class="btn primary block" href=href>
                    {label}
                </a>
            </section>
        </Entry>
    }
}

/// The answer to who asked for a mail: the same for every address.
#[component]
fn MailSent(#[prop(into)] email: String, #[prop(into)] text: String, again: &'static str) -> impl IntoView {
    view! {
        <Entry title="Look into your mailbox" lead=text>
            <section class="card entry-card" aria-label="Mail">
                <p>"For " <strong>{email}</strong></p>
                <p class="hint">
                    "Nothing there after some minutes? Look among the unwanted mails, check the address, or "
                    <a href=again>"try again"</a> "."
                </p>
            </section>
            <p class="entry-note">
                <a href="/signin">"Back to sign-in"</a>
            </p>
        </Entry>
    }
}
