//! Dialogs that stand in the URL: the server renders them open, so they work without script and can be linked to.

use leptos::prelude::*;

use super::Submit;
use crate::islands::Modal;

/// A dialog with its title; the children are a form, or a `div.body` and a `div.foot`.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    /// The address of the page without the dialog: Escape leads there, and so should the Cancel link. Without one, Escape
    /// does nothing.
    #[prop(optional, into)]
    close: Option<String>,
    /// For tables and longer texts.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <Modal close class=wide.then(|| "wide".to_owned())>
            <div class="head">
                <h2 id="dialog-title">{title}</h2>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </div>
            {children()}
        </Modal>
    }
}

/// The foot of a dialog with a form: the way back, and the button that sends the form.
#[component]
pub fn DialogFoot(
    /// The address of the page without the dialog.
    #[prop(into)]
    close: String,
    #[prop(into)] label: String,
    /// For what ends or takes something.
    #[prop(optional)]
    danger: bool,
    /// The focus begins on what does nothing: for dialogs without a field.
    #[prop(optional)]
    cancel_first: bool,
    /// Further buttons, between the two.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="foot">
            <a class="btn" href=close autofocus=cancel_first>
                "Cancel"
            </a>
            {children.map(|children| children())}
            <Submit label class=if danger { "btn danger" } else { "btn primary" } />
        </div>
    }
}
