//! The WASM client: the islands of the console, each exported under the name that its element in the page bears.

// Nothing here calls the islands: the page does, by name.
extern crate app as _;

/// Called once by the script of the document, before the islands.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
