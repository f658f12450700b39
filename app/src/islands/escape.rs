//! The Escape key where nothing is modal.

use leptos::{ev, prelude::*};

use super::go_to;

/// Escape leads to `href`, unless a dialog or a menu is open, which it closes.
#[island]
pub fn EscapeTo(#[prop(into)] href: String) -> impl IntoView {
    Effect::new(move |_| {
        let href = href.clone();
        window_event_listener(ev::keydown, move |event| {
            let is_taken = document().query_selector("dialog[open], :popover-open").ok().flatten().is_some();
            if event.key() == "Escape" && !event.default_prevented() && !is_taken {
                go_to(&href);
            }
        });
    });
}
