//! Limits: both levels side by side, and the form that sets the project's own.

pub mod api;
mod edit;
pub mod form;
mod table;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    model::{
        limit::LimitsTable,
        place::{Place, ProjectRef},
    },
    policy::{Action, reason},
    ui::{InPlace, Loaded, NotFound, Note, PageHead, href, toast_on},
};

use self::{
    api::{SetLimits, get_limits},
    edit::EditDialog,
    table::{Kind, LimitTable},
};

/// What every part of the page needs.
#[derive(Clone)]
struct Limits {
    place: Place,
    project: ProjectRef,
    set: ServerAction<SetLimits>,
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
    let query = use_query_map();
    let kind = Memo::new(move |_| Kind::from_query(query.read().get_str("t")));
    let set = ServerAction::<SetLimits>::new();
    let id = project.id.clone();
    let data = Resource::new(move || set.version().get(), move |_| get_limits(id.clone()));
    toast_on(set, "Limits saved. They hold from the next request on.");

    let limits = Limits { place, project, set };
    let may_set = limits.locked().is_none();
    let body = StoredValue::new(limits.clone());
    view! {
        <Loaded data let:table>
            <Body limits=body.get_value() kind table />
        </Loaded>
        {may_set.then(|| view! { <EditDialog limits data kind /> })}
    }
}

/// The id of the text that says why the buttons of the rows are disabled.
const WHY_LOCKED: &str = "why-locked";

#[component]
fn Body(limits: Limits, kind: Memo<Kind>, table: LimitsTable) -> impl IntoView {
    let tabs = Kind::ALL.map(|tab| {
        let current = move || (kind.get() == tab).then_some("page");
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
    }
}
