//! Small copy controls for rows and menus. Without script, or without a secure connection, they are left out.

use leptos::prelude::*;

use super::{Icon, use_script, use_toaster};

/// Copies `text` and says so. In a row it is an icon with the name `label`; with `entry` it is an entry of a menu.
#[component]
pub fn CopyLink(#[prop(into)] text: String, #[prop(into)] label: String, #[prop(optional)] entry: bool) -> impl IntoView {
    let running = use_script();
    let usable = move || running.get() && window().is_secure_context();
    let toaster = use_toaster();
    let text = StoredValue::new(text);
    let label = StoredValue::new(label);
    let copy = move |_| {
        // The browser may refuse (no permission); the text stands on the page and can still be selected.
        drop(window().navigator().clipboard().write_text(&text.read_value()));
        toaster.show("Copied.");
    };
    view! {
        <Show when=usable>
            <button type="button" aria-label=(!entry).then(|| label.get_value()) on:click=copy>
                <Icon name="copy" />
                {entry.then(|| label.get_value())}
            </button>
        </Show>
    }
}
