//! The palette: a panel over the page, whose results the server draws.

use std::time::Duration;

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::{
    all, follow, listen,
    lookup::{Lookup, PAUSE},
    text_field,
};

/// Opens `#palette` with ⌘K, Ctrl-K and the link `#palette-open`, and makes a list box of the links in `#results`: the focus
/// stays in the field while the arrow keys choose, Enter opens, and with ⌘ or Ctrl in a new tab. Escape closes, and the focus
/// returns: popovers do both by themselves.
#[island]
pub fn Palette() -> impl IntoView {
    Effect::new(|_| {
        let Some(palette) = State::find() else { return };
        let by_key = palette.clone();
        window_event_listener(ev::keydown, move |event| {
            let is_chord = (event.meta_key() || event.ctrl_key()) && !event.alt_key() && !event.shift_key();
            if is_chord && event.key().eq_ignore_ascii_case("k") {
                event.prevent_default();
                by_key.open();
            }
        });
        if let Some(link) = document().get_element_by_id("palette-open") {
            let by_link = palette.clone();
            listen(&link, "click", move |event| {
                let mouse = event.dyn_ref::<web_sys::MouseEvent>();
                // A new tab takes the page instead.
                if !mouse.is_some_and(|mouse| mouse.meta_key() || mouse.ctrl_key() || mouse.shift_key()) {
                    event.prevent_default();
                    by_link.open();
                }
            });
        }
        let (typed, pressed) = (palette.clone(), palette.clone());
        listen(&palette.field, "input", move |_| typed.ask(PAUSE));
        listen(&palette.field, "keydown", move |event| pressed.on_key(&event));
    });
}

#[derive(Clone)]
struct State {
    panel: web_sys::HtmlElement,
    field: web_sys::HtmlInputElement,
    lookup: Lookup,
}

impl State {
    fn find() -> Option<Self> {
        Some(Self {
            panel: document().get_element_by_id("palette")?.dyn_into().ok()?,
            field: text_field("palette-text")?,
            lookup: Lookup::new("palette-search", "results")?,
        })
    }

    fn open(&self) {
        // What lies over a modal dialog could not take the focus.
        let is_taken = document().query_selector("dialog[open]").ok().flatten().is_some();
        // Refused only for a panel that is open already.
        if !is_taken && self.panel.show_popover().is_ok() {
            self.field.set_value("");
            self.ask(Duration::ZERO);
        }
    }

    fn ask(&self, pause: Duration) {
        let palette = self.clone();
        self.lookup.ask(pause, move |_| {
            palette.dress();
            palette.choose(0);
        });
    }

    fn options(&self) -> Vec<web_sys::Element> {
        all(self.lookup.part(), "a")
    }

    /// Links become options. A list box without any would be none.
    fn dress(&self) {
        // Refused only for a name that no attribute can have.
        let _ = self.field.remove_attribute("aria-activedescendant");
        let results = self.lookup.part();
        let options = self.options();
        set(results, "role", if options.is_empty() { "presentation" } else { "listbox" });
        for group in all(results, "section") {
            set(&group, "role", "group");
        }
        for frame in all(results, "h2, ul, li") {
            set(&frame, "role", "presentation");
        }
        for (index, option) in options.iter().enumerate() {
            option.set_id(&format!("result-{index}"));
            set(option, "role", "option");
            set(option, "tabindex", "-1");
        }
    }

    fn choose(&self, index: usize) {
        for (at, option) in self.options().iter().enumerate() {
            set(option, "aria-selected", if at == index { "true" } else { "false" });
            if at == index {
                set(&self.field, "aria-activedescendant", &option.id());
                let nearest = web_sys::ScrollIntoViewOptions::new();
                nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
                option.scroll_into_view_with_scroll_into_view_options(&nearest);
            }
        }
    }

    fn on_key(&self, event: &web_sys::Event) {
        let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else {
            return;
        };
        if event.key() == "Tab" {
            event.prevent_default();
            // Refused only for a panel that is closed already.
            let _ = self.panel.hide_popover();
        }
        let options = self.options();
        let is_chosen = |option: &web_sys::Element| option.get_attribute("aria-selected").as_deref() == Some("true");
        let Some(here) = options.iter().position(is_chosen) else { return };
        if let Some(next) = next_option(&event.key(), here, options.len()) {
            event.prevent_default();
            self.choose(next);
        } else if event.key() == "Enter" && !event.is_composing() && self.lookup.is_settled() {
            event.prevent_default();
            match options[here].get_attribute("href") {
                Some(address) if event.meta_key() || event.ctrl_key() => {
                    // A browser that lets no tab be opened says so itself.
                    let _ = window().open_with_url_and_target(&address, "_blank");
                }
                _ => follow(&options[here]),
            }
        }
    }
}

fn set(element: &web_sys::Element, name: &str, value: &str) {
    // Refused only for a name that no attribute can have.
    let _ = element.set_attribute(name, value);
}

/// The option that an arrow key leads to; behind the last comes the first.
fn next_option(key: &str, from: usize, count: usize) -> Option<usize> {
    match key {
        "ArrowDown" => Some((from + 1) % count),
        "ArrowUp" => Some((from + count - 1) % count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrow_keys_go_round() {
        assert_eq!((next_option("ArrowDown", 0, 3), next_option("ArrowDown", 2, 3)), (Some(1), Some(0)));
        assert_eq!((next_option("ArrowUp", 1, 3), next_option("ArrowUp", 0, 3)), (Some(0), Some(2)));
        assert_eq!(next_option("Home", 1, 3), None);
    }
}
