//! The switcher: the way to every organization and project of the person. Its list is no part of the page: another page
//! draws it, and the island fetches it from there when the panel opens.

use leptos::prelude::*;

use crate::{
    icon::Icon,
    islands::SwitcherSearch,
    model::{OrgRole, door::Door},
    policy::Action,
    ui::{address, href, use_place},
};

/// The page with the list.
pub const PLACES: &str = "/account/places";

/// The button in the top bar: shows where you are.
#[component]
pub fn SwitcherButton() -> impl IntoView {
    let place = use_place();
    let icon = if place.project.is_some() { "folder" } else { "layout-grid" };
    view! {
        <button type="button" class="btn ghost" popovertarget="switcher" aria-haspopup="dialog">
            <Icon name=icon />
            <span class="here">{place.label()}</span>
            <Icon name="chevrons-up-down" />
        </button>
    }
}

/// The popover itself. Without script its form and its link lead to the page with the list.
#[component]
pub fn Switcher() -> impl IntoView {
    let here = address().path().to_owned();
    let all = href(PLACES, &[("from", &here)]);
    view! {
        <div id="switcher" popover="auto" class="pop switcher" role="dialog" aria-label="Switch organization or project">
            <PlacesSearch from=here value="" />
            <div class="menu pop-scroll" id="places">
                <a href=all>
                    <Icon name="layout-grid" />
                    <span class="label">"All organizations and projects"</span>
                </a>
            </div>
            <p class="sr-only" role="status" id="places-status"></p>
            <div class="menu pop-foot">
                <CreateProject />
                <CreateOrganization owns_one=use_place().standing.org == Some(OrgRole::Owner) />
            </div>
        </div>
        <SwitcherSearch />
    }
}

/// The search field. `from` is the address that is to be kept.
#[component]
pub fn PlacesSearch(#[prop(into)] from: String, #[prop(into)] value: String) -> impl IntoView {
    view! {
        <form class="pop-search" id="places-search" role="search" aria-label="Projects" method="get" action=PLACES>
            <input type="hidden" name="from" value=from />
            <Icon name="search" />
            <input
                class="input"
                type="search"
                name="q"
                value=value
                aria-label="Find an organization or project"
                placeholder="Find an organization or project"
                autocomplete="off"
                autofocus
            />
            <kbd>"Esc"</kbd>
        </form>
    }
}

#[component]
fn CreateProject() -> impl IntoView {
    let place = use_place();
    place.standing.may(Action::ManageProjects).then(|| {
        view! {
            <a href=format!("{}?new=1", place.org_href("projects"))>
                <Icon name="folder-plus" />
                <span class="label">"Create project"</span>
                <span class="end">"in " {place.org.name.to_string()}</span>
            </a>
        }
    })
}

/// The way to a new organization, for who may make one: see [`Door::admits_organizations`].
#[component]
pub fn CreateOrganization(owns_one: bool) -> impl IntoView {
    may_found(owns_one).then(|| {
        view! {
            <a href="/account/organization">
                <Icon name="plus" />
                <span class="label">"Create organization"</span>
            </a>
        }
    })
}

/// Asks the door of this installation.
pub fn may_found(owns_one: bool) -> bool {
    use_context::<Door>().unwrap_or_default().admits_organizations(owns_one)
}
