//! Limits: both levels side by side with live use, budgets, the forms that set them, and the history of both.

pub mod api;
mod budgets;
mod edit;
pub mod form;
mod history;
mod set_budget;
mod table;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use crate::{
    icon::Icon,
    model::{
        limits_table::Rate,
        place::{Place, ProjectRef},
        receipt::Lane,
    },
    pages::receipt::RequestedReceipt,
    policy::{Action, reason},
    ui::{InPlace, LiveMark, Loaded, NotFound, Note, PageHead, SearchBox, href, page_of, page_param, query},
};

use self::{
    api::{get_limits, list_budgets},
    budgets::BudgetTab,
    edit::{Looked, look_ahead},
    history::History,
    table::RateTab,
};

/// What the page shows: one way of counting, or money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Rate(Rate),
    Spend,
}

impl Tab {
    const SPEND: &'static str = "usd";

    /// The value of `?t=`; an unknown one shows tokens per minute.
    fn from_query(text: Option<&str>) -> Self {
        match text {
            Some(Self::SPEND) => Self::Spend,
            text => Self::Rate(text.and_then(|text| text.parse().ok()).unwrap_or_default()),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Rate(rate) => rate.as_str(),
            Self::Spend => Self::SPEND,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Rate(rate) => rate.short(),
            Self::Spend => "Spend",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Rate::ALL.into_iter().map(Self::Rate).chain([Self::Spend])
    }
}

/// The address of the budgets of a project's Limits page.
pub fn budgets_href(limits: &str) -> String {
    href(limits, &[("t", Tab::SPEND)])
}

/// What every part of the page needs.
#[derive(Clone)]
struct Limits {
    place: Place,
    project: ProjectRef,
    tab: Tab,
    lane: Lane,
    /// The page of the budgets, counted from 0: a dialog opens over it, and closes to it.
    page: u32,
}

impl Limits {
    /// The parameters that this tab and lane have in the address. Money knows no lanes.
    fn params(&self) -> Vec<(&'static str, &'static str)> {
        let lane = (self.lane == Lane::Flex && self.tab != Tab::Spend).then_some(("lane", Lane::Flex.as_str()));
        [("t", self.tab.as_str())].into_iter().chain(lane).collect()
    }

    /// The address of this tab and lane with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        let page = page_param(self.page);
        let mut all: Vec<(&'static str, &str)> = self.params();
        all.push(("page", &page));
        all.extend_from_slice(params);
        href(&self.place.href("limits"), &all)
    }

    /// Why the person may not set limits and budgets, if so.
    fn locked(&self) -> Option<&'static str> {
        if !self.place.standing.may(Action::SetLimits) {
            Some(reason(Action::SetLimits))
        } else if self.project.archived {
            Some("This project is archived; its limits cannot change.")
        } else {
            None
        }
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
    let tab = Tab::from_query(query().get_str("t"));
    let lane = query().get_str("lane").and_then(|lane| lane.parse().ok()).unwrap_or_default();
    let page = if tab == Tab::Spend { page_of(&query()).number } else { 0 };
    let limits = Limits {
        place,
        project,
        tab,
        lane,
        page,
    };
    match tab {
        Tab::Rate(rate) => view! { <Rates limits rate /> }.into_any(),
        Tab::Spend => view! { <Budgets limits /> }.into_any(),
    }
}

#[component]
fn Rates(limits: Limits, rate: Rate) -> impl IntoView {
    let project = limits.project.id.clone();
    let looked = limits.locked().is_none().then(|| Looked::from_query(&query())).flatten();
    let lane = limits.lane;
    let data = async move {
        let table = get_limits(project.clone(), lane).await?;
        Ok((table, look_ahead(project, looked).await))
    };
    view! {
        <Loaded data let:loaded>
            <Frame limits=limits.clone()>
                <RateTab limits rate table=loaded.0 looked=loaded.1 />
            </Frame>
        </Loaded>
    }
}

#[component]
fn Budgets(limits: Limits) -> impl IntoView {
    let spending = list_budgets(limits.project.id.clone(), page_of(&query()));
    view! {
        <Loaded data=spending let:spending>
            <Frame limits=limits.clone()>
                <BudgetTab limits spending />
            </Frame>
        </Loaded>
    }
}

/// The id of the text that says why the buttons of the rows are disabled.
const WHY_LOCKED: &str = "why-locked";

/// What stands around every tab: heading, tabs, and the dialogs that every tab can open.
#[component]
fn Frame(limits: Limits, children: Children) -> impl IntoView {
    let shown = limits.tab;
    let tabs = Tab::all()
        .map(|tab| {
            let current = (shown == tab).then_some("page");
            let href = Limits {
                tab,
                page: 0,
                ..limits.clone()
            }
            .href(&[]);
            view! {
                <a href=href aria-current=current>
                    {tab.label()}
                </a>
            }
        })
        .collect_view();
    let history = limits.place.standing.may(Action::ViewAudit).then(|| {
        view! {
            <a class="btn" href=limits.href(&[("history", "1")])>
                <Icon name="history" />
                "History"
            </a>
        }
    });
    let close = limits.href(&[]);
    let keep = limits
        .params()
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect::<Vec<_>>();
    view! {
        <PageHead
            title="Limits"
            lead="Every request must pass both levels. A project limit cannot exceed the organization’s; an empty one inherits it."
        >
            <LiveMark />
            <div class="toolbar">
                <SearchBox name="request" label="Look up a request id" value="" keep />
            </div>
            {history}
        </PageHead>
        {limits.locked().map(|reason| view! { <Note><span id=WHY_LOCKED>{reason}</span></Note> })}
        <nav class="tabs" aria-label="Limit kind">
            {tabs}
        </nav>
        {children()}
        <History limits=limits.clone() />
        <RequestedReceipt place=limits.place close />
    }
}

/// The button that opens the edit dialog of a row, or says why it cannot.
#[component]
fn EditButton(limits: Limits, edit: String, label: String) -> impl IntoView {
    match limits.locked() {
        None => view! {
            <a class="btn sm" href=limits.href(&[("edit", &edit)]) aria-label=label>
                "Edit"
            </a>
        }
        .into_any(),
        Some(reason) => view! {
            <button type="button" class="btn sm" aria-disabled="true" aria-describedby=WHY_LOCKED title=reason aria-label=label>
                "Edit"
            </button>
        }
        .into_any(),
    }
}
