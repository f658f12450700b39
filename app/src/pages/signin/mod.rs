//! `/signin?next=…`

mod api;
mod form;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::api::SignIn;
pub use self::api::SignOut;
use crate::ui::{Entry, Form, FormError, Icon, PasswordField, Submit, TextField};

/// Password sign-in. It returns to the page that asked for it.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map();
    let next = query.read_untracked().get("next").unwrap_or_default();
    view! {
        <Entry title="Sign in to Bailiwick">
            <section class="card entry-card" aria-label="Sign in">
                {form::describe(&next).map(|page| view! { <WayBack page /> })}
                <SignInForm next />
            </section>
            <p class="entry-note">"Accounts here are by invitation. Ask an owner of your organization."</p>
        </Entry>
    }
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
fn SignInForm(next: String) -> impl IntoView {
    let sign_in = ServerAction::<SignIn>::new();
    view! {
        <Form action=sign_in>
            <input type="hidden" name="next" value=next />
            <FormError fields=&["email", "password"] />
            <TextField label="E-mail" name="email" kind="email" autocomplete="username" required=true autofocus=true />
            <PasswordField label="Password" name="password" autocomplete="current-password" />
            <Submit label="Sign in" class="btn primary block" />
        </Form>
    }
}
