//! Collaborators: who works in a project, with which role; adding and removing them.

mod add;
pub mod api;
mod demote;
pub mod form;
mod list;
mod remove;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::params::ParamsMap;

use crate::{
    icon::Icon,
    model::{
        AccountId, AppError, OrgRole, ProjectRole, Sort,
        collaborator::{CollaboratorFilter, Collaborators, ExternalRule, Guest, Origin},
        place::{Place, ProjectRef},
    },
    ui::{Alert, CsvLink, InPlace, LinkButton, Loaded, NotFound, Note, Notice, PageHead, failure, href, page_of, page_param, query},
};

use self::{
    add::AddDialog,
    api::{SetRole, list_collaborators},
    demote::DemoteDialog,
    form::AddForm,
    list::PeopleList,
    remove::RemoveDialog,
};

/// What became of the add form. The server provides it as context of that one answer; somebody who was added leads to the list.
#[derive(Clone, Debug)]
pub enum AddOutcome {
    /// The person is outside of the organization: to be confirmed.
    Announced(Guest, AddForm),
    /// Nobody was added; the form keeps what was typed.
    Refused(AppError, AddForm),
}

/// Below the address of the project.
const SEGMENT: &str = "settings/collaborators";

/// What every part of the page needs.
#[derive(Clone)]
struct People {
    place: Place,
    project: ProjectRef,
}

impl People {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href(SEGMENT), params)
    }

    /// The address of the list with a filter, in its order.
    fn filtered(&self, filter: CollaboratorFilter, text: &str, page: &str) -> String {
        self.filtered_with(filter, text, page, &[])
    }

    /// The address of the list as it is now, with further parameters: a dialog leaves it as it was.
    fn here(&self, params: &[(&'static str, &str)]) -> String {
        let query = query();
        let page = page_of(&query);
        self.filtered_with(filter_of(&query), &page.query, &page_param(page.number), params)
    }

    fn filtered_with(&self, filter: CollaboratorFilter, text: &str, page: &str, more: &[(&'static str, &str)]) -> String {
        let role = filter.role.map_or("", ProjectRole::as_str);
        let origin = filter.origin.map_or("", Origin::as_str);
        let sort = filter.sort.map(Sort::param).unwrap_or_default();
        let list = [("q", text), ("role", role), ("origin", origin), ("sort", &sort), ("page", page)];
        self.href(&[&list, more].concat())
    }

    /// Can somebody who gives up the own role here not come back to this page?
    fn is_shut_out(&self, account: &AccountId) -> bool {
        *account == self.place.viewer.account && self.place.standing.org.is_none_or(|role| role == OrgRole::Member)
    }

    /// Where a changed role leads.
    fn after_role(&self, account: &AccountId) -> String {
        let done = Notice::RoleChanged.param();
        if self.is_shut_out(account) {
            href(&self.place.href("keys"), &[done])
        } else {
            self.here(&[done])
        }
    }

    /// Why nobody can be added, changed or removed, if so.
    fn locked(&self) -> Option<&'static str> {
        self.project.archived.then_some("This project is archived.")
    }
}

/// Filter and order of the address; words that it does not know filter nothing, and leave the order as it is without any.
pub fn filter_of(query: &ParamsMap) -> CollaboratorFilter {
    CollaboratorFilter {
        role: query.get_str("role").and_then(|word| word.parse().ok()),
        origin: query.get_str("origin").and_then(|word| word.parse().ok()),
        sort: query.get_str("sort").and_then(|word| word.parse().ok()),
    }
}

/// The page of the route `settings/collaborators`. "All projects" has none.
#[component]
pub fn CollaboratorsPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <PeopleOf place />
        </InPlace>
    }
}

#[component]
fn PeopleOf(place: Place) -> impl IntoView {
    match place.project.clone() {
        Some(project) => view! { <PeopleOfProject people=People { place, project } /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn PeopleOfProject(people: People) -> impl IntoView {
    let query = query();
    let list = list_collaborators(people.project.id.clone(), filter_of(&query), page_of(&query));
    view! {
        <Loaded data=list let:list>
            <Body people list />
        </Loaded>
    }
}

#[component]
fn Body(people: People, list: Collaborators) -> impl IntoView {
    let (org, project) = (people.place.org.name.to_string(), people.project.name.to_string());
    let lead = format!(
        "People who work in {project}. Owners and admins of {org} are admins of every project. An external collaborator sees this project, and of {org} only the name."
    );
    let new = people.here(&[("new", "1")]);
    let csv = people.place.href("settings/collaborators.csv");
    let locked = people.locked();
    let query = query();
    let (demoting, removing) = (query.get("demote"), query.get("remove"));
    let dialogs = locked.is_none().then(|| {
        view! {
            {demoting.map(|id| view! { <DemoteDialog people=people.clone() id /> })}
            {removing.map(|id| view! { <RemoveDialog people=people.clone() id /> })}
            <AddDialog people=people.clone() left=list.look_ups_left />
        }
    });
    let externals = list.externals;
    view! {
        <PageHead title="Collaborators" lead within=("Project settings", people.place.href("settings"))>
            <CsvLink href=csv />
            <LinkButton href=new label="Add collaborator" icon="user-plus" class="btn primary" reason=locked />
        </PageHead>
        <Alert error=failure(SetRole::PATH) />
        {list
            .open_to_members
            .then(|| view! { <Note>{format!("Every member of {org} has at least the member role in {project}, its Default Project.")}</Note> })}
        <PeopleList people list />
        <p class="footnote">
            <Icon name="globe" />
            <span>{external_rule(externals)}</span>
        </p>
        {dialogs}
    }
}

fn external_rule(rule: ExternalRule) -> &'static str {
    match (rule.by_org, rule.by_project) {
        (true, true) => "External collaborators are allowed by the organization’s policy and by this project’s switch.",
        (true, false) => "This project’s switch does not allow external collaborators: nobody outside of the organization can be added.",
        (false, _) => "The organization’s policy does not allow external collaborators: nobody outside of it can be added.",
    }
}
