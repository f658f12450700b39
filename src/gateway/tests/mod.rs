//! The gateway as the edge asks it: a frozen clock, the simulator without pace, and a small upstream on loopback.

mod bad_input;
mod budgets;
mod clients;
mod embeddings;
mod limits;
mod logged;
mod metered;
mod pipeline;
mod queue;
mod streams;
mod upstream_errors;
mod upstreams;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use app::model::{
    KeyId, ProjectId,
    limit::{Metric, ModelScope, Window},
};
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{testing::Seed, upstream::Timeouts, *};
use crate::{
    access::api_key::ApiKeySecret,
    catalog::{Quota, Tier, UpstreamKind},
    metering::Durability,
    store::{
        db::fetch_all,
        testing::{TestDb, sqlite},
    },
    web::{
        DataPlane,
        addresses::Vouched,
        request::{Arrival, ClientAddr},
    },
};

const CHAT: &str = "/v1/chat/completions";
const EMBEDDINGS: &str = "/v1/embeddings";

/// A gateway on a fresh database with one project and one key.
struct World {
    seed: Seed,
    db: TestDb,
    engine: Arc<Engine>,
    meter: Arc<Meter>,
    gateway: Arc<Gateway>,
    project: ProjectId,
    key: KeyId,
    secret: ApiKeySecret,
}

/// An answer, read to its end.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("text")
    }

    /// Status and `error.code`.
    fn refusal(&self) -> (u16, String) {
        let code = self.json()["error"]["code"].as_str().expect("a code").to_owned();
        (self.status.as_u16(), code)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}

/// One row of the journal, as far as the tests look.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
struct Row {
    status: i64,
    error_code: Option<String>,
    refused_level: Option<String>,
    estimated: bool,
    tokens_in: i64,
    tokens_out: i64,
    reserved: i64,
    settled: i64,
}

/// The built-in offer with a simulator that does not wait.
fn catalog() -> Catalog {
    let mut catalog = Catalog::built_in();
    let loopback = catalog.upstreams.get_mut("loopback").expect("built in");
    loopback.kind = UpstreamKind::Loopback { pace: Duration::ZERO };
    catalog
}

/// The offer with one org quota per minute over all models, and no other.
fn with_quota(metric: Metric, limit: u64) -> Catalog {
    let mut catalog = catalog();
    let plan = catalog.plans.get_mut("standard").expect("built in");
    plan.quotas = vec![Quota {
        model: ModelScope::All,
        metric,
        window: Window::Minute,
        limit,
    }];
    catalog
}

impl World {
    async fn new() -> Self {
        Self::with(catalog(), Timeouts::default()).await
    }

    async fn with(catalog: Catalog, timeouts: Timeouts) -> Self {
        let db = sqlite().await;
        let seed = Seed::new(&db.db).await;
        let project = seed.project("prod").await;
        let (secret, key) = seed.key(&project).await;
        let engine = Arc::new(Engine::new());
        let meter = Meter::start(&db.db, Arc::clone(&engine), Durability::Written)
            .await
            .expect("it starts");
        let store = crate::store::Store::new(db.db.clone(), seed.ambient.clone());
        let gateway = Gateway::new(
            seed.ambient.clone(),
            Arc::new(catalog),
            &store,
            seed.pepper.clone(),
            Arc::clone(&engine),
            Arc::clone(&meter),
            timeouts,
        )
        .expect("a gateway");
        Self {
            seed,
            db,
            engine,
            meter,
            gateway,
            project,
            key,
            secret,
        }
    }

    fn request(method: Method, path: &str, secret: &str, body: impl Into<Body>) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {secret}"))
            .body(body.into())
            .expect("a request")
    }

    fn arrival(&self) -> Arrival {
        Arrival {
            id: self.seed.ambient.id(),
            at: self.seed.ambient.now(),
            client: ClientAddr(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
            vouched: Vouched(true),
        }
    }

    /// The answer as soon as it begins.
    fn send_head(&self, request: Request<Body>) -> BoxFuture<'static, axum::response::Response> {
        Arc::clone(&self.gateway).answer(self.arrival(), request)
    }

    async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.send_head(request).await;
        let (parts, body) = response.into_parts();
        Answered {
            status: parts.status,
            headers: parts.headers,
            bytes: body.collect().await.expect("a whole body").to_bytes(),
        }
    }

    async fn chat_as(&self, secret: &ApiKeySecret, body: &Value) -> Answered {
        self.send(World::request(Method::POST, CHAT, secret.reveal(), body.to_string()))
            .await
    }

    async fn chat(&self, body: &Value) -> Answered {
        self.chat_as(&self.secret, body).await
    }

    async fn embed(&self, body: &Value) -> Answered {
        self.send(World::request(Method::POST, EMBEDDINGS, self.secret.reveal(), body.to_string()))
            .await
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(World::request(Method::GET, path, self.secret.reveal(), "")).await
    }

    /// What is recorded so far, oldest first.
    async fn rows(&self) -> Vec<Row> {
        const ROWS: &str =
            "SELECT status, error_code, refused_level, estimated, tokens_in, tokens_out, reserved, settled FROM requests ORDER BY rowid";
        fetch_all!(&mut self.db.db.read().await.expect("read"), Row, ROWS).expect("rows")
    }

    /// Ends metering, which waits for every open request, and returns what is recorded.
    async fn end(&self) -> Vec<Row> {
        self.meter.shutdown().await.expect("everything is written");
        self.rows().await
    }

    /// Tokens of the org's bucket over all models, per minute.
    fn org_tokens(&self) -> u64 {
        let key = crate::enforcement::BucketKey {
            level: app::model::limit::Level::Org,
            scope: self.seed.org.to_string(),
            lane: app::model::receipt::Lane::Standard,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
        };
        self.engine.used(&self.seed.org, &key, 1_000_000, self.seed.ambient.now())
    }
}

/// A request to the simulator.
fn echo(content: &str) -> Value {
    json!({ "model": "bailiwick/echo", "messages": [{ "role": "user", "content": content }] })
}

/// The same with more fields.
fn echo_with(content: &str, fields: &Value) -> Value {
    let mut body = echo(content);
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

fn no_priority() -> Catalog {
    let mut catalog = catalog();
    catalog.plans.get_mut("standard").expect("built in").tiers = vec![Tier::Flex, Tier::Default];
    catalog
}
