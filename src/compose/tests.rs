//! Nobody where they don't belong: every page, server function and route of the composed server, asked by everybody.
//! A route that stands in no table fails the test.

mod account;
mod addresses;
mod adversary;
mod branding;
mod collaborators;
mod csv;
mod entry;
mod life;
mod live;
mod members;
mod places;
mod rows;
mod settings;
mod templates;
mod typed;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use app::{
    model::key::{KeyLifetime, NewKey},
    port::Keys,
};
use axum::{body::Body, extract::ConnectInfo};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos::server_fn::axum::server_fn_paths;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use self::rows::{FUNCTIONS, ORG_WIDE, PAGES, Row};
use super::serve::build;
use crate::{
    access::api_key::Pepper,
    config::{Config, Secrets, Sources},
    mail::OutboxLink,
    store::{
        db::execute,
        testing::{TestDb, sqlite},
    },
    testing::{PASSWORD, Who, World},
    web::{Edge, routes::ROUTES},
};

const FORM: &str = "application/x-www-form-urlencoded";
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);

/// The composed server over a world, with a session cookie of everybody.
struct Site {
    world: World,
    server: Edge,
    stopping: CancellationToken,
    outbox: OutboxLink,
    cookies: Vec<(Who, String)>,
}

struct Answer {
    status: StatusCode,
    location: String,
    cookie: Option<String>,
    body: String,
}

impl Site {
    async fn new() -> Self {
        Self::on(sqlite().await).await
    }

    async fn on(db: TestDb) -> Self {
        let world = World::new(db).await;
        let config = Config::load(&Sources {
            // The policy under which strangers may do most.
            environment: BTreeMap::from([("BAILIWICK_SIGN_UP".to_owned(), "open".to_owned())]),
            working_directory: "/nonexistent".into(),
            ..Sources::default()
        })
        .expect("defaults");
        let secrets = Secrets {
            cookie_key: [1; 64],
            pepper: Pepper([3; 32]),
        };
        let house = build(&config, ADDRESS, &world.store, secrets).await.expect("composed");
        let mut site = Self {
            world,
            server: house.server,
            stopping: house.stopping,
            outbox: house.outbox,
            cookies: Vec::new(),
        };
        for who in Who::ALL {
            let cookie = if who == Who::Anonymous {
                String::new()
            } else {
                site.sign_in(who).await
            };
            site.cookies.push((who, cookie));
        }
        site
    }

    /// Runs one statement behind the server's back.
    async fn sql(&self, statement: &'static str) {
        let mut tx = self.world.store.db.write().await.expect("begin");
        execute!(&mut tx, statement).expect("done");
        tx.commit().await.expect("commit");
    }

    async fn sign_in(&self, who: Who) -> String {
        self.sign_in_as(who.email().as_str()).await
    }

    async fn sign_in_as(&self, email: &str) -> String {
        let body = format!("email={email}&password={PASSWORD}");
        let answer = self.by_script("/signin", &body, "").await;
        assert!(answer.status.is_success(), "{email}: {} {}", answer.status, answer.body);
        answer.cookie.expect("a session")
    }

    async fn ask(&self, method: Method, path: &str, body: &str, cookie: &str) -> Answer {
        self.ask_as(FORM, method, path, body, cookie).await
    }

    /// With a body of this type.
    async fn ask_as(&self, kind: &str, method: Method, path: &str, body: &str, cookie: &str) -> Answer {
        read(self.send_as(kind, method, path, body, cookie).await).await
    }

    /// Sends a form as the script of a page does.
    async fn by_script(&self, path: &str, body: &str, cookie: &str) -> Answer {
        read(self.send_for("application/json", FORM, Method::POST, path, body, cookie).await).await
    }

    /// The answer with its body unread: a stream does not end by itself.
    async fn send(&self, method: Method, path: &str, body: &str, cookie: &str) -> axum::response::Response {
        self.send_as(FORM, method, path, body, cookie).await
    }

    async fn send_as(&self, kind: &str, method: Method, path: &str, body: &str, cookie: &str) -> axum::response::Response {
        let accept = if path.starts_with("/api/") {
            "application/json"
        } else {
            "text/html"
        };
        self.send_for(accept, kind, method, path, body, cookie).await
    }

