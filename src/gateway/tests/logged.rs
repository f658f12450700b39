//! What the log tells of requests that fail: always with the id that the client was given.

use tracing::Level;

use super::{
    upstreams::{in_front_of, mock_with, world},
    *,
};
use crate::testing::log::Log;

impl World {
    /// Sends a chat request to its end, and checks that the log tells this of it, and under its id.
    async fn logs(&self, stream: bool, told: &str) {
        let (log, _logging) = Log::of(Level::WARN);
        let body = echo_with("hi", &json!({ "stream": stream })).to_string();
        let arrival = self.arrival();
        let id = format!("id=\"{}\"", arrival.id);
        let request = World::request(Method::POST, CHAT, self.secret.reveal(), body);
        let answer = Arc::clone(&self.gateway).answer(arrival, request).await;
        let _ = answer.into_body().collect().await;
        let lines = log.with(told);
        assert_eq!(lines.len(), 1, "{told}: {}", log.text());
        assert!(lines[0].contains(&id), "{id}: {}", lines[0]);
    }
}

#[tokio::test]
async fn a_record_that_is_not_taken_is_logged_with_the_id() {
    let timeouts = Timeouts {
        durable: Duration::from_millis(50),
        ..Timeouts::default()
    };
    for stream in [false, true] {
        let world = World::with(catalog(), timeouts).await;
        assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);
        world.seed.sql("ALTER TABLE requests RENAME TO requests_away").await;
        world.logs(stream, "the database did not take the record in time").await;
    }
}

#[tokio::test]
async fn a_failing_database_is_logged_with_the_id() {
    let world = World::new().await;
    world.db.db.close().await;
    world.logs(false, "the gateway could not serve a request").await;
}

#[tokio::test]
async fn an_upstream_that_fails_is_logged_with_the_id() {
    let gone = world("http://127.0.0.1:1/v1".parse().expect("a URL"), Timeouts::default()).await;
    gone.logs(false, "an upstream gave no answer").await;
    let (refusing, _) = in_front_of(|| axum::response::IntoResponse::into_response(StatusCode::UNAUTHORIZED)).await;
    refusing.logs(false, "an upstream refused the configured secret").await;
    let (redirecting, _) = in_front_of(|| axum::response::IntoResponse::into_response(StatusCode::FOUND)).await;
    redirecting.logs(false, "an upstream redirects").await;
}

#[tokio::test]
async fn an_impossible_count_is_logged_with_the_id() {
    let counted = r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":128001}}"#;
    let reply = move || {
        let headers = [(header::CONTENT_TYPE, "application/json")];
        Some(axum::response::IntoResponse::into_response((headers, counted)))
    };
    let (url, _seen) = mock_with(reply).await;
    world(url, Timeouts::default())
        .await
        .logs(false, "an upstream counted more tokens")
        .await;
}
