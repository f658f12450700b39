//! API Keys: the list, and what can be done with a key.

pub mod api;
mod create;
pub mod form;
mod list;
mod revoke;
mod snippet;
mod start;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    model::{
        AppError,
        key::CreatedKey,
        place::{Place, ProjectRef},
    },
    policy::{Action, reason},
    ui::{ErrorNote, InPlace, LinkButton, Loaded, NotFound, PageHead, failure, href, page_of, toast_on},
};

use self::{
    api::{DisableKey, EnableKey, KeysView, RevokeKey, list_keys},
    create::CreateDialogs,
    list::KeyList,
    revoke::RevokeDialog,
    start::FirstRun,
};

/// The origin that clients reach the gateway at, such as `https://ai.acme.example`. The server provides it as context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl(pub String);

/// A fresh random text per request, provided by the server as context: it makes one submission of the form one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormToken(pub String);

/// What became of the create form that was posted without script. The server provides it as context of that one answer,
/// and lets nothing store the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOutcome(pub Result<CreatedKey, AppError>);

/// What every part of the page needs.
#[derive(Clone)]
struct Keys {
    place: Place,
    project: ProjectRef,
    list: Resource<Result<KeysView, AppError>>,
    disable: ServerAction<DisableKey>,
    enable: ServerAction<EnableKey>,
    revoke: ServerAction<RevokeKey>,
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
    let base = SharedValue::new(|| use_context::<BaseUrl>().unwrap_or_default()).into_inner();
    let outcome = SharedValue::new(use_context::<KeyOutcome>).into_inner();
    let create = ServerAction::new();
    let disable = ServerAction::new();
    let enable = ServerAction::new();
    let revoke = ServerAction::new();
    let query = use_query_map();
    let page = Memo::new(move |_| page_of(&query.read()));
    let changes = move || create.version().get() + disable.version().get() + enable.version().get() + revoke.version().get();
    let id = project.id.clone();
    let list = Resource::new(move || (page.get(), changes()), move |(page, _)| list_keys(id.clone(), page));
    toast_on(disable, "Key disabled. It is refused from the next request on.");
    toast_on(enable, "Key enabled.");
    toast_on(revoke, "Key revoked.");

    let keys = Keys {
        place,
        project,
        list,
        disable,
        enable,
        revoke,
        base,
    };
    let may_manage = keys.locked().is_none();
    let body = StoredValue::new(keys.clone());
    view! {
        <Loaded data=list let:view>
            <Body keys=body.get_value() view />
        </Loaded>
        {may_manage.then(|| view! { <RevokeDialog keys=keys.clone() /> <CreateDialogs keys create outcome /> })}
    }
}

#[component]
fn Body(keys: Keys, view: KeysView) -> impl IntoView {
    let first_run = view.listing.unfiltered == 0;
    let new = keys.href(&[("new", "1")]);
    let locked = keys.locked();
    let failures = [failure(keys.disable), failure(keys.enable)];
    view! {
        <PageHead
            title="API Keys"
            lead="Keys belong to exactly one project. A secret is shown once; we store only a hash, the prefix and the last four characters."
        >
            {(!first_run).then(|| view! { <LinkButton href=new label="Create key" icon="plus" class="btn primary" reason=locked /> })}
        </PageHead>
        {failures.map(|failure| move || failure.get().map(|error| view! { <ErrorNote error /> }))}
        {if first_run {
            view! { <FirstRun keys /> }.into_any()
        } else {
            view! { <KeyList keys listing=view.listing /> }.into_any()
        }}
    }
}
