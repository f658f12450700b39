//! A real upstream over HTTP: what is forwarded, what is passed on, and what is made of failures.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use axum::{
    Router,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::{StreamExt, stream};
use parking_lot::Mutex;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};

use super::*;
use crate::catalog::{Secret, Upstream};

pub(super) type Reply = fn() -> Response;

/// What the mock was asked.
#[derive(Default)]
pub(super) struct Seen {
    pub requests: Mutex<Vec<(HeaderMap, String)>>,
    pub paths: Mutex<Vec<String>>,
    /// The other ends of the connections that they came on.
    pub peers: Mutex<Vec<SocketAddr>>,
    pub arrived: Notify,
}

/// An upstream on a free port of this machine. `None` never answers.
pub(super) async fn mock(reply: Option<Reply>) -> (http::Uri, Arc<Seen>) {
    mock_with(move || reply.map(|reply| reply())).await
}

pub(super) async fn mock_with(reply: impl Fn() -> Option<Response> + Clone + Send + Sync + 'static) -> (http::Uri, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let handler = move |State(seen): State<Arc<Seen>>,
                        ConnectInfo(peer): ConnectInfo<SocketAddr>,
                        uri: http::Uri,
                        headers: HeaderMap,
                        body: String| async move {
        seen.peers.lock().push(peer);
        seen.paths.lock().push(uri.path().to_owned());
        seen.requests.lock().push((headers, body));
        seen.arrived.notify_one();
        match reply() {
            Some(response) => response,
            None => std::future::pending().await,
        }
    };
    let router = Router::new()
        .route("/v1/chat/completions", post(handler.clone()))
        .route("/v1/embeddings", post(handler))
        .with_state(Arc::clone(&seen))
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url.parse().expect("a URL"), seen)
}

/// The gateway in front of this address, with one place and a queue of 10.
pub(super) async fn world(url: http::Uri, timeouts: Timeouts) -> World {
    World::with(in_catalog(url, 10), timeouts).await
}

/// An offer whose models this address answers, one request at a time.
pub(super) fn in_catalog(url: http::Uri, queue: usize) -> Catalog {
    let mut catalog = with_quota(Metric::Tokens, 1_000_000);
    catalog.upstreams.insert(
        "loopback".to_owned(),
        Upstream {
            kind: UpstreamKind::OpenAi {
                base_url: url,
                secret: Some(Secret("upstream-secret".to_owned())),
            },
            concurrency: 1,
            queue,
        },
    );
    catalog
}

/// An address of this machine where nobody answers: the queue of its one listener is full.
async fn deaf() -> (http::Uri, Vec<tokio::net::TcpStream>, TcpListener) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(0).expect("listens");
    let address = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await {
        waiting.push(stream.expect("queued"));
    }
    (format!("http://{address}/v1/").parse().expect("a URL"), waiting, listener)
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_given_up_and_costs_nothing() {
    let (url, _waiting, _listener) = deaf().await;
    let timeouts = Timeouts {
        connect: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let world = world(url, timeouts).await;
    let answer = world.chat(&echo("hi")).await;
    assert_eq!(answer.refusal(), (502, "upstream_unreachable".to_owned()));
    assert_eq!(world.org_tokens(), 0, "everything is given back");
    let [remaining, limit] = ["remaining", "limit"].map(|what| answer.header(&format!("x-ratelimit-{what}-tokens")));
    assert!(
        remaining.is_some() && remaining == limit,
        "and the client is told so: {remaining:?} of {limit:?}"
    );
    let rows = world.end().await;
    assert_eq!((rows[0].status, rows[0].settled, rows[0].tokens_in), (502, 0, 0));
}

pub(super) async fn in_front_of(reply: Reply) -> (World, Arc<Seen>) {
    let (url, seen) = mock(Some(reply)).await;
    (world(url, Timeouts::default()).await, seen)
}

pub(super) fn sse(events: &'static [&'static str]) -> Response {
    let parts = stream::iter(events).map(|event| Ok::<_, Infallible>(*event));
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(parts)).into_response()
}

