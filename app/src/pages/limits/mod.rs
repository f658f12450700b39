//! Limits: both levels side by side, and the form that sets the project's own.

pub mod api;
mod edit;
pub mod form;
mod table;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use crate::{
    model::{
        limit::LimitsTable,
        place::{Place, ProjectRef},
    },
    policy::{Action, reason},
    ui::{InPlace, Loaded, NotFound, Note, PageHead, href, query},
};

use self::{
    api::get_limits,
    edit::EditDialog,
    table::{Kind, LimitTable},
};

/// What every part of the page needs.
#[derive(Clone)]
struct Limits {
    place: Place,
    project: ProjectRef,
}

impl Limits {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href("limits"), params)
    }

    /// Why the person may not set limits, if so.
    fn locked(&self) -> Option<&'static str> {
        (!self.place.standing.may(Action::SetLimits)).then(|| reason(Action::SetLimits))
    }
}

/// The page of the route `limits`. "All projects" has no limits of its own: they come with the plan.
#[component]
pub fn LimitsPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <LimitsOf place />
        </InPlace>
    }
}

#[component]
fn LimitsOf(place: Place) -> impl IntoView {
    match place.project.clone() {
        Some(project) => view! { <ProjectLimits place project /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn ProjectLimits(place: Place, project: ProjectRef) -> impl IntoView {
    let table = get_limits(project.id.clone());
    let limits = Limits { place, project };
    view! {
        <Loaded data=table let:table>
            <Body limits table />
        </Loaded>
    }
}

/// The id of the text that says why the buttons of the rows are disabled.
const WHY_LOCKED: &str = "why-locked";

#[component]
fn Body(limits: Limits, table: LimitsTable) -> impl IntoView {
    let query = query();
    let kind = Kind::from_query(query.get_str("t"));
    let edited = query.get("edit");
    let edited = edited.and_then(|model| table.rows.iter().find(|row| row.model.as_str() == model).cloned());
    let dialog = edited.filter(|_| limits.locked().is_none());
    let dialog = dialog.map(|row| view! { <EditDialog limits=limits.clone() kind row /> });
    let tabs = Kind::ALL.map(|tab| {
        let current = (kind == tab).then_some("page");
        view! {
            <a href=limits.href(&[("t", tab.as_str())]) aria-current=current>
                {tab.label()}
            </a>
        }
    });
    let locked = limits.locked();
    view! {
        <PageHead
            title="Limits"
            lead="Every request must pass both levels. A project limit cannot exceed the organization’s; an empty one inherits it."
        />
        {locked.map(|reason| view! { <Note><span id=WHY_LOCKED>{reason}</span></Note> })}
        <nav class="tabs" aria-label="Limit kind">
            {tabs}
        </nav>
        <LimitTable limits kind table />
        {dialog}
    }
}
