//! Dialogs that stand in the URL: the server renders them open, so they work without script and can be linked to.

use leptos::prelude::*;

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
