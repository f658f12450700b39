//! Forms: they work without script, and show every error beside its field.
//!
//! A form provides its state to the fields inside, so that `<TextField name="email" …/>` finds its own error. With script,
//! the island [`Forms`](crate::islands::Forms) sends it and writes the errors of the answer to the same places.

use leptos::{context::Provider, prelude::*, server_fn::error::ServerFnUrlError};

use super::{Note, Tone};
use crate::model::AppError;

/// The error that the form around a field came back with.
#[derive(Clone)]
struct FormState(Option<AppError>);

/// The error of the server function at `path`, when its form came back with one.
pub fn failure(path: &str) -> Option<AppError> {
    let error = use_context::<ServerActionError>().filter(|error| error.path() == path)?;
    Some(ServerFnUrlError::decode_err(error.err()))
}

/// A form that posts to the server function at the path `action`. An error that belongs to no field inside is shown with
/// [`FormError`].
#[component]
pub fn Form(
    action: &'static str,
    /// What is wrong with a form that was only looked at and not sent yet.
    #[prop(optional)]
    refused: Option<AppError>,
    children: Children,
) -> impl IntoView {
    let failure = failure(action).or(refused);
    view! {
        <form action=action method="post" data-enhanced>
            <Provider value=FormState(failure)>{children()}</Provider>
        </form>
    }
}

/// A page form that came back, with what was typed into it. The server provides it as context of that one answer.
#[derive(Clone, Debug)]
pub struct RefusedForm<F>(pub AppError, pub F);

/// Why the form came back, and what was typed into it, if it did.
pub fn refused<F: Clone + Send + Sync + 'static>() -> (Option<AppError>, Option<F>) {
    use_context::<RefusedForm<F>>().map_or((None, None), |RefusedForm(error, typed)| (Some(error), Some(typed)))
}

/// A form that posts to a page of the server, which shows it again with what was typed when it is refused: without script, too.
#[component]
pub fn PageForm(
    #[prop(into)] href: String,
    /// The answer of the last post, if it was an error.
    failure: Option<AppError>,
    /// With a file among its fields.
    #[prop(optional)]
    file: bool,
    /// It changes nothing, but asks for another page: its fields stand in the address.
    #[prop(optional)]
    asks: bool,
    /// It shows no page of its own when it is done, but leads to another one. So a script can send it and stay on the page while
    /// it is refused.
    #[prop(optional)]
    enhanced: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <form action=href method=if asks { "get" } else { "post" } enctype=file.then_some("multipart/form-data") data-enhanced=enhanced>
            <Provider value=FormState(failure)>{children()}</Provider>
        </form>
    }
}

fn form_failure() -> Option<AppError> {
    use_context::<FormState>().and_then(|state| state.0)
}

/// The error of the surrounding form, unless every part of it stands beside one of the `fields`.
#[component]
pub fn FormError(#[prop(optional)] fields: &'static [&'static str]) -> impl IntoView {
    view! { <Alert error=form_failure().and_then(|error| beyond_fields(error, fields)) /> }
}

/// What went wrong, read out at once; hidden while there is nothing to say. Scripts write to `[data-message]`.
#[component]
pub fn Alert(error: Option<AppError>) -> impl IntoView {
    let nothing = error.is_none();
    view! {
        <div role="alert" hidden=nothing>
            <Note tone=Tone::Bad>
                <span data-message>{error.map(|error| error.to_string())}</span>
            </Note>
        </div>
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
    pub invalid: Option<&'static str>,
    /// For `autofocus`: the page came back with an error in this field.
    pub autofocus: bool,
}

/// Label, control, hint and error. The control is made by the children from its [`Control`]: `<Field … let:control>`.
#[component]
pub fn Field<F, V>(
    #[prop(into)] label: String,
    /// `name` of the control.
    name: &'static str,
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
    let error = form_failure().and_then(|error| error.on_field(name));
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
        invalid: error.is_some().then_some("true"),
        autofocus: error.is_some(),
    };
    let fine = error.is_none();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children(control)}
            {(!hint.is_empty()).then(|| view! { <span class="hint" id=hint_id>{hint}</span> })}
            <span class="error" id=error_id hidden=fine>{error}</span>
        </div>
    }
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
) -> impl IntoView {
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
            />
        }
    };
    view! { <Field label name hint id children=input /> }
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

/// The button that sends the surrounding form.
#[component]
pub fn Submit(#[prop(into)] label: String, #[prop(default = "btn primary")] class: &'static str) -> impl IntoView {
    view! {
        <button type="submit" class=class>
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
