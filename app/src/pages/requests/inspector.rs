//! The open request, beside the list on wide screens and in its place on narrow ones. Its state stands in the address.

use leptos::prelude::*;

use super::{
    address::Asked,
    list::{Estimated, IconLink, Status, duration, key_name},
};
use crate::{
    islands::{CopyLink, EscapeTo},
    model::{Timestamp, number::grouped, place::Place, request::RequestRow},
    ui::{Empty, Simulated, Time},
};

/// The frame, with the rows before and after it in the list, and the receipt of the request.
#[component]
pub fn RequestInspector(asked: Asked, place: Place, row: Option<RequestRow>, shown: Vec<RequestRow>, now: Timestamp) -> impl IntoView {
    let at = shown.iter().position(|other| Some(other) == row.as_ref());
    let neighbour = |index: Option<usize>| index.and_then(|index| shown.get(index)).map(|row| asked.opening(row.id.as_str()));
    let newer = neighbour(at.and_then(|at| at.checked_sub(1)));
    let older = neighbour(at.map(|at| at + 1));
    let close = asked.closed();
    match row {
        Some(row) => {
            let head = row.clone();
            view! {
                <Inspector title="Request" newer older close head=Some(head)>
                    <Summary place row now />
                </Inspector>
            }
            .into_any()
        }
        None => view! {
            <Inspector title="Request" newer older close head=None>
                <Empty
                    title="This request is not here"
                    text="It belongs to another project, was one of a flood of refusals that are only counted, or does not exist."
                />
            </Inspector>
        }
        .into_any(),
    }
}

/// Status, id and the ways on; below them the children.
#[component]
fn Inspector(
    title: &'static str,
    newer: Option<String>,
    older: Option<String>,
    close: String,
    head: Option<RequestRow>,
    children: Children,
) -> impl IntoView {
    let head = head.map(|row| {
        let id = row.id.to_string();
        view! {
            <Status row />
            <span class="copyable show">
                <code>{id.clone()}</code>
                <CopyLink text=id label="Copy request id" entry=false />
            </span>
        }
    });
    view! {
        <aside class="card inspector" aria-labelledby="inspector">
            <div class="sheet-bar">
                {head} <span class="spacer"></span> <IconLink icon="arrow-up" label="Newer request" href=newer />
                <IconLink icon="arrow-down" label="Older request" href=older />
                <IconLink icon="x" label="Close" href=Some(close.clone()) />
            </div>
            <h2 id="inspector" class="sr-only" tabindex="-1">
                {title}
            </h2>
            <div class="body">{children()}</div>
            <EscapeTo href=close />
        </aside>
    }
}

/// What the row of the list says, in full.
#[component]
fn Summary(place: Place, row: RequestRow, now: Timestamp) -> impl IntoView {
    let tokens = format!(
        "{} in ({} cached), {} out",
        grouped(row.tokens_in),
        grouped(row.tokens_cached),
        grouped(row.tokens_out)
    );
    let code = row.code.clone().map(|code| ("Code", code));
    let client = row.client_id.clone().map(|id| ("Client’s id", id));
    let project = place.project.is_none().then(|| ("Project", row.project.clone()));
    let first = row.first_token_ms.map(|ms| ("First token", duration(ms)));
    let facts = [
        code,
        project,
        Some(("Key", key_name(&row))),
        Some(("Model", row.model.to_string())),
        Some(("Tier", row.tier.as_str().to_owned())),
        Some(("Tokens", tokens)),
        Some(("Cost", row.cost.display())),
        Some(("Latency", duration(row.latency_ms))),
        first,
        client,
    ];
    let facts = facts
        .into_iter()
        .flatten()
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
        <p class="sheet-meta">
            <span>{row.at.absolute()}</span>
            <Time at=row.at now />
            {row.simulated.then(|| view! { <Simulated /> })}
            {row.estimated.then(|| view! { <Estimated /> })}
        </p>
        <dl class="diff">{facts}</dl>
    }
}
