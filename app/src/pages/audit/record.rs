//! One record: what changed, who did it, and where it stands in the chain.

use leptos::prelude::*;

use crate::{
    islands::CopyLink,
    model::audit::{AuditEntry, Change},
    ui::{Card, Empty, absolute, href},
};

/// The record of `?event=evt_…`. `path` is the address of the page.
#[component]
pub fn Record(entry: AuditEntry, path: String) -> impl IntoView {
    let id = entry.id.to_string();
    let title = format!("{} · {id}", entry.action);
    // The filter by the id keeps the link right when newer records have moved this one to another page.
    let link = href(&path, &[("q", &id), ("event", &id)]);
    let facts = [
        ("time", absolute(entry.at)),
        ("actor", entry.actor),
        ("target", format!("{} ({})", entry.target, entry.target_id)),
        ("project", entry.project.unwrap_or_else(|| "–".to_owned())),
        ("address", entry.address.unwrap_or_else(|| "–".to_owned())),
        ("interface", entry.interface),
        ("seq", entry.seq.to_string()),
        ("hash", entry.hash),
    ];
    let changes = entry.changes.into_iter().map(|change| view! { <Diff change /> }).collect_view();
    let facts = facts
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <Card id="record" title tools=move || view! { <Permalink link /> }>
            <div class="body">
                <dl class="diff">{changes} {facts}</dl>
            </div>
        </Card>
    }
}

#[component]
fn Diff(change: Change) -> impl IntoView {
    view! {
        <div>
            <dt>{change.field}</dt>
            <dd>
                {change.before.map(|before| view! { <del>{before}</del> })} {change.after.map(|after| view! { <ins>{after}</ins> })}
            </dd>
        </div>
    }
}

/// The link to the record; with script also a button that copies it with the origin.
#[component]
fn Permalink(link: String) -> impl IntoView {
    view! {
        <a class="link" href=link.clone()>
            "Permalink"
        </a>
        <CopyLink text=link label="Copy link" entry=true />
    }
}

/// The record is not among the rows that are shown.
#[component]
pub fn Missing(search: String) -> impl IntoView {
    view! {
        <Card id="record" title="Event">
            <Empty title="This event is not on this page" text="It may stand on another one, or it does not exist.">
                <a class="btn" href=search>"Look for it"</a>
            </Empty>
        </Card>
    }
}
