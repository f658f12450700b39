//! An upstream whose places are taken: who goes first, who is turned away, and what that costs.

use axum::response::IntoResponse;
use futures::stream;
use tokio::task::JoinHandle;

use super::{
    upstreams::{in_catalog, mock, world},
    *,
};
use crate::gateway::OfUpstream;

/// An answer that never ends: its place is held until it is dropped.
fn endless() -> axum::response::Response {
    let body = stream::pending::<Result<Bytes, std::io::Error>>();
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

impl World {
    fn streaming(&self, content: &str, tier: &str) -> Request<Body> {
        let body = echo_with(content, &json!({ "stream": true, "service_tier": tier }));
        World::request(Method::POST, CHAT, self.secret.reveal(), body.to_string())
    }

    /// A request that waits for its place.
    async fn waiter(&self, content: &str, tier: &str) -> JoinHandle<axum::response::Response> {
        let before = self.waiting();
        let answer = self.send_head(self.streaming(content, tier));
        let waiter = tokio::spawn(answer);
        while self.waiting() == before {
            tokio::task::yield_now().await;
        }
        waiter
    }

    fn waiting(&self) -> i64 {
        let upstream = OfUpstream {
            upstream: "loopback".to_owned(),
        };
        self.gateway.waiting.get_or_create(&upstream).get()
    }

    fn flex(&self, threshold: &str) -> Request<Body> {
        let mut request = self.streaming("hi", "flex");
        request
            .headers_mut()
            .insert("queue_threshold", threshold.parse().expect("a header"));
        request
    }
}

#[tokio::test]
async fn waiting_requests_run_in_the_order_of_their_tiers() {
    let (url, seen) = mock(Some(endless)).await;
    let world = world(url, Timeouts::default()).await;
    let mut running = world.send_head(world.streaming("first", "flex")).await;
    let mut waiters = Vec::new();
    for (content, tier) in [("one", "flex"), ("two", "default"), ("three", "priority"), ("four", "default")] {
        waiters.push((content, world.waiter(content, tier).await));
    }
    let left = world.waiter("left", "priority").await;
    left.abort();
    assert!(left.await.expect_err("aborted").is_cancelled());
    assert_eq!(world.waiting(), 4, "who leaves frees its place in the queue at once");
    for expected in ["three", "two", "four", "one"] {
        drop(running);
        let at = waiters.iter().position(|(content, _)| *content == expected).expect("waits");
        running = waiters.remove(at).1.await.expect("no panic");
        let body: Value = serde_json::from_str(&seen.requests.lock().last().expect("one").1).expect("JSON");
        assert_eq!(body["messages"][0]["content"], expected);
        assert_eq!(body.get("service_tier"), None);
    }
    drop(running);
    let rows = world.end().await;
    let left = rows.iter().find(|row| row.settled == 0).expect("who left was never sent");
    assert_eq!((left.status, left.tokens_in, rows.len()), (499, 0, 6));
}

#[tokio::test]
async fn a_wait_longer_than_the_threshold_is_refused_at_once_and_costs_nothing() {
    let (url, _seen) = mock(Some(endless)).await;
    let world = world(url, Timeouts::default()).await;
    let free = world.send_head(world.flex("50")).await;
    assert_eq!(free.status(), StatusCode::OK, "a free place is taken whatever the threshold");
    world.seed.clock.advance(2_500);
    let reserved = world.org_tokens();
    let refused = world.send(world.flex("2499")).await;
    assert_eq!(refused.refusal(), (429, "queue_exceeded".to_owned()));
    let error = &refused.json()["error"];
    assert_eq!((&error["type"], &error["param"]), (&json!("requests"), &json!("queue")));
    assert_eq!(refused.header("retry-after"), Some("3"));
    assert!(refused.header("x-ratelimit-remaining-tokens").is_some());
    assert_eq!(world.org_tokens(), reserved, "everything is given back");
    let row = world.rows().await.remove(0);
    assert_eq!(
        (row.status, row.error_code.as_deref(), row.refused_level, row.settled),
        (429, Some("queue_exceeded"), None, 0)
    );
    drop(free);
}

#[tokio::test]
async fn a_threshold_belongs_to_flex_and_auto() {
    let world = World::new().await;
    for tier in ["default", "priority"] {
        let mut request = world.streaming("hi", tier);
        request.headers_mut().insert("queue_threshold", HeaderValue::from_static("100"));
        let answer = world.send(request).await;
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
        assert_eq!(answer.json()["error"]["param"], "queue_threshold");
    }
    assert_eq!(world.rows().await, [], "nothing was admitted");
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let (url, _seen) = mock(Some(endless)).await;
    let world = World::with(in_catalog(url, 0), Timeouts::default()).await;
    let held = world.send_head(world.streaming("hi", "default")).await;
    let used = world.org_tokens();
    assert_eq!(world.chat(&echo("hi")).await.refusal(), (503, "upstream_busy".to_owned()));
    assert_eq!(world.org_tokens(), used);
    drop(held);
}
