//! The table of records.

use leptos::prelude::*;

use crate::{
    model::{Listing, Timestamp, audit::AuditEntry},
    ui::{Card, Column, Empty, Pager, SearchBox, Table, Time, href, page_param},
};

/// The address of the list that is shown.
#[derive(Clone)]
pub struct Events {
    pub path: String,
    pub filter: String,
    /// The value of `page=`.
    pub page: String,
    /// The id of the record that is open.
    pub open: Option<String>,
}

impl Events {
    /// The same list with one record open.
    fn event(&self, id: &str) -> String {
        href(&self.path, &[("q", &self.filter), ("page", &self.page), ("event", id)])
    }
}

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn EventList(events: Events, listing: Listing<AuditEntry>) -> impl IntoView {
    let (now, page, total, unfiltered) = (listing.now, listing.page, listing.total, listing.unfiltered);
    let search = events.filter.clone();
    let paging = {
        let events = events.clone();
        move |page: u32| href(&events.path, &[("q", &events.filter), ("page", &page_param(page))])
    };
    let table = if unfiltered == 0 {
        view! { <Empty title="Nothing has happened yet" text="Changes and sign-ins appear here as they happen." /> }.into_any()
    } else if total == 0 {
        view! {
            <Empty title="No event matches" text=format!("Nothing here contains “{}”.", events.filter)>
                <a class="btn" href=events.path.clone()>"Show all events"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <Rows events rows=listing.rows now /> }.into_any()
    };
    view! {
        <Card
            id="events"
            title="Events"
            quiet=true
            tools=move || view! { <SearchBox label="Filter events by action, actor or target" value=search /> }
        >
            {table}
            <Pager page total noun="events" href=paging />
        </Card>
    }
}

#[component]
fn Rows(events: Events, rows: Vec<AuditEntry>, now: Timestamp) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|entry| {
            let id = entry.id.to_string();
            let open = events.event(&id);
            let current = (events.open.as_ref() == Some(&id)).then_some("true");
            view! {
                <tr>
                    <td data-label="Time">
                        <Time at=entry.at now />
                    </td>
                    <td data-label="Actor">{entry.actor}</td>
                    <td data-label="Action">
                        <a class="row-link" href=open aria-current=current>
                            <code>{entry.action}</code>
                        </a>
                    </td>
                    <td data-label="Target">{entry.target}</td>
                    <td data-label="Project">{entry.project.unwrap_or_else(|| "–".to_owned())}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
            <Table label="Audit events" columns=vec![Column::text("Time"), Column::text("Actor"), Column::text("Action"), Column::text("Target"), Column::text("Project")]>
    {rows}
    </Table>
        }
}
