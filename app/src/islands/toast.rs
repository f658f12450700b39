//! A short confirmation at the edge of the page.

use leptos::{prelude::*, wasm_bindgen::JsValue, web_sys};

use super::use_script;

/// Shows `text` until it is dismissed or the page is left. `parameter` is the one of the address that asked for it: it is
/// taken out, so that nobody reads the same again after a reload.
#[island]
pub fn Toast(#[prop(into)] text: String, #[prop(into)] parameter: String) -> impl IntoView {
    let running = use_script();
    let dismissed = RwSignal::new(false);
    Effect::new(move |_| forget(&parameter));
    view! {
        <div class="toast" hidden=move || dismissed.get()>
            <span>{text}</span>
            <Show when=move || running.get()>
                <button type="button" on:click=move |_| dismissed.set(true)>
                    "Dismiss"
                </button>
            </Show>
        </div>
    }
}

fn forget(parameter: &str) {
    let window = window();
    let address = window.location().href().and_then(|href| web_sys::Url::new(&href));
    if let (Ok(address), Ok(history)) = (address, window.history()) {
        address.search_params().delete(parameter);
        // Refused only where pages may not change their address; then it stays.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address.href()));
    }
}
