//! Icons from the one sprite of the installation.

use leptos::prelude::*;

/// The address of the icon sprite, shared by server and client. Provided by [`crate::App`].
#[derive(Clone, Copy)]
pub struct Sprite(pub StoredValue<String>);

/// A decorative icon; the control around it carries the name. `name` is a symbol of the sprite, such as `key-round`.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    let sprite = use_context::<Sprite>().map(|sprite| sprite.0.get_value()).unwrap_or_default();
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <use href=format!("{sprite}#{name}") />
        </svg>
    }
}

/// The mark of the product.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <rect class="plate" width="32" height="32" rx="8" />
            <path class="cut" d="M0 12.5 19 8l13 3.5M19 8l-3.5 12.5L0 24m15.5-3.5L32 26" />
        </svg>
    }
}
