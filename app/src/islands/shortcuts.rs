//! Shortcuts of one letter. They are no part of a page whose person turned them off.

use leptos::{ev, prelude::*, web_sys};

use super::{focus, follow};

/// How long `g` waits for the letter of a page, in milliseconds.
const CHORD: f64 = 1_500.0;

/// `/` leads to the filter, `c` to what creates, `g` and a letter to a page of the side navigation, `?` opens the help. Not while
/// a field has the focus, nor while something lies over the page.
#[island]
pub fn Shortcuts() -> impl IntoView {
    let since_g = StoredValue::new(None::<f64>);
    Effect::new(move |_| {
        window_event_listener(ev::keydown, move |event| {
            if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || is_busy() {
                return;
            }
            let key = event.key();
            let now = event.time_stamp();
            let goes = since_g.get_value().is_some_and(|at| now - at < CHORD);
            since_g.set_value((key == "g" && !goes).then_some(now));
            if let Some(selector) = selector(&key, goes)
                && let Ok(Some(target)) = document().query_selector(&selector)
            {
                event.prevent_default();
                act(&target);
            }
        });
    });
}

/// Does a field have the focus, or lies a dialog, a menu or a panel over the page?
fn is_busy() -> bool {
    let in_field = document()
        .active_element()
        .is_some_and(|element| element.matches("input, select, textarea, [contenteditable]").unwrap_or(false));
    in_field || document().query_selector("dialog[open], :popover-open").ok().flatten().is_some()
}

/// What a key is for.
fn selector(key: &str, goes: bool) -> Option<String> {
    let is_letter = key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_lowercase());
    match key {
        _ if goes => is_letter.then(|| format!("[data-go={key}]")),
        "/" => Some("main input[type=search]".to_owned()),
        // What a page is there to make is its primary action; where nothing is made yet, it stands among the first steps.
        "c" => Some("main :is(.page-head, .steps) a.primary".to_owned()),
        "?" => Some("#help-open".to_owned()),
        _ => None,
    }
}

fn act(target: &web_sys::Element) {
    if target.matches("input").unwrap_or(false) {
        focus(target);
    } else {
        follow(target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_after_g_names_a_page_and_nothing_else() {
        assert_eq!(selector("k", true).as_deref(), Some("[data-go=k]"));
        assert_eq!(selector("c", true).as_deref(), Some("[data-go=c]"));
        assert_eq!(selector("]", true), None);
        assert_eq!(selector("Shift", true), None);
        assert_eq!(selector("k", false), None);
        assert_eq!(selector("g", false), None);
        assert_eq!(selector("/", false).as_deref(), Some("main input[type=search]"));
    }
}
