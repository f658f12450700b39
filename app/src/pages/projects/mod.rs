//! Projects of an organization: the list, creation, and the archive with its dry run.

pub mod api;
mod archive;
mod create;
pub mod form;
mod list;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use crate::{
    model::{
        Listing,
        place::Place,
        project::{ProjectFilter, ProjectRow},
    },
    policy::{Action, reason},
    ui::{InPlace, LinkButton, Loaded, NotFound, PageHead, href, page_of, query},
};

use self::{api::list_projects, archive::ArchiveDialog, create::CreateDialog, list::ProjectList};

/// What every part of the page needs.
#[derive(Clone)]
struct Projects {
    place: Place,
}

impl Projects {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href("projects"), params)
    }

    /// Why the person may not change projects, if so.
    fn locked(&self) -> Option<&'static str> {
        (!self.place.standing.may(Action::ManageProjects)).then(|| reason(Action::ManageProjects))
    }
}

/// The value of `?state=`.
fn state_param(filter: ProjectFilter) -> &'static str {
    match filter {
        ProjectFilter::Active => "",
        ProjectFilter::Archived => "archived",
    }
}

/// The page of the route `projects`. It stands under "All projects" only.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <ProjectsOf place />
        </InPlace>
    }
}

#[component]
fn ProjectsOf(place: Place) -> impl IntoView {
    if place.project.is_some() {
        return view! { <NotFound /> }.into_any();
    }
    view! { <OrgProjects place /> }.into_any()
}

#[component]
fn OrgProjects(place: Place) -> impl IntoView {
    let query = query();
    let filter = match query.get_str("state") {
        Some("archived") => ProjectFilter::Archived,
        _ => ProjectFilter::Active,
    };
    let list = list_projects(place.org.id.clone(), filter, page_of(&query));
    let creating = query.get_str("new").is_some();
    let archiving = query.get("archive");
    let projects = Projects { place };
    let dialogs = projects.locked().is_none().then(|| {
        view! {
            {creating.then(|| view! { <CreateDialog projects=projects.clone() /> })}
            {archiving.map(|id| view! { <ArchiveDialog projects=projects.clone() id /> })}
        }
    });
    view! {
        <Loaded data=list let:listing>
            <Body projects filter listing />
        </Loaded>
        {dialogs}
    }
}

#[component]
fn Body(projects: Projects, filter: ProjectFilter, listing: Listing<ProjectRow>) -> impl IntoView {
    let lead = format!(
        "A project isolates collaborators, keys, models, limits and usage. Everything is billed to {}.",
        projects.place.org.name
    );
    let new = projects.href(&[("new", "1")]);
    let locked = projects.locked();
    let tab = |state: ProjectFilter, label: &'static str| {
        let here = state == filter;
        let count = here.then(|| view! { <span class="faint">{format!(" {}", listing.unfiltered)}</span> });
        view! {
            <a href=projects.href(&[("state", state_param(state))]) aria-current=here.then_some("page")>
                {label}
                {count}
            </a>
        }
    };
    let tabs = (tab(ProjectFilter::Active, "Active"), tab(ProjectFilter::Archived, "Archived"));
    view! {
        <PageHead title="Projects" lead>
            <LinkButton href=new label="Create project" icon="plus" class="btn primary" reason=locked />
        </PageHead>
        <nav class="tabs" aria-label="State">
            {tabs}
        </nav>
        <ProjectList projects filter listing />
    }
}
