//! API Keys: the list, and what can be done with a key.

pub mod api;
mod create;
pub mod form;
mod list;
mod revoke;
mod snippet;
mod start;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};

use crate::{
    model::{
        AppError,
        key::{CreatedKey, KeyState},
        place::{Place, ProjectRef},
    },
    policy::{Action, reason},
    ui::{Alert, CsvLink, InPlace, LinkButton, Loaded, NotFound, PageHead, failure, href, page_of, query},
};

use self::{
    api::{DisableKey, EnableKey, KeysView, list_keys},
    create::CreateDialogs,
    list::KeyList,
    revoke::RevokeDialog,
    start::FirstRun,
};

/// The origin that clients reach the gateway at, such as `https://ai.acme.example`. The server provides it as context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl(pub String);

/// A chat model that a first request can name. The server provides it as context, out of what the operator offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExampleModel(pub String);

/// A fresh random text per request, provided by the server as context: it makes one submission of the form one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormToken(pub String);

/// What became of the create form. The server provides it as context of that one answer, and lets nothing store the answer.
#[derive(Clone, Debug)]
pub enum KeyOutcome {
    Created(CreatedKey),
    /// Nothing was made; the form keeps what was typed.
    Refused(AppError, form::KeyForm),
}

/// What every part of the page needs.
#[derive(Clone)]
struct Keys {
    place: Place,
    project: ProjectRef,
    base: BaseUrl,
}

impl Keys {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href("keys"), params)
    }

    /// Why the person may not change keys, if so.
    fn locked(&self) -> Option<&'static str> {
        (!self.place.standing.may(Action::ManageKeys)).then(|| reason(Action::ManageKeys))
    }
}

/// The page of the route `keys`. "All projects" has no keys of its own.
#[component]
pub fn KeysPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <KeysOf place />
        </InPlace>
    }
}

#[component]
fn KeysOf(place: Place) -> impl IntoView {
    match place.project.clone() {
        Some(project) => view! { <ProjectKeys place project /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn ProjectKeys(place: Place, project: ProjectRef) -> impl IntoView {
    let list = list_keys(project.id.clone(), page_of(&query()));
    let base = use_context::<BaseUrl>().unwrap_or_default();
    let keys = Keys { place, project, base };
    view! {
        <Loaded data=list let:view>
            <Body keys view />
        </Loaded>
    }
}

#[component]
fn Body(keys: Keys, view: KeysView) -> impl IntoView {
    let KeysView { listing, form_token } = view;
    let first_run = listing.unfiltered == 0;
    let new = keys.href(&[("new", "1")]);
    let csv = keys.place.href("keys.csv");
    let locked = keys.locked();
    let asked = query().get("revoke");
    let revoked = asked.and_then(|id| {
        listing
            .rows
            .iter()
            .find(|key| key.id.as_str() == id && key.state != KeyState::Revoked)
            .cloned()
    });
    let dialogs = locked.is_none().then(|| {
        view! {
            {revoked.map(|key| view! { <RevokeDialog keys=keys.clone() key /> })}
            <CreateDialogs keys=keys.clone() form_token />
        }
    });
    view! {
        <PageHead
            title="API Keys"
            lead="Keys belong to exactly one project. A secret is shown once; we store only a hash, the prefix and the last four characters."
        >
            {(!first_run).then(|| view! { <CsvLink href=csv /> })}
            {(!first_run).then(|| view! { <LinkButton href=new label="Create key" icon="plus" class="btn primary" reason=locked /> })}
        </PageHead>
        <Alert error=failure(DisableKey::PATH).or_else(|| failure(EnableKey::PATH)) />
        {if first_run {
            view! { <FirstRun keys /> }.into_any()
        } else {
            view! { <KeyList keys listing /> }.into_any()
        }}
        {dialogs}
    }
}
