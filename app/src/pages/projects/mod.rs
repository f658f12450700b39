//! Projects of an organization: the list, creation, and the archive with its dry run.

pub mod api;
mod archive;
mod create;
pub mod form;
mod list;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    model::{
        Listing,
        place::Place,
        project::{ProjectFilter, ProjectRow},
    },
    policy::{Action, reason},
    ui::{InPlace, LinkButton, Loaded, NotFound, PageHead, href, page_of, toast_on},
};

use self::{
    api::{ArchiveProject, CreateProject, list_projects},
    archive::ArchiveDialog,
    create::CreateDialog,
    list::ProjectList,
};

/// What every part of the page needs.
#[derive(Clone)]
struct Projects {
    place: Place,
    archive: ServerAction<ArchiveProject>,
    create: ServerAction<CreateProject>,
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
    let query = use_query_map();
    let filter = Memo::new(move |_| match query.read().get_str("state") {
        Some("archived") => ProjectFilter::Archived,
        _ => ProjectFilter::Active,
    });
    let page = Memo::new(move |_| page_of(&query.read()));
    let archive = ServerAction::<ArchiveProject>::new();
    let create = ServerAction::<CreateProject>::new();
    let org = place.org.id.clone();
    let list = Resource::new(
        move || (filter.get(), page.get(), archive.version().get()),
        move |(filter, page, _)| list_projects(org.clone(), filter, page),
    );
    toast_on(archive, "Project archived. Its keys are refused from now on.");

    let projects = Projects { place, archive, create };
    let may_manage = projects.locked().is_none();
    let body = StoredValue::new(projects.clone());
    view! {
        <Loaded data=list let:listing>
            <Body projects=body.get_value() filter=filter.get_untracked() listing />
        </Loaded>
        {may_manage.then(|| view! { <CreateDialog projects=projects.clone() /> <ArchiveDialog projects /> })}
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
