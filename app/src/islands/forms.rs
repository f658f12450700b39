//! Forms are sent without leaving the page: what was typed stays when it is refused, passwords, too.

use leptos::{ev, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use wasm_bindgen_futures::JsFuture;

use super::{all, go_to};
use crate::model::AppError;

/// Takes over every form of the page, once per document. A form is sent once at a time. With `data-enhanced` it is sent
/// by script, and an error is shown beside its fields or in its alert (see `ui::Form`); others are left to the browser.
#[island]
pub fn Forms() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::submit, on_submit);
        // A page that comes back from the browser's memory has nothing on its way.
        window_event_listener_untyped("pageshow", |_| {
            for button in document().body().map(|body| all(&body, "[aria-busy]")).unwrap_or_default() {
                set_busy(&button, false);
            }
        });
    });
}

fn on_submit(event: web_sys::SubmitEvent) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok()) else {
        return;
    };
    // A button can ask for another method: a look ahead is an ordinary address.
    let pressed = event.submitter();
    let asked = pressed.as_ref().and_then(|button| button.get_attribute("formmethod"));
    if asked.or_else(|| form.get_attribute("method")).as_deref() != Some("post") {
        return;
    }
    if !all(&form, "[aria-busy]").is_empty() {
        event.prevent_default();
        return;
    }
    let button = pressed
        .map(web_sys::Element::from)
        .or_else(|| all(&form, "[type=submit]").into_iter().next());
    if let Some(button) = &button {
        set_busy(button, true);
    }
    if form.has_attribute("data-enhanced") {
        event.prevent_default();
        spawn_local(async move {
            match send(&form).await {
                Ok(address) => go_to(&address),
                Err(error) => {
                    show(&form, error);
                    if let Some(button) = &button {
                        set_busy(button, false);
                    }
                }
            }
        });
    }
}

fn set_busy(button: &web_sys::Element, busy: bool) {
    // Refused only for a name that no attribute can have.
    let _ = if busy {
        button.set_attribute("aria-busy", "true")
    } else {
        button.remove_attribute("aria-busy")
    };
}

/// Posts the fields as the browser would. Returns the address that the answer leads to; without one, that of the page.
async fn send(form: &web_sys::HtmlFormElement) -> Result<String, AppError> {
    let unreachable = |_| AppError::Unreachable;
    let fields = web_sys::FormData::new_with_form(form).map_err(unreachable)?;
    let body = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).map_err(unreachable)?;
    let headers = web_sys::Headers::new().map_err(unreachable)?;
    headers.set("accept", "application/json").map_err(unreachable)?;
    let request = web_sys::RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body);

    let window = window();
    let action = form.get_attribute("action").unwrap_or_default();
    let answer = JsFuture::from(window.fetch_with_str_and_init(&action, &request)).await;
    let answer: web_sys::Response = answer.map_err(unreachable)?.unchecked_into();
    if answer.ok() {
        let location = answer.headers().get("location").ok().flatten();
        return Ok(location.unwrap_or_else(|| window.location().pathname().unwrap_or_default()));
    }
    let text = JsFuture::from(answer.text().map_err(unreachable)?).await.map_err(unreachable)?;
    Err(serde_json::from_str(&text.as_string().unwrap_or_default()).unwrap_or(AppError::Unreachable))
}

/// Shows the parts of an error beside their fields and the rest in the alert, and leads the focus to the first field.
fn show(form: &web_sys::HtmlFormElement, error: AppError) {
    clear(form);
    let rest = match error {
        AppError::Invalid { mut fields } => {
            fields.retain(|error| !show_field(form, &error.field, &error.message));
            (!fields.is_empty()).then_some(AppError::Invalid { fields })
        }
        other => Some(other),
    };
    if let Some((alert, error)) = alert_of(form).zip(rest) {
        write(&alert, "[data-message]", &error.to_string());
        let _ = alert.remove_attribute("hidden");
    }
    let first = all(form, "[aria-invalid=true]").into_iter().next();
    if let Some(control) = first.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A control that cannot take the focus keeps its message; nothing else is lost.
        let _ = control.focus();
    }
}

/// Takes the messages of the last attempt away.
fn clear(form: &web_sys::HtmlFormElement) {
    for control in all(form, "[aria-invalid]") {
        let _ = control.remove_attribute("aria-invalid");
    }
    for message in all(form, ".error").iter().chain(&alert_of(form)) {
        let _ = message.set_attribute("hidden", "");
    }
}

/// The alert of the form; a form without one uses that of the page.
fn alert_of(form: &web_sys::HtmlFormElement) -> Option<web_sys::Element> {
    let own = form.query_selector("[role=alert]").ok().flatten();
    own.or_else(|| document().query_selector("main [role=alert]").ok().flatten())
}

/// Shows a message beside the control of this name. False if there is none that can show it.
fn show_field(form: &web_sys::HtmlFormElement, name: &str, message: &str) -> bool {
    let control = form.query_selector(&format!("[name='{name}']")).ok().flatten();
    let place = control
        .as_ref()
        .and_then(|control| document().get_element_by_id(&format!("{}-error", control.id())));
    let (Some(control), Some(place)) = (control, place) else {
        return false;
    };
    place.set_text_content(Some(message));
    let _ = place.remove_attribute("hidden");
    let _ = control.set_attribute("aria-invalid", "true");
    true
}

fn write(root: &web_sys::Element, selector: &str, text: &str) {
    if let Ok(Some(element)) = root.query_selector(selector) {
        element.set_text_content(Some(text));
    }
}
