//! Every route that is neither a page nor a server function, with who may call it.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    Site,
    branding::{self, BrandAsset},
    console,
    console::{EntryPage, PageForm},
    csv::{self, CsvList},
    events, health, metrics,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody: it holds nothing of anybody.
    PublicAsset,
    /// Everybody: load balancers ask.
    Health,
    /// Loopback and the configured networks; 404 for others.
    Operations,
    /// Whoever has an API key; the gateway checks it.
    GatewayKey,
    /// A form of a page: same origin only, and what it changes is checked behind it.
    FormPost,
    /// Pages of people who are signed in; what they may see is checked behind it.
    Session,
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Assets,
    Live,
    Ready,
    Metrics,
    Gateway,
    Theme,
    Keys,
    Page(PageForm),
    Events,
    Branding(BrandAsset),
    Csv(CsvList),
}

/// One row of [`ROUTES`].
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    /// In the syntax of axum.
    pub path: &'static str,
    pub access: Access,
    handler: Handler,
}

const fn route(method: &'static str, path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        method,
        path,
        access,
        handler,
    }
}

const fn entry(path: &'static str, page: EntryPage) -> Route {
    route("POST", path, Access::FormPost, Handler::Page(PageForm::Entry(page)))
}

/// The table that the router is built from and that the access test walks.
pub const ROUTES: &[Route] = &[
    route("GET", "/assets/{file}", Access::PublicAsset, Handler::Assets),
    route("GET", "/favicon.ico", Access::PublicAsset, Handler::Assets),
    route("GET", "/robots.txt", Access::PublicAsset, Handler::Assets),
    route("GET", "/healthz", Access::Health, Handler::Live),
    route("GET", "/readyz", Access::Health, Handler::Ready),
    route("GET", "/metrics", Access::Operations, Handler::Metrics),
    route("GET", "/v1/models", Access::GatewayKey, Handler::Gateway),
    route("GET", "/v1/models/{*id}", Access::GatewayKey, Handler::Gateway),
    route("GET", "/v1/whoami", Access::GatewayKey, Handler::Gateway),
    route("POST", "/v1/chat/completions", Access::GatewayKey, Handler::Gateway),
    route("POST", "/v1/embeddings", Access::GatewayKey, Handler::Gateway),
    route("POST", "/prefs/theme", Access::FormPost, Handler::Theme),
    route("POST", "/prefs/keys", Access::FormPost, Handler::Keys),
    route(
        "POST",
        "/{org}/{project}/keys",
        Access::FormPost,
        Handler::Page(PageForm::CreateKey),
    ),
    route(
        "POST",
        "/{org}/{project}/settings",
        Access::FormPost,
        Handler::Page(PageForm::SaveSettings),
    ),
    route(
        "POST",
        "/{org}/{project}/settings/collaborators",
        Access::FormPost,
        Handler::Page(PageForm::AddCollaborator),
    ),
    route(
        "POST",
        "/{org}/{project}/projects",
        Access::FormPost,
        Handler::Page(PageForm::Projects),
    ),
    route(
        "POST",
        "/{org}/{project}/members",
        Access::FormPost,
        Handler::Page(PageForm::Members),
    ),
    route("POST", "/invite", Access::FormPost, Handler::Page(PageForm::AcceptInvitation)),
    route("POST", "/account", Access::FormPost, Handler::Page(PageForm::Account)),
    route(
        "POST",
        "/account/organization",
        Access::FormPost,
        Handler::Page(PageForm::CreateOrganization),
    ),
    route("POST", "/signin", Access::FormPost, Handler::Page(PageForm::SignIn)),
    entry("/signin/forgot", EntryPage::Forgot),
    entry("/signin/reset", EntryPage::Reset),
    entry("/signup", EntryPage::SignUp),
    entry("/signup/account", EntryPage::NewAccount),
    entry("/account/email", EntryPage::ConfirmEmail),
    route("GET", "/events", Access::Session, Handler::Events),
    route(
        "GET",
        "/{org}/{project}/projects.csv",
        Access::Session,
        Handler::Csv(CsvList::Projects),
    ),
    route("GET", "/{org}/{project}/keys.csv", Access::Session, Handler::Csv(CsvList::Keys)),
    route(
        "GET",
        "/{org}/{project}/settings/collaborators.csv",
        Access::Session,
        Handler::Csv(CsvList::Collaborators),
    ),
    route(
        "GET",
        "/{org}/{project}/members.csv",
        Access::Session,
        Handler::Csv(CsvList::Members),
    ),
    // With a dot: no project can have such an address.
    route("GET", "/{org}/branding.css", Access::Session, Handler::Branding(BrandAsset::Sheet)),
    route("GET", "/{org}/branding.logo", Access::Session, Handler::Branding(BrandAsset::Logo)),
];

/// The console with the routes of the table. Assets come as a whole router of their module, and the gateway needs none.
pub(super) fn own() -> Router<Arc<Site>> {
    ROUTES.iter().fold(console::routes(), |router, route| match route.handler {
        Handler::Assets | Handler::Gateway => router,
        Handler::Live => router.route(route.path, get(health::live)),
        Handler::Ready => router.route(route.path, get(health::ready)),
        Handler::Metrics => router.route(route.path, get(metrics::show)),
        Handler::Theme => router.route(route.path, post(console::choose_theme)),
        Handler::Keys => router.route(route.path, post(console::choose_keys)),
        Handler::Page(form) => router.route(route.path, post(move |site, request| console::submit(form, site, request))),
        Handler::Events => router.route(route.path, get(events::open)),
        Handler::Csv(list) => router.route(route.path, get(move |site, parts| csv::send(list, site, parts))),
        Handler::Branding(asset) => router.route(route.path, get(move |site, parts| branding::show(asset, site, parts))),
    })
}
