//! The frame of pages outside of any place: sign-in and set-up.

use leptos::prelude::*;

use super::{Failure, loaded::loaded, title::PageTitle};
use crate::{
    icon::Logo,
    model::{AppError, door::Door},
};

/// An entry page: a heading, and a card or an [`Obstacle`](super::Obstacle) as children.
#[component]
pub fn Entry(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    /// For longer forms.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <PageTitle text=format!("{title} · Bailiwick") />
        <EntryFrame wide>
            <div class="entry-head">
                <Logo />
                <h1>{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </div>
            {children()}
        </EntryFrame>
    }
}

/// The same without a heading, for children that bring their own.
#[component]
pub fn EntryFrame(#[prop(optional)] wide: bool, children: Children) -> impl IntoView {
    let contact = use_context::<Door>().and_then(|door| door.contact);
    view! {
        <div class="entry">
            <main class=if wide { "entry-main wide" } else { "entry-main" } id="main">
                {children()}
            </main>
            <footer class="entry-foot">
                <span class="key">
                    <Logo />
                    "Bailiwick"
                </span>
                {contact.map(|contact| view! { <span>"Questions: " {contact.to_string()}</span> })}
            </footer>
        </div>
    }
}

/// [`Loaded`](super::Loaded) for these pages: a failure stands in their frame, and children bring their own.
#[component]
pub fn LoadedEntry<D, T, F, V>(data: D, children: F) -> impl IntoView
where
    D: IntoFuture<Output = Result<T, AppError>> + Send + 'static,
    D::IntoFuture: Send + 'static,
    T: 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    loaded(data, children, |error| {
        view! {
            <EntryFrame>
                <Failure error />
            </EntryFrame>
        }
        .into_any()
    })
}
