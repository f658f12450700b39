//! The WASM client: it hydrates the page that the server rendered.

// The types of views are deep, and this crate is where they are laid out.
#![recursion_limit = "256"]

/// Called once by the script of the document.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
