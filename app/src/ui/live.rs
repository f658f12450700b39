//! Parts of a page that follow what happens. The island `LiveStream` keeps them fresh; without script they are as they came.

use leptos::prelude::*;

use crate::model::place::Place;

/// The topic of the requests of a place.
pub fn live_topic(place: &Place) -> String {
    match &place.project {
        Some(project) => format!("project/{}", project.id),
        None => format!("org/{}", place.org.id),
    }
}

/// A part that is fetched again when its topic has news. It holds no islands: what is swapped in is not woken up.
#[component]
pub fn Live(
    /// Unique on the page, and the same in every answer of its address.
    id: &'static str,
    /// `project/…` or `org/…`; `None` leaves the part as it is.
    topic: Option<String>,
    /// Goes on fetching for 70 s after the last news: for levels that fall by themselves.
    #[prop(optional)]
    decay: bool,
    children: Children,
) -> impl IntoView {
    let news = topic.is_some().then(|| {
        view! {
            <p class="live-news" data-live-news hidden>
                <a class="btn sm" href=""></a>
                <span class="sr-only" role="status"></span>
            </p>
        }
    });
    view! {
        <div id=id class="live" data-live=topic data-live-decay=decay.then_some("")>
            {news}
            {children()}
        </div>
    }
}

/// The mark of a page that follows what happens. It says nothing without script.
#[component]
pub fn LiveMark() -> impl IntoView {
    view! {
        <span class="badge" data-live-mark hidden>
            <span class="dot"></span>
            <span data-live-state></span>
        </span>
    }
}
