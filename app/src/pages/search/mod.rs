//! `/search?q=`: projects, pages, actions, people and keys by a few letters. The palette takes `#results` of it.

mod groups;
mod mark;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::{
    groups::{End, Group, Hit, groups},
    mark::Marked,
};
use super::shell::{SEARCH, find_anything, find_place, landing::Here};
use crate::{
    icon::Icon,
    model::{AppError, place::Place, search::Search},
    ui::{Entry, LoadedEntry, query},
};

/// The results. `?from=` is the address that the person comes from: its place is searched for people, and its page is kept.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = query();
    let text = query.get("q").unwrap_or_default().trim().to_owned();
    let from = query.get("from").unwrap_or_default();
    view! {
        <LoadedEntry data=find(text.clone(), from.clone()) let:groups>
            <Page groups text from />
        </LoadedEntry>
    }
}

async fn find(text: String, from: String) -> Result<Vec<Group>, AppError> {
    let here = Here::of(&from);
    // Who may not see the place searches without it.
    let place: Option<Place> = match &here {
        Some(here) => find_place(here.org.clone(), here.project.clone()).await.ok(),
        None => None,
    };
    let found = find_anything(Search {
        text: text.clone(),
        org: place.as_ref().map(|place| place.org.id.clone()),
        project: place
            .as_ref()
            .and_then(|place| place.project.as_ref())
            .map(|project| project.id.clone()),
    })
    .await?;
    Ok(groups(&text, here.as_ref(), place.as_ref(), found))
}

#[component]
fn Page(groups: Vec<Group>, text: String, from: String) -> impl IntoView {
    view! {
        <Entry title="Search" wide=true>
            <section class="card" aria-label="Search">
                <form class="pop-search lg" role="search" method="get" action=SEARCH>
                    <input type="hidden" name="from" value=from />
                    <Icon name="search" />
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=text.clone()
                        placeholder="Pages, projects, people, keys, actions"
                        aria-label="Search pages, projects, people, keys and actions"
                        autocomplete="off"
                        spellcheck="false"
                        autofocus
                    />
                </form>
                <Results groups text />
            </section>
        </Entry>
    }
}

/// `data-summary` is read out when it has changed in the palette.
#[component]
fn Results(groups: Vec<Group>, text: String) -> impl IntoView {
    let total: usize = groups.iter().map(|group| group.hits.len()).sum();
    let summary = format!("{total} {}", if total == 1 { "result" } else { "results" });
    let nothing = (total == 0).then(|| view! { <p class="group">{format!("Nothing matches “{text}”.")}</p> });
    let sections = groups
        .into_iter()
        .map(|group| view! { <Section group text=text.clone() /> })
        .collect_view();
    view! {
        <div class="menu options" id="results" data-summary=summary>
            {sections}
            {nothing}
        </div>
    }
}

#[component]
fn Section(group: Group, text: String) -> impl IntoView {
    let Group { title, hits } = group;
    let id = format!("found-{}", title.to_lowercase());
    let heading = id.clone();
    let rows = hits.into_iter().map(|hit| view! { <Row hit text=text.clone() /> }).collect_view();
    view! {
        <section aria-labelledby=heading>
            <h2 class="group" id=id>
                {title}
            </h2>
            <ul>{rows}</ul>
        </section>
    }
}

#[component]
fn Row(hit: Hit, text: String) -> impl IntoView {
    let Hit {
        icon,
        label,
        detail,
        end,
        href,
    } = hit;
    let end = match end {
        End::Nothing => None,
        End::Word(word) => Some(word.into_any()),
        End::Environment(name) => Some(view! { <span class=format!("env {name}")>{name}</span> }.into_any()),
        End::Hint(hint) => Some(
            view! {
                <code>
                    <Marked text=hint query=text.clone() />
                </code>
            }
            .into_any(),
        ),
        End::Keys(keys) => Some(keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view().into_any()),
    };
    view! {
        <li>
            <a href=href>
                <Icon name=icon />
                <span class="label">
                    <Marked text=label query=text.clone() />
                    {(!detail.is_empty())
                        .then(|| {
                            view! {
                                <span class="faint">
                                    <Marked text=detail query=text />
                                </span>
                            }
                        })}
                </span>
                {end.map(|end| view! { <span class="end">{end}</span> })}
            </a>
        </li>
    }
}
