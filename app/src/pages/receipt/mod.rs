//! The receipt of a request: why it was refused, every bucket it had to pass, and what would help.
//!
//! [`Opened`] is what stands under an asked id, for an inspector beside a list; [`RequestedReceipt`] shows it in a sheet.

mod advice;
pub mod api;
mod bar;
mod buckets;
mod explain;
mod holders;
#[cfg(test)]
pub mod tests;

use leptos::prelude::*;

use self::{
    advice::{Advice, Link, advice},
    api::find_receipt,
    buckets::{BucketTable, BudgetTable},
    explain::{Explanation, explain},
    holders::HolderTable,
};
use super::limits::budgets_href;
use crate::{
    icon::Icon,
    islands::{CopyLink, Modal},
    model::{AppError, RequestId, number::grouped, place::Place, receipt_detail::ReceiptDetail},
    policy::Action,
    ui::{Badge, ErrorNote, IconLink, Simulated, Tone, absolute, href, query, status},
};

/// The receipt of `?request=`, if the address has one, in a sheet over the page. `close` is the address without it.
#[component]
pub fn RequestedReceipt(place: Place, close: String) -> impl IntoView {
    let asked = query().get("request").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    asked.map(|id| {
        let sheet = Suspend::new(async move {
            let found = find(&place, &id).await;
            if found == Err(AppError::NotFound) {
                status::set(404);
            }
            view! {
                <Modal close=Some(close.clone()) class=Some("sheet receipt".to_owned())>
                    <Opened id found place heading="dialog-title">
                        <IconLink icon="x" label="Close receipt" href=Some(close) />
                    </Opened>
                </Modal>
            }
        });
        view! { <Suspense>{sheet}</Suspense> }
    })
}

/// The request that an address asks for, as it is seen from this place. A damaged id is one that is not there.
pub async fn find(place: &Place, id: &str) -> Result<ReceiptDetail, AppError> {
    let id = id.parse::<RequestId>().map_err(|_| AppError::NotFound)?;
    let project = place.project.as_ref().map(|project| project.id.clone());
    find_receipt(place.org.id.clone(), project, id).await
}

/// Head and body of what was found under an id: the receipt, or why there is none. `heading` is the id of the heading,
/// which takes the focus; the children are the links at the end of the bar.
#[component]
pub fn Opened(
    id: String,
    found: Result<ReceiptDetail, AppError>,
    place: Place,
    heading: &'static str,
    children: Children,
) -> impl IntoView {
    match found {
        Ok(detail) => view! {
            <Receipt detail place heading>
                {children()}
            </Receipt>
        }
        .into_any(),
        Err(AppError::NotFound) => view! {
            <Unknown id heading>
                {children()}
            </Unknown>
        }
        .into_any(),
        Err(error) => view! {
            <Head heading title="This receipt could not be loaded" ways=children />
            <div class="body">
                <ErrorNote error />
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Receipt(detail: ReceiptDetail, place: Place, heading: &'static str, children: Children) -> impl IntoView {
    let may_set = place.standing.may(Action::SetLimits);
    let advised = advice(&detail, may_set);
    let kept = !detail.receipt.buckets.is_empty();
    let Explanation { headline, why } = explain(&detail);
    let told = detail.clone();
    let mark = view! { <Mark detail=detail.clone() /> }.into_any();
    view! {
        <Head heading title=headline mark ways=children>
            <p class="why">{why}</p>
            <Meta detail=told />
        </Head>
        <div class="body">
            {kept.then(|| view! { <BucketTable detail=detail.clone() /> })} <BudgetTable detail=detail.clone() />
            <HolderTable detail=detail.clone() /> <Ways ways=advised place /> <Facts detail />
        </div>
    }
}

/// The bar, with `mark` at its beginning and the `ways` on at its end; below it the heading and the children.
#[component]
fn Head(
    heading: &'static str,
    #[prop(into)] title: String,
    #[prop(optional)] mark: Option<AnyView>,
    ways: Children,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="head sheet-head">
            <div class="sheet-bar">{mark} <span class="spacer"></span> {ways()}</div>
            <h2 id=heading tabindex="-1" autofocus>
                {title}
            </h2>
            {children.map(|children| children())}
        </div>
    }
}

/// How the request ended, and its id.
#[component]
fn Mark(detail: ReceiptDetail) -> impl IntoView {
    let (id, status) = (detail.id.to_string(), detail.status);
    let (tone, word) = match status {
        _ if detail.is_refused() => (Tone::Bad, "refused"),
        499 => (Tone::Warn, "client left"),
        200..300 => (Tone::Ok, "answered"),
        _ => (Tone::Warn, "failed"),
    };
    view! {
        <Badge tone>{format!("{status} {word}")}</Badge>
        <span class="copyable show">
            <code>{id.clone()}</code>
            <CopyLink text=id label="Copy request id" entry=false />
        </span>
    }
}

/// When, where and with what it was asked.
#[component]
fn Meta(detail: ReceiptDetail) -> impl IntoView {
    let wait = detail.receipt.retry_after_ms.filter(|_| detail.is_refused());
    let retry = wait.map(|wait| format!("retry after {} s", (wait + 999) / 1_000));
    view! {
        <p class="sheet-meta">
            <time datetime=detail.arrived_at.iso()>{absolute(detail.arrived_at)}</time>
            <span>{detail.project.to_string()}</span>
            {detail.key.map(|key| view! { <span>{key}</span> })}
            <span>{detail.model.to_string()} {detail.simulated.then(|| view! { " " <Simulated /> })}</span>
            <span>"tier " {detail.tier.as_str()}</span>
            {retry.map(|retry| view! { <span>{retry}</span> })}
        </p>
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
fn Unknown(id: String, heading: &'static str, children: Children) -> impl IntoView {
    let mark = view! { <code>{id}</code> }.into_any();
    view! {
        <Head heading title="This request is not known here" mark ways=children>
            <p class="why">
                "Either no request of this place has this id, or it was one of a flood of refusals: those are counted, and only some of them are kept with a receipt."
            </p>
        </Head>
        <div class="body">
            <p class="muted">
                "The id is the header " <code>"x-request-id"</code> " of the answer. Look in the project whose key was used, and for a flood at another refused request of the same minute."
            </p>
        </div>
    }
}
