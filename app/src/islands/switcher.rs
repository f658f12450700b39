//! The switcher: its list comes when it opens, and follows what is typed.

use std::{cell::Cell, time::Duration};

use leptos::{prelude::*, web_sys};

use super::{
    all, focus, follow, listen,
    lookup::{Lookup, PAUSE},
};

/// Fills `#places` from the form `#places-search` when `#switcher` opens for the first time and whenever something is typed. The
/// arrow keys lead through the links, Enter in the field opens the first one.
#[island]
pub fn SwitcherSearch() -> impl IntoView {
    Effect::new(|_| {
        let panel = document().get_element_by_id("switcher");
        let Some((panel, lookup)) = panel.zip(Lookup::new("places-search", "places")) else {
            return;
        };
        let (opening, typing, sending) = (lookup.clone(), lookup.clone(), lookup);
        let is_new = Cell::new(true);
        listen(&panel, "beforetoggle", move |_| {
            if is_new.replace(false) {
                opening.ask(Duration::ZERO, |_| {});
            }
        });
        listen(&panel, "input", move |_| typing.ask(PAUSE, |_| {}));
        listen(&panel, "submit", move |event| {
            let first = all(sending.part(), "a").into_iter().next().filter(|_| sending.is_settled());
            if let Some(first) = first {
                event.prevent_default();
                follow(&first);
            }
        });
        let rows = panel.clone();
        listen(&panel, "keydown", move |event| on_key(&rows, &event));
    });
}

fn on_key(panel: &web_sys::Element, event: &web_sys::Event) {
    let Some(key) = super::key(event) else { return };
    let stops = all(panel, "input[type=search], a");
    let focused = document().active_element();
    let here = stops.iter().position(|stop| Some(stop) == focused.as_ref());
    if let Some(next) = here.and_then(|here| next_stop(&key, here, stops.len())) {
        event.prevent_default();
        focus(&stops[next]);
    }
}

/// The row that an arrow key leads to; they stop at both ends.
fn next_stop(key: &str, from: usize, count: usize) -> Option<usize> {
    match key {
        "ArrowDown" => Some((from + 1).min(count - 1)),
        "ArrowUp" => Some(from.saturating_sub(1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_stop_at_both_ends() {
        assert_eq!((next_stop("ArrowDown", 0, 3), next_stop("ArrowDown", 2, 3)), (Some(1), Some(2)));
        assert_eq!((next_stop("ArrowUp", 1, 3), next_stop("ArrowUp", 0, 3)), (Some(0), Some(0)));
        assert_eq!(next_stop("Tab", 1, 3), None);
    }
}