#[tokio::test]
async fn unknown_fields_pass_through_and_the_clients_key_does_not() {
    let (world, seen) = in_front_of(|| {
        let body = r#"{"id":"1","x":1.50,"choices":[{"message":{"content":"hi"}}],
            "usage":{"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":60}}}"#;
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    })
    .await;
    let answer = world
        .chat(&echo_with("hi", &json!({ "seed": 7, "service_tier": "priority" })))
        .await;
    assert!(answer.text().contains(r#""x":1.50"#), "{}", answer.text());
    assert_eq!(answer.json()["service_tier"], "priority");
    let (headers, body) = seen.requests.lock().remove(0);
    assert_eq!(headers[header::AUTHORIZATION], "Bearer upstream-secret");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        body,
        json!({ "model": "bailiwick/echo", "messages": [{ "role": "user", "content": "hi" }], "seed": 7 })
    );
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.settled, row.estimated), (100, 7, 107, false));
}

#[tokio::test]
async fn events_are_forwarded_byte_for_byte_however_they_are_cut() {
    let (world, seen) = in_front_of(|| {
        sse(&[
            ": comment\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\nda",
            "ta: {\"choices\":[{\"delta\":{\"content\":\"é\"}}], \"y\":2}\r\n",
            "\r\ndata: not json\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
            "data: [DONE]\n\n",
        ])
    })
    .await;
    let answer = world.chat(&echo_with("hi", &json!({ "stream": true }))).await;
    assert_eq!(
        answer.text(),
        ": comment\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"service_tier\":\"default\"}\n\n\
         data: {\"choices\":[{\"delta\":{\"content\":\"é\"}}], \"y\":2}\r\n\r\ndata: not json\n\ndata: [DONE]\n\n"
    );
    let asked: Value = serde_json::from_str(&seen.requests.lock()[0].1).expect("JSON");
    assert_eq!(asked["stream_options"], json!({ "include_usage": true }));
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.estimated), (3, 2, false));
}

#[tokio::test]
async fn a_connection_serves_one_stream_after_another() {
    let (answered, counted) = watch::channel(0);
    let asked = Arc::new(AtomicUsize::new(0));
    let (url, seen) = mock_with(move || {
        let (number, mut counted) = (asked.fetch_add(1, Relaxed), counted.clone());
        let events = stream::iter(["data: {}\n\n", "data: [DONE]\n\n"]);
        // Its end comes after the client has its last event.
        let end = stream::once(async move { counted.wait_for(|answered| *answered > number).await.is_ok() });
        let body = Body::from_stream(events.chain(end.map(|_| "")).map(Ok::<_, Infallible>));
        Some(([("content-type", "text/event-stream")], body).into_response())
    })
    .await;
    let world = world(url, Timeouts::default()).await;
    // A connection is free a moment after its end came.
    for _ in 0..50 {
        assert_eq!(world.chat(&echo_with("hi", &json!({ "stream": true }))).await.status, 200);
        answered.send_modify(|answered| *answered += 1);
        let peers = seen.peers.lock().clone();
        let different: BTreeSet<_> = peers.iter().collect();
        if different.len() < peers.len() {
            return;
        }
    }
    panic!("every stream opened a connection of its own");
}

#[tokio::test]
async fn a_stream_without_usage_is_estimated() {
    let (world, _) = in_front_of(|| sse(&["data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\ndata: [DONE]\n\n"])).await;
    world.chat(&echo_with("hi", &json!({ "stream": true }))).await;
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.estimated, row.settled), (1, 2, true, 3));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_metered_and_breaks_off_for_the_client() {
    let (world, _) = in_front_of(|| {
        let first = stream::iter([Ok("data: {\"choices\":[{\"delta\":{\"content\":\"1234\"}}]}\n\n")]);
        // The pause lets the server send what it has before the connection breaks.
        let broken = stream::once(async {
            tokio::task::yield_now().await;
            Err(std::io::Error::other("gone"))
        });
        (
            [(header::CONTENT_TYPE, "text/event-stream")],
            Body::from_stream(first.chain(broken)),
        )
            .into_response()
    })
    .await;
    let body = echo_with("hi", &json!({ "stream": true })).to_string();
    let request = World::request(Method::POST, CHAT, world.secret.reveal(), body);
    let response = world.send_head(request).await;
    assert!(response.into_body().collect().await.is_err());
    let row = world.end().await.remove(0);
    assert_eq!(
        (row.error_code.as_deref(), row.tokens_out, row.estimated),
        (Some("upstream_unreachable"), 1, true)
    );
}

