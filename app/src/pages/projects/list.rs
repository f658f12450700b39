//! The table of projects.

use leptos::prelude::*;

use super::{Projects, state_param};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{
        AccountId, Listing, Sort, Timestamp,
        number::grouped,
        organization::DefaultAccess,
        project::{Environment, OwnedBy, ProjectColumn, ProjectFilter, ProjectRow, ProjectState},
    },
    policy::{Action, reason},
    ui::{Badge, Card, Column, DisabledEntry, Empty, Pager, RowMenu, Table, Time, filter_choice, page_of, page_param, query},
};

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn ProjectTable(
    projects: Projects,
    filter: ProjectFilter,
    listing: Listing<ProjectRow>,
    owners: Vec<(AccountId, String)>,
    default_access: DefaultAccess,
) -> impl IntoView {
    let text = page_of(&query()).query;
    let (now, page, total, unfiltered) = (listing.now, listing.page, listing.total, listing.unfiltered);
    let everything = ProjectFilter {
        state: filter.state,
        sort: filter.sort,
        ..ProjectFilter::default()
    };
    let all = projects.listed(&everything, "", "");
    let paging = {
        let (projects, filter, text) = (projects.clone(), filter.clone(), text.clone());
        move |page: u32| projects.listed(&filter, &text, &page_param(page))
    };
    let tools = {
        let (filter, text, all) = (filter.clone(), text.clone(), all.clone());
        move || view! { <Filters filter text owners all /> }
    };
    let title = match filter.state {
        ProjectState::Active => "Active projects",
        ProjectState::Archived => "Archived projects",
    };
    let table = if unfiltered == 0 {
        nothing_yet(filter.state).into_any()
    } else if total == 0 {
        let text = if text.is_empty() {
            "No project here is what the filter asks for.".to_owned()
        } else {
            format!("Nothing here contains “{text}” and is what the filter asks for.")
        };
        view! {
            <Empty title="No project matches" text>
                <a class="btn" href=all>"Show all of them"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Rows projects filter text rows=listing.rows default_access now /> }.into_any()
    };
    view! {
        <Card id="projects" title quiet=true tools>
            {table}
            <Pager page total noun="projects" href=paging />
        </Card>
    }
}

/// Text, environment and owner, as a plain form: the address holds them. State and order stay.
#[component]
fn Filters(filter: ProjectFilter, text: String, owners: Vec<(AccountId, String)>, all: String) -> impl IntoView {
    let sort = filter.sort.map(Sort::param).unwrap_or_default();
    let kept = [("state", state_param(filter.state).to_owned()), ("sort", sort)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let environments = Environment::ALL.map(|environment| (environment.as_str().to_owned(), environment.as_str().to_owned()));
    let nobody = (String::from(OwnedBy::Nobody), "No owner".to_owned());
    let people = owners.into_iter().map(|(account, name)| (account.to_string(), name));
    let owners = std::iter::once(nobody).chain(people).collect();
    let filtered = !text.is_empty() || filter.environment.is_some() || filter.owner.is_some();
    let environment = filter.environment.map(|environment| environment.as_str().to_owned());
    view! {
        <form class="filters" role="search" method="get">
            {kept}
            <div class="search">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    name="q"
                    aria-label="Filter projects by name or slug"
                    placeholder="Filter projects by name or slug"
                    value=text
                />
            </div>
            {filter_choice("environment", "Environment", environment, environments.to_vec())}
            {filter_choice("owner", "Owner", filter.owner.map(String::from), owners)}
            <button type="submit" class="btn sm">
                <Icon name="list-filter" />
                "Filter"
            </button>
            {filtered.then(|| view! { <a class="btn ghost sm" href=all>"Clear"</a> })}
        </form>
    }
}

fn nothing_yet(state: ProjectState) -> impl IntoView {
    match state {
        ProjectState::Active => view! { <Empty title="No project yet" text="Create the first one to get keys, limits and usage." /> },
        ProjectState::Archived => {
            view! { <Empty title="No archived project" text="An archived project is kept here with its history. Nothing is deleted." /> }
        }
    }
}

#[component]
fn Rows(
    projects: Projects,
    filter: ProjectFilter,
    text: String,
    rows: Vec<ProjectRow>,
    default_access: DefaultAccess,
    now: Timestamp,
) -> impl IntoView {
    let month = now.day_label().split(' ').next().unwrap_or_default().to_owned();
    let cost = format!("Cost, {month}");
    let sorting = |heading: Column, column: ProjectColumn| {
        heading.sorting(column, filter.sort, |sort| {
            let sorted = ProjectFilter {
                sort: Some(sort),
                ..filter.clone()
            };
            projects.listed(&sorted, &text, "")
        })
    };
    let columns = vec![
        sorting(Column::text("Project"), ProjectColumn::Name),
        Column::text("Environment"),
        Column::text("Owner"),
        sorting(Column::text("Created"), ProjectColumn::Created),
        sorting(Column::number("Keys"), ProjectColumn::Keys),
        sorting(Column::number(cost.clone()), ProjectColumn::Cost),
        sorting(Column::number("429s, 24 h"), ProjectColumn::Refused),
        Column::Controls("Actions"),
    ];
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row projects=projects.clone() row default_access cost=cost.clone() now /> })
        .collect_view();
    view! {
        <Table label="Projects table" columns>
            {rows}
        </Table>
    }
}

