//! The table of requests.

use leptos::prelude::*;

use super::{
    address::Asked,
    filters::{Filters, nothing_matches},
};
use crate::{
    model::{
        Timestamp,
        number::{compact, grouped},
        place::Place,
        request::{Part, Refusal, RequestLog, RequestRow},
    },
    ui::{Badge, Card, Column, Empty, Live, Simulated, Table, Time, Tone, absolute},
};

/// Filters, rows and the ways to older and newer ones; or why there are no rows. `compact` leaves room for the inspector.
#[component]
pub fn RequestList(place: Place, asked: Asked, log: RequestLog, topic: Option<String>, compact: bool) -> impl IntoView {
    let (models, keys) = (log.models.clone(), log.keys.clone());
    let tools = {
        let asked = asked.clone();
        move || view! { <Filters asked models keys /> }
    };
    let content = if log.rows.is_empty() {
        view! { <NoRows place=place.clone() asked=asked.clone() log=log.clone() /> }.into_any()
    } else {
        view! { <Rows place asked=asked.clone() rows=log.rows.clone() now=log.now compact /> }.into_any()
    };
    view! {
        <Card id="requests-title" title="Requests" quiet=true tools>
            <Live id="requests" topic>
                {content}
                <Ways asked log />
            </Live>
        </Card>
    }
}

#[component]
fn NoRows(place: Place, asked: Asked, log: RequestLog) -> impl IntoView {
    if !log.any {
        let keys = place.href("keys");
        let in_project = place.project.is_some();
        return view! {
            <Empty title="No request yet" text="Requests appear here as they are answered. Send the first one with an API key.">
                {in_project.then(|| view! { <a class="btn" href=keys>"Open API Keys"</a> })}
            </Empty>
        }
        .into_any();
    }
    let text = nothing_matches(&log, &asked);
    let on_later_page = asked.part != Part::Newest;
    view! {
        <Empty title="No request matches" text>
            {on_later_page.then(|| view! { <a class="btn" href=asked.at(Part::Newest)>"Show the newest"</a> })}
            <a class="btn" href=asked.all()>"Show all requests"</a>
        </Empty>
    }
    .into_any()
}

/// How many there are, and the links to newer and older rows.
#[component]
fn Ways(asked: Asked, log: RequestLog) -> impl IntoView {
    let more = if log.total_is_exact { "" } else { "+" };
    let noun = if log.total == 1 && log.total_is_exact {
        "request"
    } else {
        "requests"
    };
    let summary = format!("{}{more} {noun}", grouped(log.total));
    let newer = log.newer.map(|cursor| asked.at(Part::After(cursor)));
    let older = log.older.map(|cursor| asked.at(Part::Before(cursor)));
    let further = log.looked_until.map(|cursor| {
        let until = absolute(cursor.at);
        view! {
            <span>
                "Looked through " {grouped(u64::from(RequestLog::LOOK))} " requests, back to " {until} ". "
                <a class="link" href=asked.at(Part::Before(cursor))>
                    "Look further"
                </a>
            </span>
        }
    });
    view! {
        <div class="pager">
            <span>{summary}</span>
            {further}
            <span class="actions">{step("Newer", newer)} {step("Older", older)}</span>
        </div>
    }
}

fn step(label: &'static str, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a class="btn sm" href=href>{label}</a> }.into_any(),
        None => view! { <button type="button" class="btn sm" disabled>{label}</button> }.into_any(),
    }
}

#[component]
fn Rows(place: Place, asked: Asked, rows: Vec<RequestRow>, now: Timestamp, compact: bool) -> impl IntoView {
    let all = place.project.is_none();
    let mut columns = vec![Column::text("Time"), Column::text("Request")];
    if all {
        columns.push(Column::text("Project"));
    }
    if compact {
        columns.push(Column::text("Key and model"));
    } else {
        columns.extend([
            Column::text("Key"),
            Column::text("Model"),
            Column::number("Tokens in / out"),
            Column::number("Cost"),
            Column::number("Latency"),
        ]);
    }
    columns.push(Column::text("Status"));
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row asked=asked.clone() row now all compact /> })
        .collect_view();
    view! {
        <Table label="Requests table" columns>
            {rows}
        </Table>
    }
}