#[tokio::test]
async fn an_answer_that_stops_in_the_middle_times_out() {
    const BEGUN: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"1234\"}}]}\n\n";
    let stalled = |content_type: &'static str| {
        move || {
            let body = stream::iter([Ok::<_, Infallible>(BEGUN)]).chain(stream::pending());
            Some(([(header::CONTENT_TYPE, content_type)], Body::from_stream(body)).into_response())
        }
    };
    let timeouts = Timeouts {
        idle: Duration::from_millis(60),
        ..Timeouts::default()
    };
    let (url, _seen) = mock_with(stalled("text/event-stream")).await;
    let streamed = world(url, timeouts).await;
    let request = World::request(
        Method::POST,
        CHAT,
        streamed.secret.reveal(),
        echo_with("hi", &json!({ "stream": true })).to_string(),
    );
    let mut body = streamed.send_head(request).await.into_body();
    body.frame().await.expect("an event").expect("sound");
    let broken = body.frame().await.expect("no clean end").expect_err("an error");
    assert!(broken.to_string().contains("broke off"), "{broken}");
    let row = streamed.end().await.remove(0);
    assert_eq!((row.status, row.error_code.as_deref()), (504, Some("upstream_timeout")));
    assert_eq!((row.tokens_in, row.tokens_out, row.estimated, row.settled), (1, 1, true, 2));

    let (url, _seen) = mock_with(stalled("application/json")).await;
    let whole = world(url, timeouts).await;
    assert_eq!(whole.chat(&echo("hi")).await.refusal(), (504, "upstream_timeout".to_owned()));
    assert_eq!(
        whole.rows().await.remove(0).settled,
        257,
        "it may have worked as long as it was allowed"
    );
}

#[tokio::test]
async fn an_upstream_that_never_answers_times_out_and_keeps_the_estimate() {
    let (url, _seen) = mock(None).await;
    let timeouts = Timeouts {
        first_byte: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let world = world(url, timeouts).await;
    assert_eq!(world.chat(&echo("hi")).await.refusal(), (504, "upstream_timeout".to_owned()));
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.estimated, row.reserved, row.settled), (1, true, 257, 257));
    assert_eq!(world.org_tokens(), 257);
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_is_recorded() {
    let (url, seen) = mock(None).await;
    let world = world(url, Timeouts::default()).await;
    let chat = tokio::spawn({
        let request = World::request(Method::POST, CHAT, world.secret.reveal(), echo("hi").to_string());
        world.send_head(request)
    });
    seen.arrived.notified().await;
    chat.abort();
    let row = world.end().await.remove(0);
    assert_eq!(
        (row.status, row.error_code.as_deref(), row.settled),
        (499, Some("client_closed"), 257)
    );
}

#[tokio::test]
async fn a_full_upstream_refuses_after_a_bounded_wait() {
    let (url, seen) = mock(None).await;
    let timeouts = Timeouts {
        place: Duration::from_millis(30),
        ..Timeouts::default()
    };
    let world = world(url, timeouts).await;
    let first = tokio::spawn({
        let request = World::request(Method::POST, CHAT, world.secret.reveal(), echo("hi").to_string());
        world.send_head(request)
    });
    seen.arrived.notified().await;
    assert_eq!(world.chat(&echo("hi")).await.refusal(), (503, "upstream_busy".to_owned()));
    assert_eq!(world.org_tokens(), 257, "the one that waited gave everything back");
    first.abort();
}
