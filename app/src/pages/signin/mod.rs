//! `/signin?next=…`

mod api;
pub mod form;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

pub use self::api::SignOut;
use self::form::SignInForm;
use crate::{
    icon::Icon,
    model::door::{Door, SignUpPolicy},
    ui::{Entry, FormError, PageForm, PasswordField, Submit, TextField, href, query, refused},
};

/// The address of the page.
pub const PATH: &str = "/signin";
/// The parameter that names the page that asked for the sign-in.
pub const NEXT: &str = "next";

/// Password sign-in. It returns to the page that asked for it.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = query().get(NEXT).unwrap_or_default();
    view! {
        <Entry title="Sign in to Bailiwick">
            <section class="card entry-card" aria-label="Sign in">
                {form::describe(&next).map(|page| view! { <WayBack page /> })}
                <Credentials next />
            </section>
            <NoAccount />
        </Entry>
    }
}

/// How one comes to an account.
#[component]
fn NoAccount() -> impl IntoView {
    let door = use_context::<Door>().unwrap_or_default();
    let text = match door.sign_up {
        SignUpPolicy::Closed => view! { "Accounts here are by invitation. " {door.whom_to_ask()} }.into_any(),
        SignUpPolicy::Domains | SignUpPolicy::Open => view! {
            "No account yet? "
            <a href="/signup">"Create one"</a>
        }
        .into_any(),
    };
    view! { <p class="entry-note">{text}</p> }
}

#[component]
fn WayBack(page: String) -> impl IntoView {
    view! {
        <p class="return">
            <Icon name="corner-down-right" />
            <span>"Then back to " <strong>{page}</strong></span>
        </p>
    }
}

#[component]
fn Credentials(next: String) -> impl IntoView {
    let (failure, typed) = refused::<SignInForm>();
    let fresh = failure.is_none();
    let email = typed.unwrap_or_default().email;
    view! {
        <PageForm href=href(PATH, &[(NEXT, &next)]) failure enhanced=true>
            <FormError fields=&["email", "password"] />
            <TextField label="E-mail" name="email" kind="email" value=email autocomplete="username" required=true autofocus=fresh />
            <PasswordField label="Password" name="password" autocomplete="current-password" />
            <Submit label="Sign in" class="btn primary block" />
            <p class="hint center">
                <a href="/signin/forgot">"Forgot your password?"</a>
            </p>
        </PageForm>
    }
}
