//! What the client is told of an upstream that refuses, errs or is away.

use axum::response::IntoResponse;
use tokio::net::TcpListener;

use super::{
    upstreams::{Reply, in_front_of, mock_with, world},
    *,
};

#[tokio::test]
async fn errors_of_the_upstream_are_passed_on_as_they_are() {
    for status in [400, 404, 409, 422, 429, 500, 502, 503, 504, 529] {
        let reply = move || {
            let status = StatusCode::from_u16(status).expect("a status");
            Some((status, [(header::RETRY_AFTER, "7")], r#"{"error":{"code":"theirs"}}"#).into_response())
        };
        let (url, _seen) = mock_with(reply).await;
        let world = world(url, Timeouts::default()).await;
        for stream in [false, true] {
            let answer = world.chat(&echo_with("hi", &json!({ "stream": stream }))).await;
            assert_eq!(answer.refusal(), (status, "theirs".to_owned()));
            assert_eq!(answer.header("retry-after"), Some("7"));
        }
        let row = world.rows().await.remove(0);
        assert_eq!(
            (row.status, row.error_code.as_deref(), row.refused_level, row.settled),
            (i64::from(status), Some("upstream_error"), None, 0)
        );
        assert_eq!(world.org_tokens(), 0);
    }
}

#[tokio::test]
async fn a_refusal_of_the_operators_secret_is_no_fault_of_the_client() {
    let (world, _) = in_front_of(|| (StatusCode::UNAUTHORIZED, "Incorrect key: upstream-secret").into_response()).await;
    let answer = world.chat(&echo("hi")).await;
    assert_eq!(answer.refusal(), (502, "upstream_unauthorized".to_owned()));
    assert!(!answer.text().contains("upstream-secret"));
}

#[tokio::test]
async fn what_concerns_the_operators_account_and_redirects_are_no_answers() {
    for (reply, code) in [
        (
            (|| (StatusCode::PAYMENT_REQUIRED, "Account 4711 has no credit").into_response()) as Reply,
            "upstream_error",
        ),
        (
            || {
                (
                    StatusCode::FOUND,
                    [(header::LOCATION, "https://inner.example/4711")],
                    "moved to 4711",
                )
                    .into_response()
            },
            "upstream_unreachable",
        ),
    ] {
        let (world, _) = in_front_of(reply).await;
        let answer = world.chat(&echo("hi")).await;
        assert_eq!(answer.refusal(), (502, code.to_owned()));
        assert!(!answer.text().contains("4711") && answer.header("location").is_none());
        let row = world.rows().await.remove(0);
        assert_eq!((row.status, row.error_code.as_deref(), row.settled), (502, Some(code), 0));
        assert_eq!(world.org_tokens(), 0);
    }
}

#[tokio::test]
async fn an_upstream_that_is_not_there_costs_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port")
        .local_addr()
        .expect("an address");
    let world = world(format!("http://{closed}/v1").parse().expect("a URL"), Timeouts::default()).await;
    assert_eq!(world.chat(&echo("hi")).await.refusal(), (502, "upstream_unreachable".to_owned()));
    let row = world.rows().await.remove(0);
    assert_eq!((row.settled, row.tokens_in, row.estimated), (0, 0, false));
    assert_eq!(world.org_tokens(), 0, "everything is given back");
}
