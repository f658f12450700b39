//! The changes of limits and budgets: `?history=1` is their first page, for those who may see the audit log.

use leptos::prelude::*;

use super::{Limits, api::list_changes};
use crate::{
    model::{
        Listing, Page, Timestamp,
        audit::{AuditEntry, Change},
    },
    policy::Action,
    ui::{Column, Dialog, Empty, ErrorNote, Pager, Table, Time, href, query},
};

#[component]
pub fn History(limits: Limits) -> impl IntoView {
    let query = query();
    let asked = query.get("history").filter(|_| limits.place.standing.may(Action::ViewAudit));
    asked.map(|number| {
        let page = Page {
            number: number.parse::<u32>().unwrap_or(1).saturating_sub(1),
            ..Page::default()
        };
        let changes = list_changes(limits.project.id.clone(), page);
        let close = limits.href(&[]);
        let lead = format!("Every change in {}, newest first, out of the audit log.", limits.project.name);
        let dialog = Suspend::new(async move {
            let changes = changes.await;
            view! {
                <Dialog title="History of limits and budgets" lead close=close.clone() wide=true>
                    <div class="body">
                        {match changes {
                            Ok(listing) => view! { <Changes limits listing /> }.into_any(),
                            Err(error) => view! { <ErrorNote error /> }.into_any(),
                        }}
                    </div>
                    <div class="foot">
                        <a class="btn" href=close>
                            "Close"
                        </a>
                    </div>
                </Dialog>
            }
        });
        view! { <Suspense>{dialog}</Suspense> }
    })
}

#[component]
fn Changes(limits: Limits, listing: Listing<AuditEntry>) -> impl IntoView {
    if listing.total == 0 {
        return view! { <Empty title="Nothing was changed yet" text="Limits and budgets are as they were when the project was made." /> }
            .into_any();
    }
    let (page, total, now) = (listing.page, listing.total, listing.now);
    let audit = limits.place.href("audit");
    let rows = listing
        .rows
        .into_iter()
        .map(|entry| view! { <Row entry now audit=audit.clone() /> })
        .collect_view();
    let columns = vec![
        Column::text("Time"),
        Column::text("Person"),
        Column::text("What"),
        Column::text("Change"),
    ];
    view! {
        <Table label="Changes" columns>
            {rows}
        </Table>
        <Pager page total noun="changes" href=move |page| limits.href(&[("history", &(page + 1).to_string())]) />
    }
    .into_any()
}

#[component]
fn Row(entry: AuditEntry, now: Timestamp, audit: String) -> impl IntoView {
    let id = entry.id.to_string();
    let record = href(&audit, &[("q", &id), ("event", &id)]);
    let what = if entry.target == "*" {
        "All models".to_owned()
    } else {
        entry.target
    };
    let changes = entry.changes.into_iter().map(line).collect_view();
    view! {
        <tr>
            <td data-label="Time">
                <a class="row-link" href=record>
                    <Time at=entry.at now />
                </a>
            </td>
            <td data-label="Person">{entry.actor}</td>
            <th scope="row" class="name">
                {what} <span class="sub">{entry.action}</span>
            </th>
            <td data-label="Change">
                <span class="changes">{changes}</span>
            </td>
        </tr>
    }
}

/// `tokens per minute: none → 700,000`.
fn line(change: Change) -> impl IntoView {
    let value = |value: Option<String>| {
        let text = value.unwrap_or_else(|| "none".to_owned());
        text.parse().map_or(text, crate::model::number::grouped)
    };
    view! {
        <span>
            {change.field.replace('_', " ")} ": " <del>{value(change.before)}</del> " → " <ins>{value(change.after)}</ins>
        </span>
    }
}
