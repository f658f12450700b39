//! Arrow keys in the chart of the Usage page.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::all;

/// Makes the columns of the chart one stop of the Tab key: the arrow keys, Home and End lead from column to column.
#[island]
pub fn ChartKeys() -> impl IntoView {
    Effect::new(|_| {
        rove(&columns(), 0);
        window_event_listener(ev::keydown, on_key);
    });
}

fn columns() -> Vec<web_sys::Element> {
    document().body().map(|body| all(&body, "g.col")).unwrap_or_default()
}

fn on_key(event: web_sys::KeyboardEvent) {
    let columns = columns();
    let focused = document().active_element();
    let here = columns.iter().position(|column| Some(column) == focused.as_ref());
    let next = here.and_then(|here| next_column(&event.key(), here, columns.len() - 1));
    if let Some(next) = next {
        event.prevent_default();
        rove(&columns, next);
        if let Some(column) = columns[next].dyn_ref::<web_sys::SvgElement>() {
            // An element that cannot take the focus leaves it where it was.
            let _ = column.focus();
        }
    }
}

/// Only the column at `index` can be reached with Tab.
fn rove(columns: &[web_sys::Element], index: usize) {
    for (at, column) in columns.iter().enumerate() {
        // Refused only for a name that no attribute can have.
        let _ = column.set_attribute("tabindex", if at == index { "0" } else { "-1" });
    }
}

/// The column that an arrow key, Home or End leads to.
fn next_column(key: &str, from: usize, last: usize) -> Option<usize> {
    match key {
        "ArrowRight" => Some((from + 1).min(last)),
        "ArrowLeft" => Some(from.saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_stay_inside_the_chart() {
        assert_eq!(next_column("ArrowRight", 5, 6), Some(6));
        assert_eq!(next_column("ArrowRight", 6, 6), Some(6));
        assert_eq!(next_column("ArrowLeft", 0, 6), Some(0));
        assert_eq!((next_column("Home", 4, 6), next_column("End", 4, 6)), (Some(0), Some(6)));
        assert_eq!(next_column("Tab", 4, 6), None);
    }
}
