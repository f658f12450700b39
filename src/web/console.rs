//! The console: pages, server functions, and the forms that are no server functions.

use std::sync::Arc;

use app::{
    App,
    model::{
        AppError,
        preferences::{Preferences, Theme},
    },
    pages::keys::{BaseUrl, FormToken},
    shell,
    ui::{Recent, SingleKeys},
};
use axum::{
    Form, Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE},
    request::Parts,
};
use leptos::{
    nonce::use_nonce,
    prelude::{provide_context, use_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{
    AxumRouteListing, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context, handle_server_fns_with_context,
    render_app_async_with_context,
};
use parking_lot::Mutex;

use super::{
    Site, assets,
    bounds::MAX_BODY_BYTES,
    branding::FindBrandFile,
    csv::OpenExport,
    errors::{Audience, retry_after, status_of},
    events::{Topic, Watch},
    headers::page_policy,
    origin,
};

/// Puts the ports of one request into the Leptos context. The parts hold `CurrentRequest`, `ClientAddr` and the headers.
pub type Provide = Arc<dyn Fn(&Parts) + Send + Sync>;

/// The forms of a page, which are posted to its own address: it shows a secret once, keeps what was typed or asks to
/// confirm, all of it without script. Where a page has several, the query says which one was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageForm {
    /// `/{org}/{project}/keys`
    CreateKey,
    /// `/{org}/{project}/settings/collaborators`: adds somebody, or says what is to be confirmed first.
    AddCollaborator,
    /// `/{org}/~/members`: sends invitations, or gives the ownership to another member.
    Members,
    /// `/invite`: makes the holder of the link a member.
    AcceptInvitation,
    /// `/{org}/{project}/settings`: those of a project, or below "All projects" those of the organization.
    SaveSettings,
    /// `/{org}/~/projects`: makes a project, archives one, says what a template makes, or makes it.
    Projects,
    /// `/signin?next=…`
    SignIn,
    /// `/account`: the profile, or another address.
    Account,
    /// `/account/organization`
    CreateOrganization,
    Entry(EntryPage),
}

/// A page for people without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryPage {
    /// `/signin/forgot`
    Forgot,
    /// `/signin/reset?token=…`
    Reset,
    /// `/signup`
    SignUp,
    /// `/signup/account?token=…`
    NewAccount,
    /// `/account/email?token=…`
    ConfirmEmail,
}

/// What came of a form.
pub enum FormAnswer {
    /// It is done, and leads to this address.
    Lead(String),
    /// Its page again.
    Page {
        /// Why it was refused, if it was.
        error: Option<AppError>,
        /// Puts what the page shows into the Leptos context: what was typed, or a secret.
        provide: Box<dyn FnOnce() + Send>,
    },
}

/// Does the work of a form; the body is as it was posted.
pub type Submit = Arc<dyn Fn(PageForm, Parts, Bytes) -> BoxFuture<'static, FormAnswer> + Send + Sync>;

/// Keeps the theme with the account of the caller of one request; `SignedOut` without a session.
pub type SetTheme = Arc<dyn Fn(Parts, Theme) -> BoxFuture<'static, Result<(), AppError>> + Send + Sync>;

/// The eyes of the caller of one request on some topics; `None` without a session.
pub type OpenWatch = Arc<dyn Fn(&Parts, Vec<Topic>) -> Option<Arc<dyn Watch>> + Send + Sync>;

/// What the composition gives to the console.
#[derive(Clone)]
pub struct Console {
    pub provide: Provide,
    pub submit: Submit,
    /// `POST /prefs/theme`.
    pub set_theme: SetTheme,
    /// `GET /events`.
    pub watch: OpenWatch,
    /// `GET /{org}/branding.css` and `/{org}/branding.logo`.
    pub brand_file: FindBrandFile,
    /// `GET …csv`.
    pub export: OpenExport,
}

/// Pages by the application's own route list, server functions by their registry (those that are called by POST). Below
/// `/api` nothing else exists: without that rule `/api/x` would be the project `x` of an org `api`.
pub fn routes() -> Router<Arc<Site>> {
    let (pages, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, provide_assets);
    let nothing_else = Router::new().route("/api/{*rest}", any(not_found));
    let with_page = |router: Router<Arc<Site>>, page: &AxumRouteListing| router.route(page.path(), get(render));
    let router = pages.iter().fold(nothing_else, with_page);
    let paths = server_fn_paths().filter(|(_, method)| method == Method::POST);
    paths.fold(router, |router, (path, _)| router.route(path, post(server_function)))
}

async fn server_function(State(site): State<Arc<Site>>, request: Request) -> impl IntoResponse {
    handle_server_fns_with_context(context(&site), request).await
}

/// A page; also the answer to an address that no route knows.
async fn render(State(site): State<Arc<Site>>, request: Request) -> Response {
    render_app_async_with_context(context(&site), shell)(request).await
}

