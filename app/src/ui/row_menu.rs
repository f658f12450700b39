//! The menu of a row. It opens without script, through the popover attributes.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

use super::Icon;

/// A button with an ellipsis, and the menu behind it: links, buttons and forms with one button each.
#[component]
pub fn RowMenu(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The name of the row.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn ghost icon-only sm"
            popovertarget=id.clone()
            aria-label=format!("Actions for {label}")
        >
            <Icon name="ellipsis" />
        </button>
        <div id=id popover class="pop row-menu" on:click=close_menu>
            <div class="menu" role="group" aria-label=label>
                {children()}
            </div>
        </div>
    }
}

/// Closes the menu around a chosen entry; what the entry does goes on.
fn close_menu(event: web_sys::MouseEvent) {
    let chosen = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let menu = chosen.filter(|element| element.closest("a, button").is_ok_and(|entry| entry.is_some()));
    let menu = menu.and_then(|element| element.closest("[popover]").ok().flatten());
    if let Some(menu) = menu.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only for a menu that is closed already.
        let _ = menu.hide_popover();
    }
}

/// An entry of a menu that the role lacks, with the reason.
#[component]
pub fn DisabledEntry(icon: &'static str, label: &'static str, reason: &'static str) -> impl IntoView {
    view! {
        <button type="button" class="dim" aria-disabled="true" title=reason>
            <Icon name=icon />
            <span>{label} <span class="sub">{reason}</span></span>
        </button>
    }
}
