//! The switcher: all organizations and projects of the person, with a search that runs in the browser.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use leptos_router::hooks::use_location;

use super::{api::list_places, initial};
use crate::{
    model::place::{Place, ProjectRef, SwitcherOrg},
    ui::{Badge, Icon, Tone, place::ALL_PROJECTS, use_place},
};

/// What the view across all projects of an organization is called.
const ALL_LABEL: &str = "All projects";

/// The same page in another project, or that project's first page where it has no such page.
fn project_page(current: &str) -> &str {
    match page_segment(current) {
        page @ ("keys" | "limits" | "usage" | "audit") => page,
        _ => "keys",
    }
}

/// The same page of "All projects", or its first one.
fn org_page(current: &str) -> &str {
    match page_segment(current) {
        page @ ("usage" | "audit") => page,
        _ => "projects",
    }
}

/// `limits` of `/acme/prod/limits`.
fn page_segment(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}

/// Does the search find this project (by its name, or by its organization's)?
fn matches(query: &str, org: &str, project: &str) -> bool {
    let query = query.trim().to_lowercase();
    org.to_lowercase().contains(&query) || project.to_lowercase().contains(&query)
}

/// Closes a popover: navigation in the browser does not reload the page that shows it.
pub fn close(id: &str) {
    let open = document()
        .get_element_by_id(id)
        .filter(|element| element.matches(":popover-open").unwrap_or(false));
    if let Some(element) = open.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only for an element without the popover attribute.
        let _ = element.hide_popover();
    }
}

/// The button in the top bar: shows where you are.
#[component]
pub fn SwitcherButton() -> impl IntoView {
    let place = use_place();
    let icon = if place.project.is_some() { "folder" } else { "layout-grid" };
    view! {
        <button type="button" class="btn ghost" popovertarget="switcher" aria-haspopup="dialog">
            <Icon name=icon />
            {place.label()}
            <Icon name="chevrons-up-down" />
        </button>
    }
}

/// The popover itself.
#[component]
pub fn Switcher() -> impl IntoView {
    let places = Resource::new(|| (), |()| list_places());
    let query = RwSignal::new(String::new());
    view! {
        <div
            id="switcher"
            popover="auto"
            class="pop switcher"
            role="dialog"
            aria-label="Switch organization or project"
            on:beforetoggle=move |_: web_sys::Event| places.refetch()
        >
            <div class="pop-search">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    aria-label="Find an organization or project"
                    placeholder="Find an organization or project"
                    bind:value=query
                />
                <kbd>"Esc"</kbd>
            </div>
            <div class="menu pop-scroll">
                <Transition>
                    {move || Suspend::new(async move {
                        view! { <Orgs orgs=places.await.unwrap_or_default() query=query.into() /> }
                    })}
                </Transition>
            </div>
            <CreateProject />
        </div>
    }
}

#[component]
fn Orgs(orgs: Vec<SwitcherOrg>, query: Signal<String>) -> impl IntoView {
    let names: Vec<(String, Vec<String>)> = orgs.iter().map(names_of).collect();
    let nothing = move || query.with(|query| !names.iter().any(|(org, rows)| any_row(query, org, rows)));
    let sections = orgs.into_iter().map(|org| view! { <OrgSection org query /> }).collect_view();
    view! {
        {sections}
        <p class="group" role="status" hidden=move || !nothing()>
            "Nothing matches."
        </p>
    }
}

/// The name of the organization, and of each row below it.
fn names_of(entry: &SwitcherOrg) -> (String, Vec<String>) {
    let all = entry.may_manage.then(|| ALL_LABEL.to_owned());
    let projects = entry.projects.iter().map(|project| project.name.to_string());
    (entry.org.name.to_string(), all.into_iter().chain(projects).collect())
}

fn any_row(query: &str, org: &str, rows: &[String]) -> bool {
    rows.iter().any(|row| matches(query, org, row))
}

