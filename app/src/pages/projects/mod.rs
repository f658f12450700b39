//! Projects of an organization: the list, creation; archive, restore and the Default flag with their dry runs.

pub mod api;
mod archive;
mod create;
mod default;
pub(crate) mod effects;
pub mod form;
mod list;
mod restore;
mod template;
#[cfg(test)]
mod tests;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::{
    model::{
        AppError, ModelId, Sort,
        place::Place,
        project::{Environment, OwnedBy, ProjectFilter, ProjectList, ProjectState},
        template::Planned,
    },
    policy::{Action, reason},
    ui::{Blocked, CsvLink, InPlace, LinkButton, Loaded, NotFound, Note, PageHead, href, page_of, page_param, query},
};

use self::{
    api::list_projects, archive::ArchiveDialog, create::CreateDialog, default::DefaultDialog, form::TemplateForm, list::ProjectTable,
    restore::RestoreDialog, template::TemplateDialog,
};

/// What became of the template form. The server provides it as context of that one answer; projects that were made lead to the
/// list.
#[derive(Clone, Debug)]
pub enum TemplateOutcome {
    /// What would be made: to be confirmed.
    Planned(Vec<Planned>, TemplateForm),
    /// The person wants to change something.
    Back(TemplateForm),
    /// Nothing was made; the form keeps what was typed.
    Refused(AppError, TemplateForm),
}

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

    /// The address of the list with a filter, in its order.
    fn listed(&self, filter: &ProjectFilter, text: &str, page: &str) -> String {
        self.listed_with(filter, text, page, &[])
    }

    /// The address of the list as it is now, with further parameters: a dialog leaves it as it was.
    fn here(&self, params: &[(&'static str, &str)]) -> String {
        let query = query();
        let page = page_of(&query);
        self.listed_with(&filter_of(&query), &page.query, &page_param(page.number), params)
    }

    fn listed_with(&self, filter: &ProjectFilter, text: &str, page: &str, more: &[(&'static str, &str)]) -> String {
        let owner = filter.owner.clone().map(String::from).unwrap_or_default();
        let sort = filter.sort.map(Sort::param).unwrap_or_default();
        let list = [
            ("state", state_param(filter.state)),
            ("q", text),
            ("environment", filter.environment.map_or("", Environment::as_str)),
            ("owner", &owner),
            ("sort", &sort),
            ("page", page),
        ];
        self.href(&[&list, more].concat())
    }

    /// Why the person may not change projects, if so.
    fn locked(&self) -> Option<&'static str> {
        (!self.place.standing.may(Action::ManageProjects)).then(|| reason(Action::ManageProjects))
    }
}

/// Why the control that makes a project is disabled while the organization may have one only.
const EARLY_ACCESS: &str = "Several projects are in early access. The note below says whom to ask.";

/// The value of `?state=`.
fn state_param(state: ProjectState) -> &'static str {
    match state {
        ProjectState::Active => "",
        ProjectState::Archived => "archived",
    }
}

/// Filter and order of the address; words that it does not know filter nothing, and leave the order as it is without any.
pub fn filter_of(query: &ParamsMap) -> ProjectFilter {
    ProjectFilter {
        state: match query.get_str("state") {
            Some("archived") => ProjectState::Archived,
            _ => ProjectState::Active,
        },
        environment: query.get_str("environment").and_then(|word| word.parse().ok()),
        owner: query.get_str("owner").and_then(|word| word.parse::<OwnedBy>().ok()),
        sort: query.get_str("sort").and_then(|word| word.parse().ok()),
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
    let filter = filter_of(&query);
    let list = list_projects(place.org.id.clone(), filter.clone(), page_of(&query));
    let (archiving, restoring, default) = (query.get("archive"), query.get("restore"), query.get("default"));
    let projects = Projects { place };
    let dialogs = projects.locked().is_none().then(|| {
        view! {
            {archiving.map(|id| view! { <ArchiveDialog projects=projects.clone() id /> })}
            {restoring.map(|id| view! { <RestoreDialog projects=projects.clone() id /> })}
            {default.map(|id| view! { <DefaultDialog projects=projects.clone() id /> })}
        }
    });
    view! {
        <Loaded data=list let:list>
            <Body projects filter list />
        </Loaded>
        {dialogs}
    }
}

#[component]
fn Body(projects: Projects, filter: ProjectFilter, list: ProjectList) -> impl IntoView {
    let ProjectList {
        listing,
        owners,
        default_access,
        held_back,
        models,
    } = list;
    let lead = format!(
        "A project isolates collaborators, keys, models, limits and usage. Everything is billed to {}.",
        projects.place.org.name
    );
    let new = projects.here(&[("new", "1")]);
    let csv = projects.place.href("projects.csv");
    let from_template = projects.here(&[("template", "1")]);
    let create = projects
        .locked()
        .is_none()
        .then(|| create_dialog(&projects, held_back.clone(), models));
    let locked = projects.locked().or(held_back.is_some().then_some(EARLY_ACCESS));
    let tab = |state: ProjectState, label: &'static str| {
        let here = state == filter.state;
        let count = here.then(|| view! { <span class="faint">{format!(" {}", listing.unfiltered)}</span> });
        view! {
            <a href=projects.href(&[("state", state_param(state))]) aria-current=here.then_some("page")>
                {label}
                {count}
            </a>
        }
    };
    let tabs = (tab(ProjectState::Active, "Active"), tab(ProjectState::Archived, "Archived"));
    view! {
        <PageHead title="Projects" lead>
            <CsvLink href=csv />
            <LinkButton href=from_template label="From a template" icon="layers" reason=locked />
            <LinkButton href=new label="Create project" icon="plus" class="btn primary" reason=locked />
        </PageHead>
        {held_back.map(|text| view! { <Note>{text}</Note> })}
        <nav class="tabs" aria-label="State">
            {tabs}
        </nav>
        <ProjectTable projects filter listing owners default_access />
        {create}
    }
}

/// The form that the address asks for, or why there is none.
fn create_dialog(projects: &Projects, held_back: Option<String>, models: Vec<ModelId>) -> Option<AnyView> {
    let query = query();
    let answered = use_context::<TemplateOutcome>().is_some();
    let (one, several) = (query.get_str("new").is_some(), answered || query.get_str("template").is_some());
    let (projects, close) = (projects.clone(), projects.here(&[]));
    let blocked = |title: &str, obstacle| view! { <Blocked title close obstacle /> }.into_any();
    match held_back {
        None if one => Some(view! { <CreateDialog projects models /> }.into_any()),
        None if several => Some(view! { <TemplateDialog projects models /> }.into_any()),
        Some(obstacle) if one => Some(blocked("Create project", obstacle)),
        Some(obstacle) if several => Some(blocked("Create projects from a template", obstacle)),
        _ => None,
    }
}
