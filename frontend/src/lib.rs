//! The WASM client: it hydrates the page that the server rendered.

/// Called once by the script of the document.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
