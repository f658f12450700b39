//! Dialogs, lifted to modal ones.

use leptos::{html, prelude::*, web_sys};

use super::go_to;

/// The open dialog of the server, made modal: backdrop, focus trap, Escape. The heading inside has the id `dialog-title`.
#[island]
pub fn Modal(
    /// Where Escape leads; with `None` the dialog stays.
    close: Option<String>,
    /// `wide`, or `sheet`: how it stands on the page.
    class: Option<String>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            make_modal(&dialog);
        }
    });
    // Browsers ask before the first Escape (`cancel`) and only tell of the second one (`close`): both lead away or back.
    let leave = move |event: web_sys::Event| {
        event.prevent_default();
        match (&close, node.get_untracked()) {
            (Some(close), _) => go_to(close),
            (None, Some(dialog)) => make_modal(&dialog),
            (None, None) => {}
        }
    };
    view! {
        <dialog
            open
            class=class
            aria-labelledby="dialog-title"
            node_ref=node
            on:cancel=leave.clone()
            on:close=leave
        >
            <div>{children()}</div>
        </dialog>
    }
}

fn make_modal(dialog: &web_sys::HtmlDialogElement) {
    if dialog.matches(":modal").unwrap_or(false) {
        return;
    }
    dialog.set_open(false);
    // Refused only for a dialog outside of the document; then it stays as the server made it.
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
    }
}