#[component]
fn OrgSection(org: SwitcherOrg, query: Signal<String>) -> impl IntoView {
    let (searched, rows) = names_of(&org);
    let none = move || query.with(|query| !any_row(query, &searched, &rows));
    let SwitcherOrg {
        org,
        may_manage,
        external,
        projects,
    } = org;
    let id = format!("switch-{}", org.slug);
    let heading = id.clone();
    let org_name = org.name.to_string();
    let total = projects.len();
    let rows = projects
        .into_iter()
        .map(|project| view! { <ProjectLink org=org_name.clone() slug=org.slug.to_string() project external query /> })
        .collect_view();
    view! {
        <section aria-labelledby=id hidden=none>
            <h2 class="group" id=heading>
                <span class="brandmark xs" aria-hidden="true">
                    {initial(&org_name)}
                </span>
                {org_name.clone()}
                {external.then(|| view! { <span class="end">"external collaborator"</span> })}
            </h2>
            <ul>{may_manage.then(|| view! { <AllProjectsLink org=org_name slug=org.slug.to_string() total query /> })} {rows}</ul>
        </section>
    }
}

#[component]
fn AllProjectsLink(org: String, slug: String, total: usize, query: Signal<String>) -> impl IntoView {
    let Place { org: here, project, .. } = use_place();
    let current = (project.is_none() && here.slug.as_str() == slug).then_some("true");
    let path = use_location().pathname;
    let href = move || path.with(|path| format!("/{slug}/{ALL_PROJECTS}/{}", org_page(path)));
    view! {
        <li hidden=move || query.with(|query| !matches(query, &org, ALL_LABEL))>
            <a href=href aria-current=current on:click=move |_| close("switcher")>
                <Icon name="layout-grid" />
                <span class="label">{ALL_LABEL}</span>
                <span class="end">{total} {if total == 1 { " project" } else { " projects" }}</span>
            </a>
        </li>
    }
}

#[component]
fn ProjectLink(org: String, slug: String, project: ProjectRef, external: bool, query: Signal<String>) -> impl IntoView {
    let is_here = use_place().project.is_some_and(|here| here.id == project.id);
    let path = use_location().pathname;
    let target = project.slug.to_string();
    let href = move || path.with(|path| format!("/{slug}/{target}/{}", project_page(path)));
    let name = project.name.to_string();
    let searched = name.clone();
    let environment = project.environment.as_str();
    view! {
        <li hidden=move || query.with(|query| !matches(query, &org, &searched))>
            <a href=href aria-current=is_here.then_some("true") on:click=move |_| close("switcher")>
                <Icon name="folder" />
                <span class="label">{name}</span>
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
fn CreateProject() -> impl IntoView {
    let place = use_place();
    let may = place.standing.may(crate::policy::Action::ManageProjects);
    may.then(|| {
        view! {
            <div class="menu pop-foot">
                <a href=format!("{}?new=1", place.org_href("projects")) on:click=move |_| close("switcher")>
                    <Icon name="folder-plus" />
                    <span class="label">"Create project"</span>
                    <span class="end">"in " {place.org.name.to_string()}</span>
                </a>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_keeps_the_page_where_it_exists() {
        assert_eq!(project_page("/acme/prod/limits"), "limits");
        assert_eq!(project_page("/acme/~/projects"), "keys");
        assert_eq!(project_page("/acme/prod"), "keys");
        assert_eq!(org_page("/acme/prod/audit"), "audit");
        assert_eq!(org_page("/acme/prod/keys"), "projects");
    }

    #[test]
    fn the_search_looks_at_names_of_projects_and_organizations() {
        assert!(matches("", "Acme Robotics", "prod"));
        assert!(matches("PRO", "Acme Robotics", "prod"));
        assert!(matches("acme", "Acme Robotics", "prod"));
        assert!(!matches("staging", "Acme Robotics", "prod"));
    }
}
