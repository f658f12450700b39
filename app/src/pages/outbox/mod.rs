//! `/operator/outbox?token=…`: the mails of the installation, for its operator.

mod api;
mod by_hand;
#[cfg(test)]
mod tests;
mod undelivered;

use leptos::prelude::*;

use self::{api::list_mails, by_hand::ByHand, undelivered::UndeliveredMails};
use crate::{
    model::outbox::OutboxView,
    ui::{EntryFrame, Loaded, page_of, query},
};

const PATH: &str = "/operator/outbox";

/// Without a mail server the mails with their links, with one what it has not taken.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let query = query();
    let token = query.get("token").unwrap_or_default();
    let state = query.get_str("state").and_then(|word| word.parse().ok()).unwrap_or_default();
    view! {
        <EntryFrame wide=true>
            <Loaded data=list_mails(token, state, page_of(&query)) let:outbox>
                {match outbox {
                    OutboxView::ByHand(list) => view! { <ByHand list /> }.into_any(),
                    OutboxView::Undelivered(list) => view! { <UndeliveredMails list /> }.into_any(),
                }}
            </Loaded>
        </EntryFrame>
    }
}
