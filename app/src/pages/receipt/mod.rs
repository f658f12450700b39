//! The receipt of a request: why it was refused, every bucket it had to pass, and what would help.
//!
//! [`Receipt`] is its content, for an inspector beside a list; [`RequestedReceipt`] shows that of `?request=` in a sheet.

mod advice;
pub mod api;
mod bar;
mod buckets;
mod explain;
mod holders;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::{
    advice::{Advice, Link, advice},
    api::find_receipt,
    buckets::{BucketTable, BudgetTable},
    explain::explain,
    holders::HolderTable,
};
use super::limits::budgets_href;
use crate::{
    icon::Icon,
    islands::{CopyLink, Modal},
    model::{AppError, RequestId, number::grouped, place::Place, receipt_detail::ReceiptDetail},
    policy::Action,
    ui::{Badge, ErrorNote, Simulated, Tone, href, query, status},
};

/// The receipt of `?request=`, if the address has one, in a sheet over the page. `close` is the address without it.
#[component]
pub fn RequestedReceipt(place: Place, close: String) -> impl IntoView {
    let asked = query().get("request").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    asked.map(|id| {
        let found = {
            let (org, project) = (place.org.id.clone(), place.project.as_ref().map(|project| project.id.clone()));
            let id = id.parse::<RequestId>();
            async move {
                match id {
                    Ok(id) => find_receipt(org, project, id).await,
                    Err(_) => Err(AppError::NotFound),
                }
            }
        };
        let sheet = Suspend::new(async move {
            let found = found.await;
            view! {
                <Modal close=Some(close.clone()) class=Some("sheet receipt".to_owned())>
                    {match found {
                        Ok(detail) => view! { <Receipt detail place close /> }.into_any(),
                        Err(AppError::NotFound) => view! { <Unknown id close /> }.into_any(),
                        Err(error) => view! { <Broken error close /> }.into_any(),
                    }}
                </Modal>
            }
        });
        view! { <Suspense>{sheet}</Suspense> }
    })
}

/// Head and body of a receipt. The heading has the id `dialog-title`; `close` leads to the page without it.
#[component]
pub fn Receipt(detail: ReceiptDetail, place: Place, close: String) -> impl IntoView {
    let may_set = place.standing.may(Action::SetLimits);
    let ways = advice(&detail, may_set);
    let kept = !detail.receipt.buckets.is_empty();
    view! {
        <Head detail=detail.clone() close />
        <div class="body">
            {kept.then(|| view! { <BucketTable detail=detail.clone() /> })} <BudgetTable detail=detail.clone() />
            <HolderTable detail=detail.clone() /> <Ways ways place /> <Facts detail />
        </div>
    }
}

#[component]
fn Head(detail: ReceiptDetail, close: String) -> impl IntoView {
    let explanation = explain(&detail);
    let refused = detail.status == 429;
    let (tone, word) = match detail.status {
        429 => (Tone::Bad, "refused"),
        200..300 => (Tone::Ok, "answered"),
        _ => (Tone::Warn, "failed"),
    };
    let retry = detail
        .receipt
        .retry_after_ms
        .map(|wait| format!("retry after {} s", (wait + 999) / 1_000));
    let id = detail.id.to_string();
    view! {
        <div class="head sheet-head">
            <div class="sheet-bar">
                <Badge tone>{format!("{} {word}", detail.status)}</Badge>
                <span class="copyable show">
                    <code>{id.clone()}</code>
                    <CopyLink text=id label="Copy request id" entry=false />
                </span>
                <span class="spacer"></span>
                <Close close />
            </div>
            <h2 id="dialog-title" tabindex="-1" autofocus>{explanation.headline}</h2>
            <p class="why">{explanation.why}</p>
            <p class="sheet-meta">
                <time datetime=detail.arrived_at.iso()>{detail.arrived_at.absolute()}</time>
                <span>{detail.project.to_string()}</span>
                {detail.key.map(|key| view! { <span>{key}</span> })}
                <span>{detail.model.to_string()} {detail.simulated.then(|| view! { " " <Simulated /> })}</span>
                <span>"tier " {detail.tier}</span>
                {retry.filter(|_| refused).map(|retry| view! { <span>{retry}</span> })}
            </p>
        </div>
    }
}

