//! `/` and `/{org}/{project}`: they lead on.

mod api;
#[cfg(test)]
mod tests;

use leptos::prelude::*;
use leptos_router::components::Redirect;

use self::api::find_home;
use crate::{
    model::place::Home,
    pages::{account, shell::may_found},
    ui::{InPlace, Loaded, Obstacle},
};

/// `/`: leads to the first place that the person can see, or says whom to ask for one.
#[component]
pub fn HomePage() -> impl IntoView {
    view! {
        <main class="main" id="main">
            <Loaded data=find_home() let:home>
                <Start home />
            </Loaded>
        </main>
    }
}

#[component]
fn Start(home: Option<Home>) -> impl IntoView {
    match home {
        Some(Home { org, project }) => view! { <Redirect path=format!("/{org}/{project}/keys") /> }.into_any(),
        None => view! {
            <Obstacle
                code=200
                kind="no project"
                icon="folder"
                title="You have no project yet"
                text="Your account works, but nobody has added you to a project. Ask an owner or admin of your organization."
            >
                <a class="btn primary" href="/">"Look again"</a>
                {may_found(false).then(|| view! { <a class="btn" href="/account/organization">"Create organization"</a> })}
                <a class="btn" href=account::PATH>"Your account"</a>
            </Obstacle>
        }
        .into_any(),
    }
}

/// `/{org}/{project}`: leads to the first page of the place.
#[component]
pub fn PlaceHome() -> impl IntoView {
    view! {
        <InPlace let:place>
            <Redirect path=place.href(if place.project.is_some() { "keys" } else { "projects" }) />
        </InPlace>
    }
}
