//! Audit Logs of a project or of the whole organization.

pub mod api;
mod list;
mod record;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    model::{Listing, audit::AuditEntry, place::Place},
    policy::{Action, reason},
    ui::{Failure, InPlace, Loaded, PageHead, href, page_of, page_param},
};

use self::{
    api::list_audit,
    list::{EventList, Events},
    record::{Missing, Record},
};
use crate::model::AppError;

/// The page of the route `audit`.
#[component]
pub fn AuditPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <AuditOf place />
        </InPlace>
    }
}

#[component]
fn AuditOf(place: Place) -> impl IntoView {
    let needed = if place.project.is_some() {
        Action::ViewAudit
    } else {
        Action::ViewOrg
    };
    if !place.standing.may(needed) {
        let error = AppError::Forbidden {
            reason: reason(needed).to_owned(),
        };
        return view! { <Failure error /> }.into_any();
    }
    view! { <AuditLog place /> }.into_any()
}

#[component]
fn AuditLog(place: Place) -> impl IntoView {
    let query = use_query_map();
    let page = Memo::new(move |_| page_of(&query.read()));
    let event = Memo::new(move |_| query.read().get("event"));
    let org = place.org.id.clone();
    let project = place.project.as_ref().map(|project| project.id.clone());
    let list = Resource::new(move || page.get(), move |page| list_audit(org.clone(), project.clone(), page));
    let place = StoredValue::new(place);
    view! {
        <Loaded data=list let:listing>
            <Body place=place.get_value() event listing />
        </Loaded>
    }
}

#[component]
fn Body(place: Place, event: Memo<Option<String>>, listing: Listing<AuditEntry>) -> impl IntoView {
    let lead = format!(
        "Every change and every sign-in of {}, newest first. Append-only and hash-chained.",
        place.label()
    );
    let filter = page_of(&use_query_map().get_untracked()).query;
    let events = Events {
        path: place.href("audit"),
        filter,
        page: page_param(listing.page),
    };
    let rows = StoredValue::new(listing.rows.clone());
    let path = StoredValue::new(events.path.clone());
    let record = move || {
        let id = event.get()?;
        let found = rows.with_value(|rows| rows.iter().find(|entry| entry.id.as_str() == id).cloned());
        Some(match found {
            Some(entry) => view! { <Record entry path=path.get_value() /> }.into_any(),
            None => view! { <Missing search=href(&path.get_value(), &[("q", &id), ("event", &id)]) /> }.into_any(),
        })
    };
    view! {
        <PageHead title="Audit Logs" lead />
        <EventList events event listing />
        {record}
    }
}
