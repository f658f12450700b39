//! An address that follows a name.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::text_field;
use crate::model::Slug;

/// Fills the field with the id `to` from the one with the id `from` while the person types there, until they type an
/// address of their own. Without script, both are typed.
#[island]
pub fn SlugSuggestion(#[prop(into)] from: String, #[prop(into)] to: String) -> impl IntoView {
    let last = StoredValue::new(String::new());
    Effect::new(move |_| {
        let (from, to) = (from.clone(), to.clone());
        window_event_listener(ev::input, move |event| {
            let typed = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
            let name = typed.filter(|field| field.id() == from);
            let address = text_field(&to).filter(|field| last.with_value(|last| *last == field.value()));
            if let (Some(name), Some(address)) = (name, address) {
                let suggestion = Slug::suggest(&name.value()).map(String::from).unwrap_or_default();
                address.set_value(&suggestion);
                last.set_value(suggestion);
            }
        });
    });
}
