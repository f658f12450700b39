//! Forms: they work before the WASM does, show every error beside its field, and cannot be sent twice.
//!
//! `<Form action=…>` provides its state to the fields inside, so that `<TextField name="email" …/>` finds its own error.

use leptos::{
    context::Provider,
    form::ActionForm,
    html,
    prelude::*,
    server_fn::{Http, ServerFn, client::Client, codec::PostUrl, request::ClientReq},
    wasm_bindgen::JsCast,
    web_sys,
};
use serde::de::DeserializeOwned;

use super::ErrorNote;
use crate::model::AppError;

/// The state of the form around a field.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    pub failure: Signal<Option<AppError>>,
    pub pending: Signal<bool>,
}

/// The last answer of the action, if it was an error.
pub fn failure<S>(action: ServerAction<S>) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Send + Sync + Clone + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().cloned())))
}

/// A form that posts to a server function. An error that belongs to no field inside is shown with [`FormError`].
#[component]
pub fn Form<S, Output>(action: ServerAction<S>, children: Children) -> impl IntoView
where
    S: DeserializeOwned + ServerFn<Protocol = Http<PostUrl, Output>, Error = AppError> + Clone + Send + Sync + 'static,
    <S::Client as Client<AppError>>::Request: ClientReq<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<web_sys::FormData>,
    S::Output: Send + Sync + 'static,
    S::Client: Client<AppError>,
{
    let failure = failure(action);
    let node = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if failure.with(Option::is_some) {
            request_animation_frame(move || focus_first_invalid(node));
        }
    });
    view! {
        <ActionForm action node_ref=node>
            <Provider value=FormState { failure, pending: action.pending().into() }>{children()}</Provider>
        </ActionForm>
    }
}

pub(super) fn focus_first_invalid(form: NodeRef<html::Form>) {
    let first = form
        .get_untracked()
        .and_then(|form| form.query_selector("[aria-invalid=true]").ok().flatten());
    if let Some(control) = first.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A control that cannot take the focus keeps its message; nothing else is lost.
        let _ = control.focus();
    }
}

/// The error of the surrounding form, unless every part of it stands beside one of the `fields`.
#[component]
pub fn FormError(#[prop(optional)] fields: &'static [&'static str]) -> impl IntoView {
    let failure = use_context::<FormState>().map(|state| state.failure);
    move || {
        failure
            .and_then(|failure| failure.get())
            .and_then(|error| beyond_fields(error, fields))
            .map(|error| view! { <ErrorNote error /> })
    }
}

/// What is left of an error when the named fields show theirs.
fn beyond_fields(error: AppError, shown: &[&str]) -> Option<AppError> {
    match error {
        AppError::Invalid { mut fields } => {
            fields.retain(|field| !shown.contains(&field.field.as_str()));
            (!fields.is_empty()).then_some(AppError::Invalid { fields })
        }
        other => Some(other),
    }
}

/// How a control is wired to its label, hint and error: set all four on it.
#[derive(Clone)]
pub struct Control {
    pub id: String,
    pub name: &'static str,
    /// For `aria-describedby`.
    pub described_by: String,
    /// For `aria-invalid`: `true` or nothing.
    pub invalid: Signal<Option<&'static str>>,
    /// For `autofocus`: the page came back with an error in this field, without script.
    pub autofocus: bool,
}

/// Label, control, hint and error. The control is made by the children from its [`Control`]: `<Field … let:control>`.
#[component]
pub fn Field<F, V>(
    #[prop(into)] label: String,
    /// `name` of the control.
    name: &'static str,
    /// The error; by default the one that the surrounding [`Form`] has for this name.
    #[prop(optional, into)]
    error: Option<Signal<Option<String>>>,
    #[prop(optional, into)] hint: String,
    /// By default `f-` and the name; set it where two forms of a page share a name.
    #[prop(optional, into)]
    id: String,
    children: F,
) -> impl IntoView
where
    F: FnOnce(Control) -> V,
    V: IntoView,
{
    let error = error.unwrap_or_else(|| form_error(name));
    let id = if id.is_empty() { format!("f-{name}") } else { id };
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let control = Control {
        id: id.clone(),
        name,
        described_by: if hint.is_empty() {
            error_id.clone()
        } else {
            format!("{hint_id} {error_id}")
        },
        invalid: Signal::derive(move || error.with(Option::is_some).then_some("true")),
        autofocus: error.with_untracked(Option::is_some),
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children(control)}
            {(!hint.is_empty()).then(|| view! { <span class="hint" id=hint_id>{hint}</span> })}
            <span class="error" id=error_id hidden=move || error.with(Option::is_none)>{move || error.get()}</span>
        </div>
    }
}

