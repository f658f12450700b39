//! A colour and a logo, tried on before they are saved.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};
use wasm_bindgen::closure::Closure;

use super::{all, text_field, use_script};
use crate::model::branding::{Colour, MAX_LOGO_BYTES};

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
            let Some(input) = typed.with_value(|field| input_of(&event, field)) else {
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

/// Shows the file that is chosen in the field with the id `field` as the logo of the samples, before it is uploaded. Of no file,
/// and of one that the server would refuse at once by its kind or size, they show what is saved: the refusal says why.
#[island]
pub fn LogoPreview(#[prop(into)] field: String) -> impl IntoView {
    Effect::new(move |_| {
        let saved = marks()
            .into_iter()
            .map(|mark| (mark.class_name(), mark.inner_html()))
            .collect::<Vec<_>>();
        let (field, turn) = (field.clone(), StoredValue::new(0_u32));
        let show = move |input: &web_sys::HtmlInputElement| {
            turn.update_value(|turn| *turn += 1);
            for (mark, (class, content)) in marks().iter().zip(&saved) {
                mark.set_class_name(class);
                mark.set_inner_html(content);
            }
            let fits = |file: &web_sys::File| {
                let is_small = u32::try_from(MAX_LOGO_BYTES).is_ok_and(|most| file.size() <= f64::from(most));
                is_small && matches!(file.type_().as_str(), "image/svg+xml" | "image/png")
            };
            if let Some(file) = input.files().and_then(|files| files.get(0)).filter(fits) {
                let begun = turn.get_value();
                // Another file may be chosen while this one is read.
                read(&file, move |address| {
                    if turn.get_value() == begun {
                        show_logo(&address);
                    }
                });
            }
        };
        // It may have been chosen before the client was there.
        if let Some(input) = text_field(&field) {
            show(&input);
        }
        window_event_listener(ev::change, move |event| {
            if let Some(input) = input_of(&event, &field) {
                show(&input);
            }
        });
    });
}

/// The field with this id, if the event is of it.
fn input_of(event: &web_sys::Event, id: &str) -> Option<web_sys::HtmlInputElement> {
    let input = event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?;
    (input.id() == id).then_some(input)
}

/// Reads the file as an address that holds all of it. One that cannot be read is not shown, and the upload says so.
fn read(file: &web_sys::File, show: impl FnOnce(String) + 'static) {
    let Ok(reader) = web_sys::FileReader::new() else { return };
    let loaded = {
        let reader = reader.clone();
        move || {
            if let Some(address) = reader.result().ok().and_then(|result| result.as_string()) {
                show(address);
            }
        }
    };
    reader.set_onload(Some(Closure::once_into_js(loaded).unchecked_ref()));
    // Refused only while it reads already.
    let _ = reader.read_as_data_url(file);
}

/// The marks in the samples.
fn marks() -> Vec<web_sys::Element> {
    let body = document().body();
    body.map(|body| all(&body, ".brand-sample .brandmark")).unwrap_or_default()
}

/// Puts the picture at this address into the marks. In an image no script runs and nothing is loaded.
fn show_logo(address: &str) {
    for mark in marks() {
        let Ok(image) = document().create_element("img") else {
            continue;
        };
        // Names of attributes that every browser knows.
        let _ = image.set_attribute("src", address);
        let _ = image.set_attribute("alt", "");
        mark.set_class_name("brandmark logo");
        mark.replace_children_with_node_1(&image);
    }
}
