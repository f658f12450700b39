//! What is metered when an upstream counts badly, late or not at all.

use axum::response::IntoResponse;
use futures::{StreamExt, stream};

use super::{
    upstreams::{Reply, in_front_of, mock_with, sse, world},
    *,
};

/// Tokens in and out, and whether they are estimated, of one streamed request (input estimate: 1).
async fn streamed(reply: Reply) -> (i64, i64, bool) {
    let (world, _) = in_front_of(reply).await;
    world.chat(&echo_with("hi", &json!({ "stream": true }))).await;
    let row = world.rows().await.remove(0);
    assert_eq!(row.settled, row.tokens_in + row.tokens_out);
    (row.tokens_in, row.tokens_out, row.estimated)
}

#[tokio::test]
async fn whatever_is_forwarded_counts() {
    let tool =
        streamed(|| sse(&["data: {\"choices\":[{\"delta\":{\"content\":\"\",\"tool_calls\":[{\"x\":\"12345678901234567890\"}]}}]}\n\n"]))
            .await;
    assert_eq!(tool, (1, 8, true), "a tool call");
    let lines = streamed(|| sse(&["data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"12345678\"}}]}\n\n"])).await;
    assert_eq!(lines, (1, 2, true), "an event of several lines");
    let mark = streamed(|| sse(&["\u{feff}data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\n"])).await;
    assert_eq!(mark, (1, 2, true), "a byte order mark");
    let text = streamed(|| sse(&["data: twelve bytes\n\n"])).await;
    assert_eq!(text, (1, 5, true), "no JSON: all 20 bytes");
    let rest = streamed(|| sse(&["data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}"])).await;
    assert_eq!(rest, (1, 2, true), "the rest at the end");
}

#[tokio::test]
async fn a_usage_in_the_rest_at_the_end_counts_and_stays_hidden() {
    let (world, _) = in_front_of(|| sse(&["data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}"])).await;
    let answer = world.chat(&echo_with("hi", &json!({ "stream": true }))).await;
    assert_eq!(answer.text(), "");
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.estimated), (3, 2, false));
}

#[tokio::test]
async fn half_a_count_and_a_count_before_the_text_are_no_final_counts() {
    let half = streamed(|| {
        sse(&[
            "data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3}}\n\ndata: [DONE]\n\n",
        ])
    });
    assert_eq!(half.await, (1, 2, true));
    let early = streamed(|| {
        sse(&[
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":0}}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\ndata: [DONE]\n\n",
        ])
    });
    assert_eq!(early.await, (3, 2, true));
}

#[tokio::test]
async fn a_count_that_cannot_be_is_worth_nothing() {
    for usage in [
        r#"{"prompt_tokens":18446744073709551615,"completion_tokens":18446744073709551615}"#,
        r#"{"prompt_tokens":1,"completion_tokens":128001}"#,
        r#"{"prompt_tokens":128001,"completion_tokens":1}"#,
    ] {
        let events = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"1234\"}}}}],\"usage\":{usage}}}\n\ndata: [DONE]\n\n");
        let reply = move || Some(([(header::CONTENT_TYPE, "text/event-stream")], events.clone()).into_response());
        let (url, _seen) = mock_with(reply).await;
        let world = world(url, Timeouts::default()).await;
        world.chat(&echo_with("hi", &json!({ "stream": true }))).await;
        let row = world.rows().await.remove(0);
        assert_eq!((row.tokens_in, row.tokens_out, row.estimated), (1, 1, true), "{usage}");
    }
}

#[tokio::test]
async fn an_early_count_survives_a_client_that_leaves_and_an_upstream_that_breaks() {
    const EARLY: &str =
        "data: {\"choices\":[{\"delta\":{\"content\":\"1234\"}}],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":9}}\n\n";
    let endless = || {
        let body = stream::iter([Ok::<_, std::io::Error>(EARLY)]).chain(stream::pending());
        ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
    };
    let broken = || {
        let end = stream::once(async {
            tokio::task::yield_now().await;
            Err(std::io::Error::other("gone"))
        });
        let body = stream::iter([Ok(EARLY)]).chain(end);
        ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
    };
    for (reply, code) in [(endless as Reply, "client_closed"), (broken as Reply, "upstream_unreachable")] {
        let (world, _) = in_front_of(reply).await;
        let body = echo_with("hi", &json!({ "stream": true })).to_string();
        let request = World::request(Method::POST, CHAT, world.secret.reveal(), body);
        let mut body = world.send_head(request).await.into_body();
        body.frame().await.expect("an event").expect("sound");
        if code == "upstream_unreachable" {
            assert!(body.frame().await.expect("an end").is_err());
        }
        drop(body);
        let row = world.end().await.remove(0);
        assert_eq!(
            (row.error_code.as_deref(), row.tokens_in, row.tokens_out, row.estimated),
            (Some(code), 50, 9, true)
        );
    }
}
