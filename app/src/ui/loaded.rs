//! Data from the server: the page when it is there, the right failure page and status when it is not.

use leptos::prelude::*;

use super::title::PageTitle;
use leptos_router::{components::Redirect, location::Url};

use super::{address, search, status};
use crate::{
    icon::Icon,
    model::{AppError, place::Place},
    policy::Role,
};

/// Renders `children` with the data, or the failure: `<Loaded data=list_keys(…) let:listing>…</Loaded>`.
#[component]
pub fn Loaded<D, T, F, V>(data: D, children: F) -> impl IntoView
where
    D: IntoFuture<Output = Result<T, AppError>> + Send + 'static,
    D::IntoFuture: Send + 'static,
    T: 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    loaded(data, children, |error| view! { <Failure error /> }.into_any())
}

/// Waits for the data, and draws it or the failure.
pub(super) fn loaded<D, T, F, V>(data: D, children: F, failed: fn(AppError) -> AnyView) -> impl IntoView
where
    D: IntoFuture<Output = Result<T, AppError>> + Send + 'static,
    D::IntoFuture: Send + 'static,
    T: 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let page = Suspend::new(async move {
        match data.await {
            Ok(value) => children(value).into_any(),
            Err(error) => failed(error),
        }
    });
    view! { <Suspense>{page}</Suspense> }
}

/// The page for an error, with its status. Signed out leads to the sign-in page and back.
#[component]
pub fn Failure(error: AppError) -> impl IntoView {
    match error {
        AppError::SignedOut => view! { <Redirect path=sign_in_href() /> }.into_any(),
        AppError::NotFound => view! { <NotFound /> }.into_any(),
        AppError::Forbidden { reason } => view! { <Denied reason /> }.into_any(),
        error => view! { <Broken error /> }.into_any(),
    }
}

/// `/signin?next=…` for the page of the address.
fn sign_in_href() -> String {
    let url = address();
    format!("/signin?next={}", Url::escape(&format!("{}{}", url.path(), search(&url))))
}

/// A page that does not exist, or that the person must not know of: both look the same.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Obstacle
            code=404
            kind="not found"
            icon="search"
            title="There is nothing here"
            text="The page does not exist, or it is not for you. Check the address, or start again from your first project."
        />
    }
}

/// A page that is not for the role.
#[component]
fn Denied(reason: String) -> impl IntoView {
    let place = use_context::<Place>();
    let who = place.map_or_else(
        || "Ask an owner of the organization.".to_owned(),
        |place| {
            let role = place.standing.role();
            let others = if role == Some(Role::OrgAdmin) {
                "an owner"
            } else {
                "an owner or admin"
            };
            let role = role.map_or("no member", Role::describe);
            format!(
                "You are signed in as {}, {role} in {}. Ask {others} of {}.",
                place.viewer.name,
                place.label(),
                place.org.name
            )
        },
    );
    view! { <Obstacle code=403 kind="not for your role" icon="lock" title="This page is not for your role" text=format!("{reason} {who}") /> }
}

/// The server failed, or refused for now.
#[component]
fn Broken(error: AppError) -> impl IntoView {
    let code = error.status();
    view! { <Obstacle code kind="no answer" icon="triangle-alert" title="This page could not be loaded" text=error.to_string() /> }
}

/// Why there is no page, and the way back.
#[component]
pub fn Obstacle(
    code: u16,
    /// A few words beside the code.
    kind: &'static str,
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    status::set(code);
    let actions = children.map_or_else(
        || view! { <a class="btn primary" href="/">"Go to the start"</a> }.into_any(),
        |children| children(),
    );
    view! {
        <PageTitle text=format!("{title} · Bailiwick") />
        <section class="denied" aria-labelledby="obstacle">
            <span class="denied-mark"><Icon name=icon /></span>
            <div>
                <p class="code-line">{code} " · " {kind}</p>
                <h1 id="obstacle">{title}</h1>
                <p class="lead">{text}</p>
            </div>
            <div class="actions">{actions}</div>
        </section>
    }
}
