//! The filters at the head of the list: a plain form, so that the address holds them.

use leptos::prelude::*;

use super::address::Asked;
use crate::{
    icon::Icon,
    model::{
        KeyId, ModelId,
        request::{Ending, Refusal, RequestLog},
        tier::Tier,
    },
    ui::filter_choice,
};

/// The endings as links, the rest as a form.
#[component]
pub fn Filters(asked: Asked, models: Vec<ModelId>, keys: Vec<(KeyId, String)>) -> impl IntoView {
    let endings = [None, Some(Ending::Ok), Some(Ending::Refused), Some(Ending::Errors)].map(|ending| {
        let current = (asked.filter.ending == ending).then_some("true");
        let label = match ending {
            None => "All",
            Some(Ending::Ok) => "OK",
            Some(Ending::Refused) => "Refused",
            Some(Ending::Errors) => "Errors",
        };
        view! {
            <a href=asked.with(|filter| filter.ending = ending) aria-current=current>
                {label}
            </a>
        }
    });
    let filter = &asked.filter;
    // Kept beside the fields of the form.
    let kept = asked
        .params()
        .into_iter()
        .filter(|(name, value)| ["status", "range"].contains(name) && !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let levels = Refusal::ALL
        .map(|refusal| (refusal.as_str().to_owned(), refusal.label().to_owned()))
        .into();
    let tiers = Tier::ALL.map(|tier| (tier.as_str().to_owned(), tier.as_str().to_owned())).into();
    let models = models.into_iter().map(|model| (model.to_string(), model.to_string())).collect();
    let keys = keys.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let clear = (asked.all() != asked.with(|_| ())).then(|| view! { <a class="btn ghost sm" href=asked.all()>"Clear"</a> });
    view! {
        <nav class="segmented" aria-label="Status">
            {endings}
        </nav>
        <form class="filters" role="search" method="get">
            {kept}
            <div class="search">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    name="q"
                    aria-label="Find by request id, key or model"
                    placeholder="x-request-id, key or model"
                    value=filter.text.clone()
                />
            </div>
            {filter_choice("refused", "Refused by", filter.refusal.map(|refusal| refusal.as_str().to_owned()), levels)}
            {filter_choice("model", "Model", filter.model.as_ref().map(ToString::to_string), models)}
            {filter_choice("key", "Key", filter.key.as_ref().map(ToString::to_string), keys)}
            {filter_choice("tier", "Tier", filter.tier.map(|tier| tier.as_str().to_owned()), tiers)}
            <button type="submit" class="btn sm">
                <Icon name="list-filter" />
                "Filter"
            </button>
            {clear}
        </form>
    }
}

/// A sentence about a list that has no row.
pub fn nothing_matches(log: &RequestLog, asked: &Asked) -> String {
    if log.looked_until.is_some() {
        "None of the requests that were looked through matches the filter.".to_owned()
    } else if asked.filter.text.is_empty() {
        "No request matches the filter.".to_owned()
    } else {
        format!("No request matches “{}” and the filter.", asked.filter.text)
    }
}
