//! The switcher: all organizations and projects of the person.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{api::list_places, initial};
use crate::{
    icon::Icon,
    islands::SwitcherSearch,
    model::place::{ProjectRef, SwitcherOrg},
    ui::{Badge, Tone, place::ALL_PROJECTS, use_place},
};

/// What the view across all projects of an organization is called.
const ALL_LABEL: &str = "All projects";

/// The same page in another project, or that project's first page where it has no such page.
fn project_page(current: &str) -> &str {
    match page_segment(current) {
        "settings" if current.ends_with("/settings/collaborators") => "settings/collaborators",
        page @ ("keys" | "limits" | "usage" | "requests" | "audit" | "settings") => page,
        _ => "keys",
    }
}

/// The same page of "All projects", or its first one.
fn org_page(current: &str) -> &str {
    match page_segment(current) {
        page @ ("usage" | "requests" | "audit" | "members") => page,
        _ => "projects",
    }
}

/// `limits` of `/acme/prod/limits`.
fn page_segment(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
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
    let orgs = Suspend::new(async {
        view! { <Orgs orgs=list_places().await.unwrap_or_default() /> }
    });
    view! {
        <div id="switcher" popover="auto" class="pop switcher" role="dialog" aria-label="Switch organization or project">
            <div class="pop-search">
                <Icon name="search" />
                <SwitcherSearch />
                <kbd>"Esc"</kbd>
            </div>
            <div class="menu pop-scroll">
                <Suspense>{orgs}</Suspense>
            </div>
            <CreateProject />
        </div>
    }
}

#[component]
fn Orgs(orgs: Vec<SwitcherOrg>) -> impl IntoView {
    let any = !orgs.is_empty();
    view! {
        {orgs.into_iter().map(|org| view! { <OrgSection org /> }).collect_view()}
        <p class="group" role="status" hidden=any>
            "Nothing matches."
        </p>
    }
}

#[component]
fn OrgSection(org: SwitcherOrg) -> impl IntoView {
    let SwitcherOrg {
        org,
        may_manage,
        external,
        projects,
    } = org;
    let id = format!("switch-{}", org.slug);
    let (heading, name) = (id.clone(), org.name.to_string());
    let searched = name.clone();
    let total = projects.len();
    let all = may_manage.then(|| view! { <AllProjectsLink slug=org.slug.to_string() total /> });
    let rows = projects
        .into_iter()
        .map(|project| view! { <ProjectLink slug=org.slug.to_string() project external /> })
        .collect_view();
    view! {
        <section aria-labelledby=id data-name=searched hidden=total == 0 && !may_manage>
            <h2 class="group" id=heading>
                <span class="brandmark xs" aria-hidden="true">
                    {initial(&name)}
                </span>
                {name}
                {external.then(|| view! { <span class="end">"external collaborator"</span> })}
            </h2>
            <ul>{all} {rows}</ul>
        </section>
    }
}

/// The path of this page.
fn here() -> String {
    use_location().pathname.get_untracked()
}

#[component]
fn AllProjectsLink(slug: String, total: usize) -> impl IntoView {
    let place = use_place();
    let current = (place.project.is_none() && place.org.slug.as_str() == slug).then_some("true");
    view! {
        <li data-name=ALL_LABEL>
            <a href=format!("/{slug}/{ALL_PROJECTS}/{}", org_page(&here())) aria-current=current>
                <Icon name="layout-grid" />
                <span class="label">{ALL_LABEL}</span>
                <span class="end">{total} {if total == 1 { " project" } else { " projects" }}</span>
            </a>
        </li>
    }
}

#[component]
fn ProjectLink(slug: String, project: ProjectRef, external: bool) -> impl IntoView {
    let is_here = use_place().project.is_some_and(|here| here.id == project.id);
    let name = project.name.to_string();
    let searched = name.clone();
    let environment = project.environment.as_str();
    view! {
        <li data-name=searched>
            <a href=format!("/{slug}/{}/{}", project.slug, project_page(&here())) aria-current=is_here.then_some("true")>
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
                <a href=format!("{}?new=1", place.org_href("projects"))>
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
}