#[component]
fn Row(projects: Projects, row: ProjectRow, default_access: DefaultAccess, cost: String, now: Timestamp) -> impl IntoView {
    let environment = row.environment.as_str();
    let home = format!("/{}/{}/keys", projects.place.org.slug, row.slug);
    let name = row.name.to_string();
    let sub = match row.archived_at {
        None => row.description.clone().into_any(),
        Some(at) => {
            let by = row.archived_by.clone().map(|name| view! { " by " <bdi>{name}</bdi> });
            view! { "Archived " <Time at now /> {by} }.into_any()
        }
    };
    let dim = row.archived_at.is_some().then_some("dim");
    let spent = if row.expected_spend.is_some_and(|expected| row.month_cost > expected) {
        "num bad"
    } else {
        "num"
    };
    let refused = if row.refused_24h > 0 { "num bad" } else { "num" };
    view! {
        <tr class=dim>
            <th scope="row" class="name">
                <a class="row-link" href=home>
                    {name}
                </a>
                {row.is_default.then(|| view! { <Badge>"Default"</Badge> })}
                <span class="sub">{sub}</span>
                {row.is_default.then(|| view! { <span class="sub">{default_access.label()}</span> })}
            </th>
            <td data-label="Environment">
                <span class=format!("env {environment}")>{environment}</span>
            </td>
            <td data-label="Owner">
                {match row.owner.clone() {
                    Some(owner) => owner.into_any(),
                    None => view! { <span class="muted">"No owner"</span> }.into_any(),
                }}
            </td>
            <td data-label="Created">
                <Time at=row.created_at now />
            </td>
            <td data-label="Keys" class="num">
                {grouped(row.active_keys)}
            </td>
            <td data-label=cost class=spent>
                {row.month_cost.display()}
                {row.expected_spend.map(|expected| view! { <span class="sub">"of " {expected.display()}</span> })}
            </td>
            <td data-label="429s, 24 h" class=refused>
                {grouped(row.refused_24h)}
            </td>
            <td class="num menu-cell">
                <Menu projects row />
            </td>
        </tr>
    }
}

#[component]
fn Menu(projects: Projects, row: ProjectRow) -> impl IntoView {
    let id = row.id.to_string();
    let settings = format!("/{}/{}/settings", projects.place.org.slug, row.slug);
    let changes = match (projects.locked(), row.archived_at) {
        (Some(reason), None) => view! {
            {(!row.is_default).then(|| view! { <DisabledEntry icon="star" label="Make it the Default…" reason /> })}
            <DisabledEntry icon="archive" label="Archive…" reason />
        }
        .into_any(),
        (Some(reason), Some(_)) => view! { <DisabledEntry icon="rotate-ccw" label="Restore…" reason /> }.into_any(),
        (None, Some(_)) => view! {
            <a href=projects.here(&[("restore", &id)])>
                <Icon name="rotate-ccw" />
                "Restore…"
            </a>
        }
        .into_any(),
        (None, None) => view! {
            {(!row.is_default)
                .then(|| {
                    view! {
                        <a href=projects.here(&[("default", &id)])>
                            <Icon name="star" />
                            "Make it the Default…"
                        </a>
                    }
                })}
            <hr />
            <a class="danger" href=projects.here(&[("archive", &id)])>
                <Icon name="archive" />
                "Archive…"
            </a>
        }
        .into_any(),
    };
    view! {
        <RowMenu id=format!("menu-{id}") label=row.name.to_string()>
            <a href=settings>
                <Icon name="sliders-horizontal" />
                "Project settings"
            </a>
            <CopyLink text=id label="Copy project ID" entry=true />
            {row.is_default.then(|| view! { <AccessEntry projects /> })}
            {changes}
        </RowMenu>
    }
}

/// Who reaches the Default Project is a setting of the organization, for its owners.
#[component]
fn AccessEntry(projects: Projects) -> impl IntoView {
    if !projects.place.standing.may(Action::ManageOrg) {
        return view! { <DisabledEntry icon="users" label="Default Project access…" reason=reason(Action::ManageOrg) /> }.into_any();
    }
    let href = format!("{}#access", projects.place.org_href("settings"));
    view! {
        <a href=href>
            <Icon name="users" />
            "Default Project access…"
        </a>
    }
    .into_any()
}
