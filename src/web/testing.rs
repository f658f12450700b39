//! The whole server on a throw-away database, without a socket.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use app::{
    model::{AppError, Timestamp},
    pages::keys::BaseUrl,
};
use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    Console, DataPlane, Edge, FormAnswer, WebParts,
    branding::BrandFile,
    request::{Arrival, CurrentRequest},
};
use crate::{
    ambient::{Ambient, FrozenClock, SeededEntropy},
    config::PublicUrl,
    identity::session_layer,
    store::{
        Store,
        testing::{TestDb, sqlite},
    },
};

pub const LOCAL: &str = "127.0.0.1:5000";
pub const PROXY: &str = "10.0.0.1:5000";
pub const STRANGER: &str = "192.0.2.9:5000";

pub const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

pub struct Server {
    edge: Edge,
    /// What the form of a new key carried.
    pub posted: Arc<Mutex<Vec<String>>>,
    pub database: TestDb,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn nonce(&self) -> String {
        let policy = self.header("content-security-policy");
        let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("a nonce in {policy}"));
        rest.split('\'').next().expect("a value").to_owned()
    }
}

/// A data plane that tells what it was given.
struct Echo;

impl DataPlane for Echo {
    fn pattern(&self, _: &str) -> &'static str {
        "/v1/{*path}"
    }

    fn answer(self: Arc<Self>, arrival: Arrival, request: Request) -> BoxFuture<'static, Response> {
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let body = to_bytes(request.into_body(), usize::MAX).await.expect("a body");
            match path.as_str() {
                "/v1/whoami" => format!("{} {}", arrival.client.0, arrival.id).into_response(),
                "/v1/panic" => panic!("a fault of ours"),
                "/v1/refused" => StatusCode::TOO_MANY_REQUESTS.into_response(),
                _ => body.len().to_string().into_response(),
            }
        })
    }
}

pub async fn server(public_url: &str) -> Server {
    let database = sqlite().await;
    let posted = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&posted);
    let submit = move |_, parts: Parts, form: bytes::Bytes| {
        let text = format!("{} {}", parts.uri.path(), String::from_utf8_lossy(&form));
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        let provide: Box<dyn FnOnce() + Send> = Box::new(|| {
            let response = use_context::<ResponseOptions>().expect("inside the Leptos context");
            response.insert_header(HeaderName::from_static("x-before-render"), HeaderValue::from_static("ran"));
        });
        Box::pin(async move { FormAnswer::Page { error: None, provide } }) as futures::future::BoxFuture<'static, _>
    };
    let ambient = Ambient {
        clock: Arc::new(FrozenClock::at(Timestamp(1_767_225_600_000))),
        entropy: Arc::new(SeededEntropy::new(1)),
    };
    let store = Store::new(database.db.clone(), ambient);
    let edge = super::server(WebParts {
        sessions: session_layer(store.clone(), &[1; 64], public_url.starts_with("https")),
        store,
        public_url: PublicUrl::parse(public_url).expect("an origin"),
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
        metrics_allow: vec!["203.0.113.0/24".parse().expect("a network")],
        registry: Registry::default(),
        gateway: Arc::new(Echo),
        stopping: CancellationToken::new(),
        console: Console {
            provide: Arc::new(|parts| {
                let id = parts.extensions.get::<CurrentRequest>().expect("named before");
                let text = format!("{} {}", use_context::<BaseUrl>().expect("provided").0, id.0);
                let response = use_context::<ResponseOptions>().expect("inside the Leptos context");
                response.insert_header(HeaderName::from_static("x-provided"), text.parse().expect("text"));
            }),
            submit: Arc::new(submit),
            set_theme: Arc::new(|_, _| Box::pin(async { Err(AppError::SignedOut) })),
            watch: Arc::new(|_, _| None),
            export: Arc::new(|_, _| Box::pin(async { Err(AppError::SignedOut) })),
            brand_file: Arc::new(|request, _| {
                let known = request.uri.path().starts_with("/acme/");
                let file = BrandFile {
                    content_type: "text/css; charset=utf-8",
                    tag: "1f6feb".to_owned(),
                    body: b":root{--brand:#1f6feb}".to_vec(),
                };
                Box::pin(async move { if known { Ok(file) } else { Err(AppError::SignedOut) } })
            }),
        },
    });
    Server { edge, posted, database }
}

impl Server {
    pub async fn local() -> Self {
        server("http://127.0.0.1:3000").await
    }

    pub async fn send(&self, peer: &str, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer: SocketAddr = peer.parse().expect("an address");
        let request = request.extension(ConnectInfo(peer)).body(body.into()).expect("a request");
        let response = self.edge.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(LOCAL, Method::GET, path, &[("accept", "text/html")], Body::empty()).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(LOCAL, Method::POST, path, &all, body).await
    }
}
