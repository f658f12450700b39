//! Streams: whole, with and without usage, and left in the middle.

use super::*;

/// The JSON of every event; the last is `[DONE]` and is left out.
fn events(text: &str) -> Vec<Value> {
    let (body, done) = text.split_at(text.len() - "data: [DONE]\n\n".len());
    assert_eq!(done, "data: [DONE]\n\n");
    let events = body
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").expect("data"));
    events.map(|data| serde_json::from_str(data).expect("JSON")).collect()
}

#[tokio::test]
async fn a_stream_comes_whole_and_the_usage_is_hidden_unless_asked_for() {
    let world = World::new().await;
    for (options, shown) in [(json!(null), false), (json!({ "include_usage": true }), true)] {
        let body = echo_with("one two, three", &json!({ "stream": true, "stream_options": options }));
        let answer = world.chat(&body).await;
        assert_eq!(answer.header("content-type"), Some("text/event-stream"));
        let events = events(answer.text());
        let text: String = events
            .iter()
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
            .collect();
        assert_eq!(text, "one two, three");
        assert_eq!(events[0]["service_tier"], "default");
        let usage: Vec<_> = events.iter().filter(|event| !event["usage"].is_null()).collect();
        assert_eq!(usage.len(), usize::from(shown));
        if shown {
            assert_eq!(
                usage[0]["usage"],
                json!({ "prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8 })
            );
        }
    }
    for row in world.rows().await {
        assert_eq!((row.tokens_in, row.tokens_out, row.estimated, row.settled), (4, 4, false, 8));
    }
}

#[tokio::test]
async fn the_last_event_waits_for_the_record() {
    let world = World::new().await;
    let body = echo_with("a b", &json!({ "stream": true })).to_string();
    let request = World::request(Method::POST, CHAT, world.secret.reveal(), body);
    let mut body = world.send_head(request).await.into_body();
    // SQLite has one writer at a time: metering cannot commit before this transaction ends.
    let blocker = world.db.db.write().await.expect("begin");
    // Role, two tokens, finish.
    for _ in 0..4 {
        body.frame().await.expect("an event").expect("sound");
    }
    let last = tokio::time::timeout(Duration::from_millis(150), body.frame()).await;
    assert!(last.is_err(), "it does not go before the record");
    blocker.commit().await.expect("commit");
    let last = body.frame().await.expect("an event").expect("sound").into_data().expect("data");
    assert_eq!(last, "data: [DONE]\n\n");
    assert_eq!(world.rows().await.len(), 1);
}

#[tokio::test]
async fn a_client_that_leaves_is_metered_from_the_estimate_and_what_was_forwarded() {
    let world = World::with(with_quota(Metric::Tokens, 1_000_000), Timeouts::default()).await;
    let body = echo_with("abcdefgh abcdefg abcdefg abcdefg", &json!({ "stream": true })).to_string();
    let request = World::request(Method::POST, CHAT, world.secret.reveal(), body);
    let mut body = world.send_head(request).await.into_body();
    for _ in 0..3 {
        body.frame().await.expect("an event").expect("sound");
    }
    drop(body);
    let row = world.end().await.remove(0);
    assert_eq!(
        (row.status, row.error_code.as_deref(), row.estimated),
        (499, Some("client_closed"), true)
    );
    // Two tokens were read, and nothing is read ahead.
    assert_eq!((row.tokens_in, row.tokens_out, row.reserved), (8, 4, 8 + 256));
    assert_eq!(row.settled, row.tokens_in + row.tokens_out);
    assert_eq!(world.org_tokens(), row.settled.unsigned_abs());
}
