//! The palette: everything by a few letters. Its results are drawn by the page `/search`, which is all of it without script.

use leptos::prelude::*;

use crate::{
    icon::Icon,
    islands::Palette,
    ui::{address, href, use_place},
};

/// The page with the results.
pub const SEARCH: &str = "/search";

/// The way in, in the top bar.
#[component]
pub fn PaletteLink() -> impl IntoView {
    let address = href(SEARCH, &[("from", address().path())]);
    view! {
        <a class="btn sm only-wide" id="palette-open" href=address aria-haspopup="dialog" aria-keyshortcuts="Meta+K Control+K" title="⌘K or Ctrl-K">
            <Icon name="search" />
            <span class="muted">"Search or jump to…"</span>
            <kbd>"⌘K"</kbd>
        </a>
    }
}

/// The panel. The island opens it and fills `#results`.
#[component]
pub fn PalettePanel() -> impl IntoView {
    let place = use_place();
    let icon = if place.project.is_some() { "folder" } else { "layout-grid" };
    view! {
        <div id="palette" popover="auto" class="palette" role="dialog" aria-label="Search or jump to">
                <form class="pop-search lg" id="palette-search" role="search" aria-label="Everything" method="get" action=SEARCH>
                    <input type="hidden" name="from" value=address().path().to_owned() />
                    <Icon name="search" />
                    <input
                        class="input"
                        type="text"
                        id="palette-text"
                        name="q"
                        role="combobox"
                        placeholder="Pages, projects, people, keys, actions"
                        aria-expanded="true"
                        aria-controls="results"
                        aria-autocomplete="list"
                        aria-label="Search pages, projects, people, keys and actions"
                        autocomplete="off"
                        spellcheck="false"
                        autofocus
                    />
                    <span class="badge">
                        <Icon name=icon />
                        {place.label()}
                    </span>
                    <kbd>"Esc"</kbd>
                </form>
                <div class="menu options pop-scroll" id="results" aria-label="Results" tabindex="-1"></div>
                <p class="pop-foot hints">
                    <span>
                        <kbd>"↑"</kbd>
                        <kbd>"↓"</kbd>
                        " move"
                    </span>
                    <span>
                        <kbd>"↵"</kbd>
                        " open"
                    </span>
                    <span>
                        <kbd>"⌘"</kbd>
                        <kbd>"↵"</kbd>
                        " new tab"
                    </span>
                    <span class="spacer"></span>
                    <span class="faint" role="status" id="results-status"></span>
                </p>
        </div>
        <Palette />
    }
}
