//! Audit Logs of a project or of the whole organization.

pub mod api;
mod list;
mod record;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use crate::{
    model::{Listing, audit::AuditEntry, place::Place},
    policy::{Action, reason},
    ui::{Failure, InPlace, Loaded, PageHead, href, page_of, page_param, query},
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
    let project = place.project.as_ref().map(|project| project.id.clone());
    let list = list_audit(place.org.id.clone(), project, page_of(&query()));
    view! {
        <Loaded data=list let:listing>
            <Body place listing />
        </Loaded>
    }
}

#[component]
fn Body(place: Place, listing: Listing<AuditEntry>) -> impl IntoView {
    let lead = format!(
        "Every change and every sign-in of {}, newest first. Append-only and hash-chained.",
        place.label()
    );
    let query = query();
    let events = Events {
        path: place.href("audit"),
        filter: page_of(&query).query,
        page: page_param(listing.page),
        open: query.get("event"),
    };
    let path = events.path.clone();
    let record = events
        .open
        .as_ref()
        .map(|id| match listing.rows.iter().find(|entry| entry.id.as_str() == id) {
            Some(entry) => view! { <Record entry=entry.clone() path /> }.into_any(),
            None => view! { <Missing search=href(&path, &[("q", id), ("event", id)]) /> }.into_any(),
        });
    view! {
        <PageHead title="Audit Logs" lead />
        <EventList events listing />
        {record}
    }
}
