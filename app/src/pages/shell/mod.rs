//! The frame around every page of a place: top bar, side navigation, switcher, account menu.

mod account;
mod api;
mod help;
pub mod landing;
mod navigation;
mod palette;
mod switcher;
#[cfg(test)]
mod tests;

use leptos::prelude::*;
use leptos_meta::Stylesheet;
use leptos_router::{components::Outlet, hooks::use_params_map};

pub use self::{
    account::AccountMenu,
    api::{find_anything, find_place, list_places},
    navigation::{ORG_PAGES, PROJECT_PAGES, PageOfPlace, letter},
    palette::SEARCH,
    switcher::{CreateOrganization, PlacesSearch, may_found},
};
use self::{
    help::Help,
    navigation::Sidebar,
    palette::{PaletteLink, PalettePanel},
    switcher::{Switcher, SwitcherButton},
};
use crate::{
    icon::Icon,
    model::place::Place,
    policy::Action,
    ui::{LoadedPlace, Recent, once, use_place},
};

/// Loads the place of the address, and draws the frame of every page in it. The page itself waits in `InPlace`.
#[component]
pub fn Shell() -> impl IntoView {
    let params = use_params_map();
    let segment = |name: &str| params.read_untracked().get(name).unwrap_or_default();
    let place = once(find_place(segment("org"), segment("project")));
    provide_context(LoadedPlace(place.clone()));
    let frame = Suspend::new(async move { place.await.ok().map(|place| view! { <Frame place /> }) });
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <div class="app">
            <Suspense>{frame}</Suspense>
            <main class="main" id="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
}

/// Top bar and side navigation; a place that cannot be shown has none.
#[component]
fn Frame(place: Place) -> impl IntoView {
    if let (Some(recent), Some(project)) = (use_context::<Recent>(), &place.project) {
        recent.visit(&project.id);
    }
    let sheet = place.branding.sheet_href(place.org.slug.as_str());
    provide_context(place);
    view! {
        {sheet.map(|href| view! { <Stylesheet href /> })}
        <TopBar />
        <Sidebar />
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let place = use_place();
    let logo = place.branding.logo_href(place.org.slug.as_str());
    let org_page = if place.standing.may(Action::ViewOrg) {
        place.org_href("projects")
    } else {
        place.href("keys")
    };
    view! {
        <header class="topbar">
            <button type="button" class="btn ghost icon-only only-narrow" popovertarget="sidebar" aria-label="Menu">
                <Icon name="menu" />
            </button>
            <a class="brand-home" href="/" aria-label="Home">
                <Mark name=place.org.name.to_string() logo />
            </a>
            <nav aria-label="Context" class="actions">
                <span class="only-wide">
                    <a class="btn ghost" href=org_page>
                        {place.org.name.to_string()}
                    </a>
                </span>
                <span class="slash only-wide" aria-hidden="true">
                    "/"
                </span>
                <SwitcherButton />
            </nav>
            <span class="spacer"></span>
            <PaletteLink />
            <Help />
            <AccountMenu viewer=place.viewer />
            <Switcher />
        </header>
        <PalettePanel />
    }
}

/// The logo of an organization, or the initial of its name.
#[component]
pub fn Mark(name: String, logo: Option<String>) -> impl IntoView {
    match logo {
        Some(href) => view! {
            <span class="brandmark logo">
                <img src=href alt="" />
            </span>
        }
        .into_any(),
        None => view! { <span class="brandmark">{initial(&name)}</span> }.into_any(),
    }
}

/// The first letter of a name, as a mark.
pub fn initial(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).collect()
}
