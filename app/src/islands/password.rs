//! The button beside a password.

use leptos::prelude::*;

use super::{text_field, use_script};
use crate::icon::Icon;

/// A password field as child, with a button that shows what is typed. `field` is the id of the field.
#[island]
pub fn PasswordGroup(field: String, children: Children) -> impl IntoView {
    let running = use_script();
    let shown = RwSignal::new(false);
    let toggle = move |_| {
        shown.update(|shown| *shown = !*shown);
        if let Some(input) = text_field(&field) {
            input.set_type(if shown.get_untracked() { "text" } else { "password" });
        }
    };
    let button = move || {
        view! {
            <button
                type="button"
                class="btn icon-only"
                aria-label="Show password"
                aria-pressed=move || if shown.get() { "true" } else { "false" }
                on:click=toggle.clone()
            >
                {move || if shown.get() { view! { <Icon name="eye-off" /> } } else { view! { <Icon name="eye" /> } }}
            </button>
        }
    };
    view! {
        <div class=move || running.get().then_some("input-group")>
            {children()}
            {move || running.get().then(button.clone())}
        </div>
    }
}