fn form_error(name: &'static str) -> Signal<Option<String>> {
    let failure = use_context::<FormState>().map(|state| state.failure);
    Signal::derive(move || failure.and_then(|failure| failure.with(|error| error.as_ref().and_then(|error| error.on_field(name)))))
}

/// A one-line text field.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    name: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] hint: String,
    /// By default `f-` and the name; set it where two forms of a page share a name.
    #[prop(optional, into)]
    id: String,
    #[prop(optional, into)] value: String,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional, into)] error: Option<Signal<Option<String>>>,
    /// The `<input>`, for pages that read or set it.
    #[prop(optional)]
    node: NodeRef<html::Input>,
) -> impl IntoView {
    let error = error.unwrap_or_else(|| form_error(name));
    let input = move |control: Control| {
        view! {
            <input
                class="input"
                type=kind
                id=control.id
                name=control.name
                value=value
                autocomplete=autocomplete
                inputmode=inputmode
                placeholder=placeholder
                required=required
                autofocus=autofocus || control.autofocus
                aria-describedby=control.described_by
                aria-invalid=control.invalid
                node_ref=node
            />
        }
    };
    view! { <Field label name error hint id children=input /> }
}

/// A choice among a few words. `options` are pairs of value and label.
#[component]
pub fn SelectField(
    #[prop(into)] label: String,
    name: &'static str,
    options: Vec<(String, String)>,
    #[prop(optional, into)] selected: String,
    #[prop(optional, into)] hint: String,
    /// By default `f-` and the name; set it where two forms of a page share a name.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    let select = move |control: Control| {
        let options = options
            .into_iter()
            .map(|(value, text)| {
                let chosen = value == selected;
                view! { <option value=value selected=chosen>{text}</option> }
            })
            .collect_view();
        view! {
            <select
                class="select"
                id=control.id
                name=control.name
                aria-describedby=control.described_by
                aria-invalid=control.invalid
                autofocus=control.autofocus
            >
                {options}
            </select>
        }
    };
    view! { <Field label name hint id children=select /> }
}

/// The button that sends the surrounding form: busy while it is on its way, and deaf to a second click.
#[component]
pub fn Submit(
    #[prop(into)] label: String,
    #[prop(default = "btn primary")] class: &'static str,
    /// By default that of the surrounding [`Form`].
    #[prop(optional, into)]
    pending: Option<Signal<bool>>,
) -> impl IntoView {
    let pending = pending
        .or_else(|| use_context::<FormState>().map(|state| state.pending))
        .unwrap_or_else(|| Signal::stored(false));
    // A prevented click also stops the Enter key: browsers send it as a click on this button.
    let once = move |event: web_sys::MouseEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <button type="submit" class=class aria-busy=move || pending.get().then_some("true") on:click=once>
            {label}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldError;

    #[test]
    fn an_error_without_a_field_on_the_page_is_still_shown() {
        let error = AppError::Invalid {
            fields: vec![FieldError::new("name", "Enter a name."), FieldError::new("token", "Old link.")],
        };
        assert_eq!(beyond_fields(error, &["name"]), Some(AppError::field("token", "Old link.")));
        assert_eq!(beyond_fields(AppError::field("name", "Enter a name."), &["name"]), None);
        assert_eq!(beyond_fields(AppError::Internal, &["name"]), Some(AppError::Internal));
    }
}
