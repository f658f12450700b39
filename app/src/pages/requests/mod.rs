//! Request log: every request of a project or of the whole organization, with its receipt beside the list.

mod address;
pub mod api;
mod filters;
mod inspector;
mod list;
mod strip;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use crate::{
    model::{
        AppError,
        place::Place,
        receipt_detail::ReceiptDetail,
        request::{Part, RequestLog, Since},
    },
    pages::receipt,
    ui::{InPlace, Live, LiveMark, Loaded, Note, PageHead, Tone, live_topic, query},
};

use self::{address::Asked, api::list_requests, inspector::RequestInspector, list::RequestList, strip::Strip};

/// The page of the route `requests`.
#[component]
pub fn RequestsPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <RequestsOf place />
        </InPlace>
    }
}

#[component]
fn RequestsOf(place: Place) -> impl IntoView {
    let asked = Asked::from_query(place.href("requests"), &query());
    let data = load(place.clone(), asked.clone());
    view! {
        <Loaded data let:page>
            <Body place asked page />
        </Loaded>
    }
}

/// The list, and what was found under the id of the request that is open, if one is.
struct Page {
    log: RequestLog,
    open: Option<(String, Result<ReceiptDetail, AppError>)>,
}

/// The open request may stand on another page than the one that is shown.
async fn load(place: Place, asked: Asked) -> Result<Page, AppError> {
    let project = place.project.as_ref().map(|project| project.id.clone());
    let log = list_requests(place.org.id.clone(), project, asked.filter, asked.part).await?;
    let open = match asked.open {
        Some(id) => {
            let found = receipt::find(&place, &id).await;
            Some((id, found))
        }
        None => None,
    };
    Ok(Page { log, open })
}

#[component]
fn Body(place: Place, asked: Asked, page: Page) -> impl IntoView {
    let lead = format!(
        "Every request of {}, admitted or refused, with its receipt. Prompts and completions are not stored.",
        place.project.as_ref().map_or(&place.org.name, |project| &project.name)
    );
    let ranges = Since::ALL.map(|since| {
        let current = (asked.filter.since == since).then_some("true");
        view! {
            <a href=asked.with(|filter| filter.since = since) aria-current=current>
                {range_label(since)}
            </a>
        }
    });
    let problems = (!asked.problems.is_empty()).then(|| {
        let text = asked.problems.join(" ");
        view! { <Note tone=Tone::Warn>{text} " That part of the address is left out."</Note> }
    });
    let Page { log, open } = page;
    // Only the newest page grows; on others nothing is to move.
    let topic = (asked.part == Part::Newest).then(|| live_topic(&place));
    let mark = topic.is_some().then(|| view! { <LiveMark /> });
    let minutes = log.any.then(|| log.minutes.clone());
    let strip = minutes.map(|minutes| {
        view! {
            <Live id="per-minute" topic=topic.clone()>
                <Strip minutes from=log.minutes_from now=log.now />
            </Live>
        }
    });
    let beside = asked.open.is_some();
    let inspector = open.map(|(id, found)| {
        view! { <RequestInspector asked=asked.clone() place=place.clone() id found shown=log.rows.clone() /> }
    });
    view! {
        <PageHead title="Request log" lead>
            {mark}
            <nav class="segmented" aria-label="Range">
                {ranges}
            </nav>
        </PageHead>
        {problems}
        <div class=if beside { "beside open" } else { "beside" }>
            <div class="beside-main">
                {strip}
                <RequestList place asked log topic compact=beside />
            </div>
            {inspector}
        </div>
    }
}

fn range_label(since: Since) -> &'static str {
    match since {
        Since::Minutes15 => "15 min",
        Since::Hour => "1 h",
        Since::Day => "24 h",
        Since::Days7 => "7 d",
        Since::All => "All",
    }
}
