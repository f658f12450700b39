//! Dialogs that stand in the URL: the server renders them open, so they work without script and can be linked to.

use leptos::{html, prelude::*, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// A dialog with its title; the children are a form, or a `div.body` and a `div.foot`.
/// `close` is the address of the page without the dialog: Escape leads there, and so should the Cancel link.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    #[prop(into)] close: String,
    /// For tables and longer texts.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            make_modal(&dialog);
        }
    });
    let navigate = use_navigate();
    let cancel = move |event: web_sys::Event| {
        event.prevent_default();
        navigate(&close, NavigateOptions::default());
    };
    view! {
        <dialog open class=wide.then_some("wide") aria-labelledby="dialog-title" node_ref=node on:cancel=cancel>
            <div>
                <div class="head">
                    <h2 id="dialog-title">{title}</h2>
                    {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
                </div>
                {children()}
            </div>
        </dialog>
    }
}

/// Lifts the open dialog of the server to a modal one: backdrop, focus trap, Escape.
fn make_modal(dialog: &web_sys::HtmlDialogElement) {
    if dialog.matches(":modal").unwrap_or(false) {
        return; // Drawn again with new data: it is modal already.
    }
    dialog.set_open(false);
    // Refused only for a dialog outside of the document; then it stays as the server made it.
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}
