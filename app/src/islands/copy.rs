//! Copying to the clipboard. Browsers allow it on secure connections only.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use super::use_script;
use crate::icon::Icon;

/// Whether this page can copy.
fn use_clipboard() -> impl Fn() -> bool + Copy + Send + Sync {
    let running = use_script();
    move || running.get() && window().is_secure_context()
}

/// Copies a text and then sets `copied`; a path is copied as an address of this origin.
/// The browser may refuse (no permission): then nothing changes, and the text can still be selected.
fn copy(text: &str, copied: RwSignal<bool>) {
    let window = window();
    let text = if text.starts_with('/') {
        window.location().origin().unwrap_or_default() + text
    } else {
        text.to_owned()
    };
    let written = window.navigator().clipboard().write_text(&text);
    spawn_local(async move {
        if JsFuture::from(written).await.is_ok() {
            copied.set(true);
        }
    });
}

/// Copies a text. Without script, or without a secure connection, it is a hint to select the text instead.
#[island]
pub fn CopyButton(
    #[prop(into)] text: String,
    /// What is copied, for the button's name: `Copy key`.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let usable = use_clipboard();
    let copied = RwSignal::new(false);
    let (text, label) = (StoredValue::new(text), StoredValue::new(label));
    view! {
        <Show when=usable fallback=|| view! { <small class="hint">"Select the text to copy it"</small> }>
            <button type="button" class="btn" on:click=move |_| copy(&text.read_value(), copied)>
                <Icon name="copy" />
                <span role="status">{move || if copied.get() { "Copied".to_owned() } else { label.get_value() }}</span>
            </button>
        </Show>
    }
}

/// A small copy control. In a row it is an icon with the name `label`; with `entry` it is an entry of a menu.
/// Where nothing can be copied it is left out.
#[island]
pub fn CopyLink(#[prop(into)] text: String, #[prop(into)] label: String, entry: bool) -> impl IntoView {
    let usable = use_clipboard();
    let copied = RwSignal::new(false);
    let (text, label) = (StoredValue::new(text), StoredValue::new(label));
    view! {
        <Show when=usable>
            <button type="button" aria-label=(!entry).then(|| label.get_value()) on:click=move |_| copy(&text.read_value(), copied)>
                {move || if copied.get() { view! { <Icon name="check" /> } } else { view! { <Icon name="copy" /> } }}
                {entry.then(|| label.get_value())}
            </button>
            <span class="sr-only" role="status">
                {move || copied.get().then_some("Copied.")}
            </span>
        </Show>
    }
}