/// 404: a page for who looks for one, else an error.
pub async fn not_found(state: State<Arc<Site>>, request: Request) -> Response {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD) && !request.uri().path().starts_with("/api/");
    if !is_page {
        return Audience::of_request(&request).refuse(&AppError::NotFound);
    }
    let mut response = render(state, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// A posted form of a page. To a script, which has the page already, a refusal is told as data, as server functions do.
pub async fn submit(form: PageForm, State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let audience = Audience::of_parts(&parts);
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return audience.refuse(&AppError::Unreachable);
    };
    let (error, provide) = match (site.console.submit)(form, parts.clone(), body).await {
        FormAnswer::Lead(to) => return lead(audience, to),
        FormAnswer::Page { error: Some(error), .. } if audience == Audience::Client => return audience.refuse(&error),
        FormAnswer::Page { error, provide } => (error, Mutex::new(Some(provide))),
    };
    let provide = Arc::new((error, provide));
    let general = context(&site);
    let context = move || {
        general();
        let (error, provide) = &*provide;
        if let Some(response) = use_context::<ResponseOptions>() {
            // It holds a secret, or what a person typed.
            response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            if let Some(error) = error {
                response.set_status(status_of(error));
                if let Some(seconds) = retry_after(error) {
                    response.insert_header(RETRY_AFTER, seconds);
                }
            }
        }
        if let Some(provide) = provide.lock().take() {
            provide();
        }
    };
    render_app_async_with_context(context, shell)(Request::from_parts(parts, Body::empty())).await
}

/// A browser is led to the address, a script told of it.
fn lead(audience: Audience, to: String) -> Response {
    let status = if audience == Audience::Browser {
        StatusCode::FOUND
    } else {
        StatusCode::OK
    };
    (status, [(LOCATION, to)]).into_response()
}

/// Everything that pages and server functions find in the context.
fn context(site: &Arc<Site>) -> impl Fn() + Clone + Send + Sync + use<> {
    let site = Arc::clone(site);
    move || {
        provide_assets();
        provide_context(BaseUrl(site.public_url.origin().to_owned()));
        provide_context(FormToken(site.ambient.token()));
        set_policy();
        if let Some(parts) = use_context::<Parts>() {
            provide_context(preferences(&site, &parts));
            provide_context(SingleKeys::of(cookie(&parts.headers, "keys").unwrap_or_default()));
            let recent = cookie(&parts.headers, "recent").unwrap_or_default();
            provide_context(Recent::new(recent, is_visit(&parts.headers), site.public_url.is_https()));
            (site.console.provide)(&parts);
        }
    }
}

/// The policy of a page names the nonce that Leptos gives its inline scripts.
fn set_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::try_from(page_policy(&nonce)) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

fn provide_assets() {
    provide_context(assets::urls());
}

/// Those of the account, if somebody is signed in; then the cookie follows, for the pages before the next sign-in. Else the
/// theme of the cookie.
fn preferences(site: &Site, parts: &Parts) -> Preferences {
    // A stale word is no error.
    let theme = cookie(&parts.headers, "theme")
        .and_then(|theme| theme.parse().ok())
        .unwrap_or_default();
    let Some(preferences) = parts.extensions.get::<Preferences>() else {
        return Preferences {
            theme,
            ..Preferences::default()
        };
    };
    if preferences.theme != theme
        && let Some(response) = use_context::<ResponseOptions>()
        && let Ok(cookie) = HeaderValue::try_from(kept(site, "theme", preferences.theme.as_str()))
    {
        response.append_header(SET_COOKIE, cookie);
    }
    preferences.clone()
}

/// A cookie that is kept for a year.
fn kept(site: &Site, name: &str, value: &str) -> String {
    let secure = if site.public_url.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}")
}

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The browser goes to a page: no script looks it up. Browsers that do not say so are believed.
fn is_visit(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|purpose| purpose == "document")
}

/// The theme, as the form of the account menu has it.
#[derive(serde::Deserialize)]
pub struct ThemeForm {
    theme: String,
}

/// `POST /prefs/theme`: keeps the choice with the account and in a cookie, and leads back to the page.
pub async fn choose_theme(State(site): State<Arc<Site>>, parts: Parts, Form(form): Form<ThemeForm>) -> Response {
    let theme: Theme = form.theme.parse().unwrap_or_default();
    match (site.console.set_theme)(parts.clone(), theme).await {
        // Without a session there is the cookie alone.
        Ok(()) | Err(AppError::SignedOut) => {}
        Err(error) => return Audience::of_parts(&parts).refuse(&error),
    }
    (
        [(SET_COOKIE, kept(&site, "theme", theme.as_str()))],
        Redirect::to(&origin::back(&parts.headers)),
    )
        .into_response()
}

/// The switch in the help.
#[derive(serde::Deserialize)]
pub struct KeysForm {
    keys: String,
}

/// `POST /prefs/keys`: the same for the shortcuts of one letter.
pub async fn choose_keys(State(site): State<Arc<Site>>, headers: HeaderMap, Form(form): Form<KeysForm>) -> Response {
    let cookie = kept(&site, "keys", SingleKeys::of(&form.keys).as_str());
    ([(SET_COOKIE, cookie)], Redirect::to(&origin::back(&headers))).into_response()
}