#[component]
fn Row(asked: Asked, row: RequestRow, now: Timestamp, all: bool, compact: bool) -> impl IntoView {
    let id = row.id.to_string();
    let current = (asked.open.as_deref() == Some(&id)).then_some("true");
    let open = asked.opening(&id);
    let status = view! { <Status row=row.clone() /> };
    let cells = if compact {
        view! {
            <td data-label="Key and model">
                <span>{key_name(&row)} <span class="sub">{row.model.to_string()}</span></span>
            </td>
        }
        .into_any()
    } else {
        full_cells(&row).into_any()
    };
    view! {
        <tr>
            <td data-label="Time">
                <Time at=row.at now />
            </td>
            <th scope="row" class="name">
                <a class="row-link mono" id=id.clone() href=open title=id.clone() aria-current=current>
                    {short(&id)}
                </a>
            </th>
            {all.then(|| view! { <td data-label="Project">{row.project.clone()}</td> })}
            {cells}
            <td data-label="Status">{status}</td>
        </tr>
    }
}

fn full_cells(row: &RequestRow) -> impl IntoView + use<> {
    let used = row.refusal.is_none();
    let dash = || "–".to_owned();
    let tokens = if used {
        format!("{} / {}", compact(row.tokens_in), compact(row.tokens_out))
    } else {
        dash()
    };
    let cost = if used { row.cost.display() } else { dash() };
    let first = row.first_token_ms.filter(|_| used).map(|ms| format!("first {}", duration(ms)));
    view! {
        <td data-label="Key">{key_name(row)}</td>
        <td data-label="Model">
            <span>
                {row.model.to_string()} <span class="sub">{row.tier.as_str()} {row.simulated.then(|| view! { " " <Simulated /> })}</span>
            </span>
        </td>
        <td data-label="Tokens in / out" class="num">
            <span>{tokens} {row.estimated.then(|| view! { <span class="sub"><Estimated /></span> })}</span>
        </td>
        <td data-label="Cost" class="num">{cost}</td>
        <td data-label="Latency" class="num">
            <span>{duration(row.latency_ms)} {first.map(|first| view! { <span class="sub">{first}</span> })}</span>
        </td>
    }
}

/// The mark of tokens that the upstream did not count itself.
#[component]
fn Estimated() -> impl IntoView {
    view! { <span class="badge line" title="The upstream did not count: from the estimate and what was forwarded">"estimated"</span> }
}

/// The status, and for a refusal by what.
#[component]
fn Status(row: RequestRow) -> impl IntoView {
    let (tone, text) = status(row.status, row.refusal);
    view! {
        <span title=row.code>
            <Badge tone>{text}</Badge>
        </span>
    }
}

fn status(status: u16, refusal: Option<Refusal>) -> (Tone, String) {
    match (status, refusal) {
        (_, Some(refusal)) => (Tone::Bad, format!("{status} {}", refusal.label())),
        (499, None) => (Tone::Warn, "499 client left".to_owned()),
        (0..400, None) => (Tone::Ok, status.to_string()),
        (400..500, None) => (Tone::Warn, status.to_string()),
        (_, None) => (Tone::Bad, status.to_string()),
    }
}

fn key_name(row: &RequestRow) -> String {
    row.key.as_ref().map_or_else(|| "–".to_owned(), |key| key.name.clone())
}

/// `402 ms`, `1.31 s`, `75 s`.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        _ => format!("{} s", grouped(ms / 1_000)),
    }
}

/// The ends of an id tell rows of one moment apart: `req_01kaj2…8x4f2q`.
fn short(id: &str) -> String {
    match (id.get(..10), id.get(id.len().saturating_sub(6)..)) {
        (Some(head), Some(tail)) if id.len() > 17 => format!("{head}…{tail}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_who_refused() {
        assert_eq!(status(200, None), (Tone::Ok, "200".to_owned()));
        assert_eq!(status(429, Some(Refusal::Org)), (Tone::Bad, "429 organization".to_owned()));
        assert_eq!(status(429, None), (Tone::Warn, "429".to_owned()));
        assert_eq!(status(502, None), (Tone::Bad, "502".to_owned()));
    }

    #[test]
    fn durations_and_ids_are_short() {
        assert_eq!([402, 1_310, 75_000].map(duration), ["402 ms", "1.31 s", "75 s"]);
        assert_eq!(short("req_01kaj2m7z8x4f2qabcdefghijk"), "req_01kaj2…fghijk");
    }
}
