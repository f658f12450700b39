//! The side navigation: the pages that exist, and that the standing may see.

use leptos::prelude::*;

use crate::{
    icon::Icon,
    model::place::Place,
    policy::Action,
    ui::{address, use_place},
};

/// One entry of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    page: &'static str,
    label: &'static str,
    icon: &'static str,
    href: String,
}

/// A page of the console: its segments, name, icon, and what it takes to see it. The switcher and the palette know the pages from
/// the same tables.
pub type PageOfPlace = (&'static str, &'static str, &'static str, Action);

pub const PROJECT_PAGES: [PageOfPlace; 7] = [
    ("settings/collaborators", "Collaborators", "users", Action::ManageProject),
    ("keys", "API Keys", "key-round", Action::ViewKeys),
    ("limits", "Limits", "gauge", Action::ViewUsage),
    ("usage", "Usage & Analytics", "chart-column", Action::ViewUsage),
    ("requests", "Request log", "logs", Action::ViewUsage),
    ("audit", "Audit Logs", "scroll-text", Action::ViewAudit),
    ("settings", "Project settings", "sliders-horizontal", Action::ManageProject),
];

pub const ORG_PAGES: [PageOfPlace; 6] = [
    ("projects", "Projects", "folder", Action::ViewOrg),
    ("members", "Members", "user-round", Action::ManageMembers),
    ("usage", "Usage & Analytics", "chart-column", Action::ViewOrg),
    ("requests", "Request log", "logs", Action::ViewOrg),
    ("audit", "Audit Logs", "scroll-text", Action::ViewOrg),
    ("settings", "Organization settings", "building-2", Action::ManageOrg),
];

/// The key that leads to a page after `g`.
pub fn letter(page: &str) -> Option<&'static str> {
    Some(match page {
        "audit" => "a",
        "keys" => "k",
        "limits" => "l",
        "members" => "m",
        "projects" => "p",
        "requests" => "r",
        "settings" => "s",
        "settings/collaborators" => "c",
        "usage" => "u",
        _ => return None,
    })
}

/// The pages of the project of the place; none under "All projects".
fn project_entries(place: &Place) -> Vec<Entry> {
    if place.project.is_none() {
        return Vec::new();
    }
    entries(place, &PROJECT_PAGES, |page| place.href(page))
}

/// The pages of the organization. Beside a project, only its projects and people: the others bear the names of its own pages.
fn org_entries(place: &Place) -> Vec<Entry> {
    let pages = if place.project.is_some() { &ORG_PAGES[..2] } else { &ORG_PAGES };
    entries(place, pages, |page| place.org_href(page))
}

fn entries(place: &Place, pages: &[PageOfPlace], href: impl Fn(&str) -> String) -> Vec<Entry> {
    pages
        .iter()
        .filter(|(_, _, _, action)| place.standing.may(*action))
        .map(|(page, label, icon, _)| Entry {
            page,
            label,
            icon,
            href: href(page),
        })
        .collect()
}

/// The rail on wide screens, a drawer on narrow ones: one element is both.
#[component]
pub fn Sidebar() -> impl IntoView {
    let place = use_place();
    view! {
        <nav class="sidebar" id="sidebar" popover="auto" aria-label="Main">
            <NavSection id="nav-project" title="Project" entries=project_entries(&place) />
            <NavSection id="nav-organization" title="Organization" entries=org_entries(&place) />
        </nav>
    }
}

#[component]
fn NavSection(id: &'static str, title: &'static str, entries: Vec<Entry>) -> impl IntoView {
    (!entries.is_empty()).then(|| {
        view! {
            <section aria-labelledby=id>
                <h2 class="nav-title" id=id>
                    {title}
                </h2>
                <ul class="nav">{entries.into_iter().map(|entry| view! { <NavLink entry /> }).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn NavLink(entry: Entry) -> impl IntoView {
    let current = (address().path() == entry.href).then_some("page");
    view! {
        <li>
            <a href=entry.href aria-current=current data-go=letter(entry.page)>
                <Icon name=entry.icon />
                {entry.label}
            </a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_projects, member, owner, place};

    fn labels(entries: Vec<Entry>) -> Vec<&'static str> {
        entries.into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn only_pages_for_the_standing_are_offered() {
        assert_eq!(
            labels(project_entries(&place(member()))),
            ["API Keys", "Limits", "Usage & Analytics", "Request log"]
        );
        assert!(org_entries(&place(member())).is_empty());
        assert_eq!(
            labels(project_entries(&place(owner()))),
            [
                "Collaborators",
                "API Keys",
                "Limits",
                "Usage & Analytics",
                "Request log",
                "Audit Logs",
                "Project settings"
            ]
        );
        assert_eq!(labels(org_entries(&place(owner()))), ["Projects", "Members"]);
    }

    #[test]
    fn all_projects_has_the_pages_of_the_organization() {
        assert!(project_entries(&all_projects()).is_empty());
        let entries = org_entries(&all_projects());
        assert_eq!(entries[2].href, "/acme-robotics/~/usage");
        assert_eq!(
            labels(entries),
            [
                "Projects",
                "Members",
                "Usage & Analytics",
                "Request log",
                "Audit Logs",
                "Organization settings"
            ]
        );
    }
}
