//! Parts that need the browser's script; without it they are left out or replaced by a hint.

use leptos::prelude::*;

use super::Icon;

/// True once the page runs in the browser. False on the server and while hydrating, so that both render the same.
pub fn use_script() -> ReadSignal<bool> {
    let (running, set_running) = signal(false);
    Effect::new(move |_| set_running.set(true));
    running
}

/// Copies a text. Without script, or without a secure connection, it is a hint to select the text instead.
#[component]
pub fn CopyButton(
    #[prop(into)] text: String,
    /// What is copied, for the button's name: `Copy key`.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let running = use_script();
    let usable = move || running.get() && window().is_secure_context();
    let copied = RwSignal::new(false);
    let text = StoredValue::new(text);
    let label = StoredValue::new(label);
    let copy = move |_| {
        // The browser may refuse (no permission); then the label does not change, and the text can still be selected.
        drop(window().navigator().clipboard().write_text(&text.read_value()));
        copied.set(true);
    };
    view! {
        <Show when=usable fallback=|| view! { <small class="hint">"Select the text to copy it"</small> }>
            <button type="button" class="btn" on:click=copy>
                <Icon name="copy" />
                <span role="status">{move || if copied.get() { "Copied".to_owned() } else { label.get_value() }}</span>
            </button>
        </Show>
    }
}

/// Short confirmations at the edge of the page. They are never the only record of an error.
#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Option<String>>);

impl Toaster {
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Shows a text until it is dismissed or replaced.
    pub fn show(self, text: impl Into<String>) {
        self.0.set(Some(text.into()));
    }
}

impl Default for Toaster {
    fn default() -> Self {
        Self::new()
    }
}

/// The handle to show toasts with.
pub fn use_toaster() -> Toaster {
    use_context().unwrap_or_default()
}

/// Where toasts appear; once per document.
#[component]
pub fn Toasts() -> impl IntoView {
    let Toaster(text) = use_toaster();
    view! {
        <div class="toasts" role="status">
            {move || {
                text.get()
                    .map(|message| {
                        view! {
                            <div class="toast">
                                <span>{message}</span>
                                <button type="button" on:click=move |_| text.set(None)>"Dismiss"</button>
                            </div>
                        }
                    })
            }}
        </div>
    }
}
