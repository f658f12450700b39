//! What needs a script: islands in pages that are otherwise HTML of the server.
//!
//! Only this module reaches the WASM client. Every page works without it; the islands add what HTML cannot do.

mod chart;
mod copy;
mod escape;
mod forms;
mod live;
mod modal;
mod password;
mod slug;
mod switcher;
mod toast;

pub use chart::ChartKeys;
pub use copy::{CopyButton, CopyLink};
pub use escape::EscapeTo;
pub use forms::Forms;
pub use live::LiveStream;
pub use modal::Modal;
pub use password::PasswordGroup;
pub use slug::SlugSuggestion;
pub use switcher::SwitcherSearch;
pub use toast::Toast;

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

/// True once the island runs in the browser. False on the server and while hydrating, so that both render the same.
fn use_script() -> ReadSignal<bool> {
    let (running, set_running) = signal(false);
    Effect::new(move |_| set_running.set(true));
    running
}

/// Leads to an address of this console; the server draws that page.
fn go_to(address: &str) {
    // Refused only for an address that is no URL.
    let _ = window().location().assign(address);
}

/// The elements below `root` that a selector finds, in the order of the document.
fn all(root: &web_sys::Element, selector: &str) -> Vec<web_sys::Element> {
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index).and_then(|node| node.dyn_into().ok()))
        .collect()
}

/// The text field with this id.
fn text_field(id: &str) -> Option<web_sys::HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
