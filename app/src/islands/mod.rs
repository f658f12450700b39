//! What needs a script: islands in pages that are otherwise HTML of the server.
//!
//! Only this module reaches the WASM client. Every page works without it; the islands add what HTML cannot do.

mod brand;
mod chart;
mod copy;
mod escape;
mod forms;
mod live;
mod lookup;
mod modal;
mod palette;
mod password;
mod shortcuts;
mod slug;
mod switcher;
mod toast;

pub use brand::{BrandPreview, LogoPreview};
pub use chart::ChartKeys;
pub use copy::{CopyButton, CopyLink};
pub use escape::EscapeTo;
pub use forms::Forms;
pub use live::LiveStream;
pub use modal::Modal;
pub use palette::Palette;
pub use password::PasswordGroup;
pub use shortcuts::Shortcuts;
pub use slug::SlugSuggestion;
pub use switcher::SwitcherSearch;
pub use toast::Toast;

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

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

/// Listens for as long as the document lives.
fn listen(element: &web_sys::Element, event: &str, act: impl Fn(web_sys::Event) + 'static) {
    let callback = Closure::<dyn Fn(web_sys::Event)>::new(act).into_js_value();
    // Refused by no browser: the name is a string and the callback a function.
    let _ = element.add_event_listener_with_callback(event, callback.unchecked_ref());
}

/// The key of an event of the keyboard.
fn key(event: &web_sys::Event) -> Option<String> {
    event.dyn_ref::<web_sys::KeyboardEvent>().map(web_sys::KeyboardEvent::key)
}

/// Does what a click on it would.
fn follow(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        element.click();
    }
}

/// Leads the focus there; an element that cannot take it leaves it where it was.
fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}

/// The page at an address of this console, whose scripts do not run, or the status of an answer that is none.
async fn fetch_document(address: &str) -> Result<Result<web_sys::Document, u16>, JsValue> {
    let answer = JsFuture::from(window().fetch_with_str(address)).await?;
    let answer: web_sys::Response = answer.unchecked_into();
    if !answer.ok() {
        return Ok(Err(answer.status()));
    }
    let html = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    web_sys::DomParser::new()?
        .parse_from_string(&html, web_sys::SupportedType::TextHtml)
        .map(Ok)
}
