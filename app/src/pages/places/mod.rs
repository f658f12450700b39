//! `/account/places`: every organization and project of the person. The switcher takes `#places` of it.

#[cfg(test)]
mod tests;

use leptos::prelude::*;

use super::shell::{
    CreateOrganization, PlacesSearch, initial,
    landing::{Here, in_org, in_project},
    list_places,
};
use crate::{
    icon::Icon,
    model::{
        OrgRole,
        branding::Branding,
        place::{OrgRef, Places, RecentPlace, SwitcherOrg, VisibleProject},
    },
    policy::Action,
    ui::{Badge, Entry, LoadedEntry, Tone, place::ALL_PROJECTS, query},
};

/// The list. `?q=` searches it, and `?from=` is the address whose page is to be kept.
#[component]
pub fn PlacesPage() -> impl IntoView {
    let query = query();
    let text = query.get("q").unwrap_or_default().trim().to_owned();
    let from = query.get("from").unwrap_or_default();
    view! {
        <LoadedEntry data=list_places(text.clone()) let:places>
            <Page places text from />
        </LoadedEntry>
    }
}

#[component]
fn Page(places: Places, text: String, from: String) -> impl IntoView {
    let owns_one = places.orgs.iter().any(|org| org.role == Some(OrgRole::Owner));
    view! {
        <Entry title="Organizations and projects" wide=true>
            <section class="card switcher" aria-label="Organizations and projects">
                <PlacesSearch from=from.clone() value=text.clone() />
                <List places text from=Here::of(&from) />
                <div class="menu pop-foot">
                    <CreateOrganization owns_one />
                </div>
            </section>
        </Entry>
    }
}

/// What the switcher shows. `data-summary` is read out when it has changed there.
#[component]
fn List(places: Places, text: String, from: Option<Here>) -> impl IntoView {
    let Places { recent, orgs, has_more } = places;
    let found: u64 = orgs.iter().map(|org| org.matching).sum();
    let summary = format!("{found} {}", if found == 1 { "project" } else { "projects" });
    let nothing = orgs.is_empty().then(|| match text.as_str() {
        "" => "You are in no project yet. Ask an owner or admin of your organization.".to_owned(),
        text => format!("Nothing matches “{text}”."),
    });
    let sections = orgs
        .into_iter()
        .map(|org| view! { <OrgSection org text=text.clone() from=from.clone() /> })
        .collect_view();
    view! {
        <div class="menu pop-scroll" id="places" data-summary=summary>
            <RecentSection recent from=from.clone() />
            {sections}
            {nothing.map(|text| view! { <p class="group">{text}</p> })}
            {has_more.then(|| view! { <p class="group">"There are more organizations. Type to find them."</p> })}
        </div>
    }
}

#[component]
fn RecentSection(recent: Vec<RecentPlace>, from: Option<Here>) -> impl IntoView {
    (!recent.is_empty()).then(|| {
        let rows = recent
            .into_iter()
            .map(|RecentPlace { org, role, at }| {
                let name = Some(org.name.to_string());
                view! { <ProjectLink org at external=role.is_none() named=name from=from.clone() /> }
            })
            .collect_view();
        view! {
            <section aria-labelledby="places-recent">
                <h2 class="group" id="places-recent">
                    "Recent"
                </h2>
                <ul>{rows}</ul>
            </section>
        }
    })
}

#[component]
fn OrgSection(org: SwitcherOrg, text: String, from: Option<Here>) -> impl IntoView {
    let standing = org.standing();
    let SwitcherOrg {
        org,
        role,
        logo,
        matching,
        projects,
    } = org;
    let logo = Branding {
        logo,
        ..Branding::default()
    };
    let logo = logo.logo_href(org.slug.as_str());
    let id = format!("places-{}", org.slug);
    let heading = id.clone();
    let name = org.name.to_string();
    // What finds the organization finds all of its projects: only then their number is that of the link.
    let whole = name.to_lowercase().contains(&text.to_lowercase());
    let all = (whole && standing.may(Action::ViewOrg)).then(|| {
        let href = in_org(from.as_ref(), &org, standing);
        let current = from.as_ref().is_some_and(|here| here.is_org(&org));
        view! { <AllProjectsLink href current total=matching /> }
    });
    // Beside the switcher's own entry for the organization of the page.
    let elsewhere = from.as_ref().is_none_or(|here| here.org != org.slug.as_str());
    let create = (elsewhere && standing.may(Action::ManageProjects)).then(|| view! { <CreateProjectLink org=org.clone() /> });
    let hidden = matching.saturating_sub(u64::try_from(projects.len()).unwrap_or(0));
    let rows = projects
        .into_iter()
        .map(|at| view! { <ProjectLink org=org.clone() at external=role.is_none() named=None from=from.clone() /> })
        .collect_view();
    view! {
        <section aria-labelledby=heading>
            <h2 class="group" id=id>
                <OrgMark name=name.clone() logo guest=role.is_none() />
                <bdi>{name}</bdi>
                <span class="end">{role.map_or("external collaborator", OrgRole::as_str)}</span>
            </h2>
            <ul>{all} {rows} {create}</ul>
            {(hidden > 0).then(|| view! { <p class="group">{format!("and {hidden} more: type to find them")}</p> })}
        </section>
    }
}

/// The logo of an organization, or the initial of its name; both take the same room.
#[component]
fn OrgMark(name: String, logo: Option<String>, guest: bool) -> impl IntoView {
    match logo {
        Some(href) => view! {
            <span class="brandmark logo xs">
                <img src=href alt="" width="16" height="16" loading="lazy" decoding="async" />
            </span>
        }
        .into_any(),
        None => view! {
            <span class=if guest { "brandmark xs plain" } else { "brandmark xs" } aria-hidden="true">
                {initial(&name)}
            </span>
        }
        .into_any(),
    }
}

#[component]
fn AllProjectsLink(href: String, current: bool, total: u64) -> impl IntoView {
    view! {
        <li>
            <a href=href aria-current=current.then_some("true")>
                <Icon name="layout-grid" />
                <span class="label">"All projects"</span>
                <span class="end">{total} {if total == 1 { " project" } else { " projects" }}</span>
            </a>
        </li>
    }
}

/// A project; `named` is its organization where the heading does not say it.
#[component]
fn ProjectLink(org: OrgRef, at: VisibleProject, external: bool, named: Option<String>, from: Option<Here>) -> impl IntoView {
    let href = in_project(from.as_ref(), &org, &at);
    let is_here = from.is_some_and(|here| here.is_project(&org, &at));
    let project = at.project;
    let environment = project.environment.as_str();
    view! {
        <li>
            <a href=href aria-current=is_here.then_some("true")>
                <Icon name="folder" />
                <span class="label">
                    <bdi>{project.name.to_string()}</bdi>
                </span>
                {named.map(|name| view! { <bdi class="faint org">{name}</bdi> })}
                {project.is_default.then(|| view! { <Badge>"Default"</Badge> })}
                {external.then(|| view! { <Badge tone=Tone::Line>"External"</Badge> })}
                <span class="end">
                    <span class=format!("env {environment}")>{environment}</span>
                    {is_here.then(|| view! { <Icon name="check" /> })}
                </span>
            </a>
        </li>
    }
}

#[component]
fn CreateProjectLink(org: OrgRef) -> impl IntoView {
    view! {
        <li>
            <a href=format!("/{}/{ALL_PROJECTS}/projects?new=1", org.slug)>
                <Icon name="folder-plus" />
                <span class="label">"Create project"</span>
                <span class="end">"in " <bdi>{org.name.to_string()}</bdi></span>
            </a>
        </li>
    }
}