#[component]
fn Close(close: String) -> impl IntoView {
    view! {
        <a class="btn ghost icon-only sm" href=close aria-label="Close receipt">
            <Icon name="x" />
        </a>
    }
}

#[component]
fn Ways(ways: Vec<Advice>, place: Place) -> impl IntoView {
    (!ways.is_empty()).then(|| {
        let rows = ways
            .into_iter()
            .map(|way| view! { <Way way org=place.org.slug.to_string() /> })
            .collect_view();
        view! {
            <section aria-labelledby="receipt-advice">
                <h3 id="receipt-advice">"What would help"</h3>
                <ul class="advice">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Way(way: Advice, org: String) -> impl IntoView {
    let link = way.link.map(|link| match link {
        Link::Limits { project, rate, model } => {
            let page = format!("/{org}/{project}/limits");
            (href(&page, &[("t", rate.as_str()), ("edit", model.as_str())]), "Open Limits")
        }
        Link::Budgets { project } => (budgets_href(&format!("/{org}/{project}/limits")), "Open budgets"),
    });
    view! {
        <li class=(!way.helps).then_some("no")>
            <Icon name=way.icon />
            <span>
                <strong>{way.title}</strong>
                <span class="sub">{way.text}</span>
            </span>
            {link
                .map(|(href, label)| {
                    view! {
                        <a class="btn sm" href=href>
                            {label}
                        </a>
                    }
                })}
        </li>
    }
}

/// What the request was and used.
#[component]
fn Facts(detail: ReceiptDetail) -> impl IntoView {
    let estimated = if detail.estimated { " (estimated)" } else { "" };
    let milliseconds = |value: i64| format!("{} ms", grouped(u64::try_from(value).unwrap_or(0)));
    let none = || "–".to_owned();
    let facts = [
        (
            "tokens in, cached, out",
            format!(
                "{}, {}, {}{estimated}",
                grouped(detail.tokens_in),
                grouped(detail.tokens_cached),
                grouped(detail.tokens_out)
            ),
        ),
        (
            "expected, held, kept",
            format!(
                "{}, {}, {} tokens",
                grouped(detail.estimate),
                grouped(detail.reserved),
                grouped(detail.settled)
            ),
        ),
        ("cost", detail.cost.display()),
        ("time to the end", milliseconds(detail.latency_ms)),
        ("to the first token", detail.first_token_ms.map_or_else(none, milliseconds)),
        ("error code", detail.error_code.unwrap_or_else(none)),
        ("the client’s own id", detail.client_request_id.unwrap_or_else(none)),
    ];
    let rows = facts
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
        <section aria-labelledby="receipt-facts">
            <h3 id="receipt-facts">"The request"</h3>
            <dl class="diff">{rows}</dl>
        </section>
    }
}

/// There is no such request here.
#[component]
fn Unknown(id: String, close: String) -> impl IntoView {
    status::set(404);
    view! {
        <div class="head sheet-head">
            <div class="sheet-bar">
                <code>{id}</code>
                <span class="spacer"></span>
                <Close close />
            </div>
            <h2 id="dialog-title" tabindex="-1" autofocus>"This request is not known here"</h2>
            <p class="why">
                "Either no request of this project has this id, or it was one of a flood of refusals: those are counted, and only some of them are kept with a receipt."
            </p>
        </div>
        <div class="body">
            <p class="muted">
                "The id is the header " <code>"x-request-id"</code> " of the answer. Look in the project whose key was used, and for a flood at another refused request of the same minute."
            </p>
        </div>
    }
}

#[component]
fn Broken(error: AppError, close: String) -> impl IntoView {
    view! {
        <div class="head sheet-head">
            <div class="sheet-bar">
                <span class="spacer"></span>
                <Close close />
            </div>
            <h2 id="dialog-title" tabindex="-1" autofocus>"This receipt could not be loaded"</h2>
        </div>
        <div class="body">
            <ErrorNote error />
        </div>
    }
}
