//! The table of projects.

use leptos::prelude::*;

use super::{Projects, state_param};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{
        Listing, Timestamp,
        number::grouped,
        organization::DefaultAccess,
        project::{ProjectFilter, ProjectRow},
    },
    policy::{Action, reason},
    ui::{Badge, Card, Column, DisabledEntry, Empty, Pager, RowMenu, SearchBox, Table, Time, page_of, page_param, query},
};

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn ProjectTable(
    projects: Projects,
    filter: ProjectFilter,
    listing: Listing<ProjectRow>,
    default_access: DefaultAccess,
) -> impl IntoView {
    let text = page_of(&query()).query;
    let state = state_param(filter);
    let (now, page, total, unfiltered) = (listing.now, listing.page, listing.total, listing.unfiltered);
    let paging = {
        let (projects, text) = (projects.clone(), text.clone());
        move |page: u32| projects.href(&[("state", state), ("q", &text), ("page", &page_param(page))])
    };
    let all = projects.href(&[("state", state)]);
    let search = text.clone();
    let kept = if state.is_empty() {
        Vec::new()
    } else {
        vec![("state", state.to_owned())]
    };
    let table = if unfiltered == 0 {
        nothing_yet(filter).into_any()
    } else if total == 0 {
        view! {
            <Empty title="No project matches" text=format!("Nothing here contains “{text}”.")>
                <a class="btn" href=all>"Show all of them"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Rows projects rows=listing.rows default_access now /> }.into_any()
    };
    view! {
        <Card
            id="projects"
            title=match filter {
                ProjectFilter::Active => "Active projects",
                ProjectFilter::Archived => "Archived projects",
            }
            quiet=true
            tools=move || view! { <SearchBox label="Filter projects by name or slug" value=search keep=kept /> }
        >
            {table}
            <Pager page total noun="projects" href=paging />
        </Card>
    }
}

fn nothing_yet(filter: ProjectFilter) -> impl IntoView {
    match filter {
        ProjectFilter::Active => view! { <Empty title="No project yet" text="Create the first one to get keys, limits and usage." /> },
        ProjectFilter::Archived => {
            view! { <Empty title="No archived project" text="An archived project is kept here with its history. Nothing is deleted." /> }
        }
    }
}

#[component]
fn Rows(projects: Projects, rows: Vec<ProjectRow>, default_access: DefaultAccess, now: Timestamp) -> impl IntoView {
    let month = now.day_label().split(' ').next().unwrap_or_default().to_owned();
    let cost = format!("Cost, {month}");
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row projects=projects.clone() row default_access cost=cost.clone() now /> })
        .collect_view();
    view! {
            <Table label="Projects table" columns=vec![Column::text("Project"), Column::text("Environment"), Column::text("Owner"), Column::number("Keys"), Column::number(cost), Column::number("429s, 24 h"), Column::Controls("Actions")]>
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
        Some(at) => view! { "Archived " <Time at now /> }.into_any(),
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
            <a href=projects.href(&[("state", "archived"), ("restore", &id)])>
                <Icon name="rotate-ccw" />
                "Restore…"
            </a>
        }
        .into_any(),
        (None, None) => view! {
            {(!row.is_default)
                .then(|| {
                    view! {
                        <a href=projects.href(&[("default", &id)])>
                            <Icon name="star" />
                            "Make it the Default…"
                        </a>
                    }
                })}
            <hr />
            <a class="danger" href=projects.href(&[("archive", &id)])>
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