    async fn send_for(&self, accept: &str, kind: &str, method: Method, path: &str, body: &str, cookie: &str) -> axum::response::Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookie)
            .body(Body::from(body.to_owned()))
            .expect("a request");
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        self.server.clone().oneshot(request).await.expect("an answer")
    }

    /// A key of `prod` for the next change.
    async fn fresh_key(&self) -> String {
        let owner = self.world.console(Who::Owner).await;
        let new = NewKey {
            name: "fresh".parse().expect("a name"),
            lifetime: KeyLifetime::Never,
            idempotency: String::new(),
        };
        owner.create(self.world.prod.clone(), new).await.expect("made").id.to_string()
    }

    /// Fills `{org}`, `{prod}`, `{default}`, `{key}`, `{member}`, `{other}` and `{who}` in.
    async fn fill(&self, text: &str, who: Who) -> String {
        self.fill_for(text, &format!("{who:?}").to_lowercase()).await
    }

    async fn fill_for(&self, text: &str, who: &str) -> String {
        let mut filled = text
            .replace("{org}", self.world.org.as_str())
            .replace("{prod}", self.world.prod.as_str())
            .replace("{default}", self.world.default_project.as_str())
            .replace("{who}", who);
        if filled.contains("{other}") {
            let other = self.world.person(Who::OtherMember).await.expect("a member").id;
            filled = filled.replace("{other}", other.as_str());
        }
        if filled.contains("{member}") {
            filled = filled.replace(
                "{member}",
                self.world.person(Who::ProjectMember).await.expect("a person").id.as_str(),
            );
        }
        if filled.contains("{key}") {
            filled = filled.replace("{key}", &self.fresh_key().await);
        }
        filled
    }
}

/// The answer to its end.
async fn read(answer: axum::response::Response) -> Answer {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, location, set) = (
        answer.status(),
        text(header::LOCATION).unwrap_or_default(),
        text(header::SET_COOKIE),
    );
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    Answer {
        status,
        location,
        cookie: set.and_then(|set| set.split(';').next().map(str::to_owned)),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The rows of every server function.
fn functions() -> impl Iterator<Item = &'static Row> {
    members::FUNCTIONS.iter().chain(FUNCTIONS)
}

#[tokio::test]
async fn every_server_function_answers_each_person_as_the_matrix_says() {
    let site = Site::new().await;
    let listed: BTreeSet<&str> = functions().map(|(path, _, _)| *path).collect();
    let registered: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(
        registered, listed,
        "a server function stands in no list, or a list names one that is gone"
    );
    let (first, last) = FUNCTIONS.split_at(FUNCTIONS.len() - 2);
    for (path, body, expected) in members::FUNCTIONS.iter().chain(first).chain(ORG_WIDE).chain(last) {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.ask(Method::POST, path, &site.fill(body, *who).await, cookie).await;
            assert_eq!(answer.status.as_u16(), *expected, "{who:?} {path} {}", answer.body);
        }
    }
}

#[tokio::test]
async fn every_page_answers_each_person_as_the_matrix_says() {
    let site = Site::new().await;
    let routes = leptos_axum::generate_route_list(app::App);
    let listed: BTreeSet<&str> = PAGES.iter().map(|(route, _, _)| *route).collect();
    let registered: BTreeSet<&str> = routes.iter().map(leptos_axum::AxumRouteListing::path).collect();
    assert_eq!(registered, listed, "a page stands in no list, or the list names one that is gone");
    for (_, address, expected) in PAGES {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.ask(Method::GET, address, "", cookie).await;
            assert_eq!(answer.status.as_u16(), *expected, "{who:?} {address} → {}", answer.location);
            assert!(
                *who != Who::Anonymous || !answer.body.contains("Acme Robotics"),
                "{address} tells strangers the org's name"
            );
        }
    }
}

