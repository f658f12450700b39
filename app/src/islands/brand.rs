//! A colour, tried on before it is saved.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::{all, text_field, use_script};
use crate::model::branding::Colour;

/// Shows the colour of the field with the id `field` in the samples of the page while it is typed, and offers the browser's
/// own chooser beside it. Without script the samples show the colour that is saved.
#[island]
pub fn BrandPreview(#[prop(into)] field: String) -> impl IntoView {
    let running = use_script();
    let chooser = NodeRef::<html::Input>::new();
    let typed = StoredValue::new(field);
    Effect::new(move |_| {
        let saved = typed.with_value(|field| text_field(field)).map(|input| input.value());
        if let (Some(Ok(colour)), Some(chooser)) = (saved.map(|text| text.parse::<Colour>()), chooser.get()) {
            chooser.set_value(colour.as_str());
        }
    });
    Effect::new(move |_| {
        window_event_listener(ev::input, move |event| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
            let Some(input) = input.filter(|input| typed.with_value(|field| input.id() == *field)) else {
                return;
            };
            let colour = input.value().parse::<Colour>().ok();
            if let (Some(colour), Some(chooser)) = (&colour, chooser.get_untracked()) {
                chooser.set_value(colour.as_str());
            }
            show(colour.as_ref());
        });
    });
    let choose = move |_| {
        let (Some(chooser), Some(input)) = (chooser.get_untracked(), typed.with_value(|field| text_field(field))) else {
            return;
        };
        let value = chooser.value();
        input.set_value(&value);
        show(value.parse().ok().as_ref());
    };
    view! {
        <label class="chooser" hidden=move || !running.get()>
            <span class="label">"Choose"</span>
            <input type="color" autocomplete="off" node_ref=chooser on:input=choose />
        </label>
    }
}

/// Sets the colour of every sample through the object model: the policy of the page allows no style in its text.
fn show(colour: Option<&Colour>) {
    let Some(body) = document().body() else { return };
    for sample in all(&body, ".brand-sample") {
        let Ok(sample) = sample.dyn_into::<web_sys::HtmlElement>() else {
            continue;
        };
        // Refused only for what is no property.
        let _ = match colour {
            Some(colour) => sample.style().set_property("--brand", colour.as_str()),
            None => sample.style().remove_property("--brand").map(drop),
        };
    }
}
