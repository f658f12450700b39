//! A form whose answer without script is a whole page: it posts to a page of the server, not to a server function.

use leptos::{context::Provider, form::FromFormData, html, prelude::*, web_sys};
use serde::de::DeserializeOwned;

use super::form::{FormState, focus_first_invalid};
use crate::model::AppError;

/// A form that posts to `href`; with script it hands its fields to `on_send` instead and stays on the page.
#[component]
pub fn PlainForm<T>(
    #[prop(into)] href: String,
    /// The last answer, if it was an error.
    #[prop(into)]
    failure: Signal<Option<AppError>>,
    #[prop(into)] pending: Signal<bool>,
    on_send: Callback<T>,
    children: Children,
) -> impl IntoView
where
    T: DeserializeOwned + 'static,
{
    let node = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if failure.with(Option::is_some) {
            request_animation_frame(move || focus_first_invalid(node));
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        // Fields that cannot be read are left to the server: the form is sent as without script.
        if let Ok(fields) = T::from_event(&event) {
            event.prevent_default();
            on_send.run(fields);
        }
    };
    view! {
        <form action=href method="post" node_ref=node on:submit=submit>
            <Provider value=FormState { failure, pending }>{children()}</Provider>
        </form>
    }
}