#[tokio::test]
async fn what_must_not_be_known_looks_like_what_does_not_exist() {
    let site = Site::new().await;
    let foreign = site.world.other_project.to_string();
    let unknown = format!("proj_{}", "0".repeat(26));
    for (who, cookie) in &site.cookies {
        if matches!(who, Who::Anonymous | Who::Stranger) {
            continue;
        }
        for (path, rest) in [
            ("/api/keys/list", "&page[number]=0&page[query]="),
            ("/api/limits/table", ""),
            ("/api/projects/preview-archive", ""),
            ("/api/collaborators/list", "&page[number]=0&page[query]="),
            ("/api/projects/make-default", "&seen=stale&back=/"),
            ("/api/project/settings", ""),
        ] {
            let foreign = site.ask(Method::POST, path, &format!("project={foreign}{rest}"), cookie).await;
            let unknown = site.ask(Method::POST, path, &format!("project={unknown}{rest}"), cookie).await;
            assert_eq!((foreign.status, foreign.body), (unknown.status, unknown.body), "{who:?} {path}");
        }
        let foreign = site.ask(Method::GET, "/other/theirs/keys", "", cookie).await;
        let unknown = site.ask(Method::GET, "/nowhere/nothing/keys", "", cookie).await;
        assert_eq!((foreign.status.as_u16(), unknown.status.as_u16()), (404, 404), "{who:?}");
    }
}

#[tokio::test]
async fn every_other_route_stands_in_the_table_and_answers_a_stranger() {
    let site = Site::new().await;
    for route in ROUTES {
        let path = route
            .path
            .replace("{file}", "nothing")
            .replace("{org}", "acme")
            .replace("{project}", "prod")
            .replace("{*id}", "x");
        let method: Method = route.method.parse().expect("a method");
        let answer = site.ask(method, &path, "", "").await;
        let expected: &[u16] = match path.as_str() {
            "/assets/nothing" | "/acme/branding.css" | "/acme/branding.logo" => &[404],
            "/prefs/theme" | "/prefs/keys" => &[303, 422],
            "/acme/prod/keys"
            | "/acme/prod/members"
            | "/acme/prod/projects"
            | "/acme/prod/settings"
            | "/acme/prod/settings/collaborators"
            | "/account"
            | "/account/organization" => &[302, 401],
            "/invite" | "/signin/reset" | "/signup/account" | "/account/email" => &[410],
            // Without a topic or an address the question itself is wrong, whoever asks.
            "/events" | "/signin" | "/signin/forgot" | "/signup" => &[422],
            "/acme/prod/projects.csv" | "/acme/prod/keys.csv" | "/acme/prod/settings/collaborators.csv" | "/acme/prod/members.csv" => {
                &[401]
            }
            path if path.starts_with("/v1/") => &[401],
            _ => &[200, 204],
        };
        assert!(
            expected.contains(&answer.status.as_u16()),
            "{} {path}: {}",
            route.method,
            answer.status
        );
    }
}

#[tokio::test]
async fn a_session_ends_with_sign_out_and_is_new_after_sign_in() {
    let site = Site::new().await;
    let first = site.sign_in(Who::Owner).await;
    let form = format!("email={}&password={PASSWORD}", Who::Owner.email());
    let again = site.ask(Method::POST, "/signin?next=%2Facme%2Fprod%2Fkeys", &form, &first).await;
    assert_eq!((again.status.as_u16(), again.location.as_str()), (302, "/acme/prod/keys"));
    let second = again.cookie.expect("a new session");
    assert_ne!(first, second, "sign-in renews the session id");
    assert_eq!(
        site.ask(Method::POST, "/api/shell/home", "", &first).await.status,
        401,
        "the planted id is worth nothing"
    );
    assert_eq!(site.ask(Method::POST, "/api/shell/home", "", &second).await.status, 200);
    site.ask(Method::POST, "/api/identity/sign_out", "", &second).await;
    assert_eq!(site.ask(Method::POST, "/api/shell/home", "", &second).await.status, 401);
}

#[tokio::test]
async fn a_key_is_created_by_a_form_and_shown_in_an_answer_that_nothing_stores() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::ProjectAdmin).await;
    let form = "name=ci&lifetime=30&idempotency=once";
    let answer = site.ask(Method::POST, "/acme/prod/keys", form, &cookie).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("bw_p_"), "the secret is in the answer");
    let again = site.ask(Method::POST, "/acme/prod/keys", form, &cookie).await;
    assert_eq!(again.status, 409);
    assert!(!again.body.contains("Save your key"));
    let wrong = site
        .ask(Method::POST, "/acme/prod/keys", "name=&lifetime=30&idempotency=", &cookie)
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Enter a name."));
}
