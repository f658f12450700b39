//! The shortcuts of the keyboard, and the switch that turns those of one letter off.

use leptos::prelude::*;

use super::{ORG_PAGES, PROJECT_PAGES, PageOfPlace, letter};
use crate::{
    icon::Icon,
    islands::Shortcuts,
    ui::{SingleKeys, use_place},
};

/// Shortcuts that do not lead to a page.
const KEYS: [(&[&str], &str); 4] = [
    (&["⌘", "K"], "Search or jump to, also Ctrl-K"),
    (&["/"], "Filter the list"),
    (&["c"], "Create"),
    (&["?"], "This help"),
];

/// The button at the top right with its panel. The island listens for the letters while they are on.
#[component]
pub fn Help() -> impl IntoView {
    let keys = use_context::<SingleKeys>().unwrap_or_default();
    view! {
        <button type="button" class="btn ghost icon-only" id="help-open" popovertarget="help" aria-haspopup="dialog" aria-label="Help">
            <Icon name="circle-help" />
        </button>
        <div id="help" popover="auto" class="pop help" role="dialog" aria-label="Keyboard shortcuts">
            <h2 class="h3">"Keyboard shortcuts"</h2>
            <ShortcutList />
            <Switch keys />
        </div>
        {keys.0.then(|| view! { <Shortcuts /> })}
    }
}

/// The shortcuts of this place.
#[component]
fn ShortcutList() -> impl IntoView {
    let place = use_place();
    let pages: &[PageOfPlace] = if place.project.is_some() { &PROJECT_PAGES } else { &ORG_PAGES };
    let pages = pages.iter().filter(|(.., action)| place.standing.may(*action));
    let go = pages.filter_map(|(page, label, ..)| Some((vec!["g", letter(page)?], *label)));
    let rows = KEYS
        .into_iter()
        .map(|(keys, text)| (keys.to_vec(), text))
        .chain(go)
        .map(|(keys, text)| {
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
            view! {
                <div>
                    <dt>{keys}</dt>
                    <dd>{text}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="shortcuts">{rows}</dl> }
}

/// A plain form: the server keeps the choice in a cookie and returns to this page.
#[component]
fn Switch(keys: SingleKeys) -> impl IntoView {
    let buttons = [SingleKeys(true), SingleKeys(false)].map(|choice| {
        let pressed = if choice == keys { "true" } else { "false" };
        let label = if choice.0 { "On" } else { "Off" };
        view! {
            <button type="submit" name="keys" value=choice.as_str() aria-pressed=pressed>
                {label}
            </button>
        }
    });
    view! {
        <form method="post" action="/prefs/keys">
            <span class="muted" id="single-keys">
                "Shortcuts of one letter"
            </span>
            <div class="segmented" role="group" aria-labelledby="single-keys">
                {buttons.into_iter().collect_view()}
            </div>
        </form>
    }
}
