//! The menu of a row. It opens without script, through the popover attributes.

use leptos::prelude::*;

use crate::icon::Icon;

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
        <div id=id popover class="pop row-menu">
            <div class="menu" role="group" aria-label=label>
                {children()}
            </div>
        </div>
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
