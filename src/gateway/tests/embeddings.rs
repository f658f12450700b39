//! `POST /v1/embeddings`: the simulator's vectors, what is recorded, and what an upstream is sent.

use axum::response::IntoResponse;

use super::{upstreams::in_front_of, *};

fn embed(input: &Value) -> Value {
    json!({ "model": "bailiwick/embed", "input": input })
}

#[tokio::test]
async fn every_shape_of_input_is_embedded_counted_and_recorded() {
    let world = World::with(with_quota(Metric::Tokens, 1_000_000), Timeouts::default()).await;
    for (input, vectors, tokens) in [
        (json!("two words"), 1, 2),
        (json!(["one", "one two"]), 2, 3),
        (json!([1, 2, 3]), 1, 3),
        (json!([[1, 2], [3]]), 2, 3),
    ] {
        let answer = world.embed(&embed(&input)).await;
        assert_eq!(answer.status, StatusCode::OK, "{input}");
        let body = answer.json();
        assert_eq!((&body["object"], &body["model"]), (&json!("list"), &json!("bailiwick/embed")));
        assert_eq!(body["usage"], json!({ "prompt_tokens": tokens, "total_tokens": tokens }));
        assert_eq!(body["service_tier"], "default");
        let data = body["data"].as_array().expect("a list");
        assert_eq!(data.len(), vectors);
        for (index, item) in data.iter().enumerate() {
            assert_eq!((&item["object"], &item["index"]), (&json!("embedding"), &json!(index)));
            assert_eq!(item["embedding"].as_array().map(Vec::len), Some(256));
        }
        assert!(answer.header("x-ratelimit-remaining-tokens").is_some());
    }
    let rows = world.end().await;
    let counted: Vec<_> = rows.iter().map(|row| (row.tokens_in, row.tokens_out, row.estimated)).collect();
    assert_eq!(counted, [(2, 0, false), (3, 0, false), (3, 0, false), (3, 0, false)]);
    assert_eq!(rows[0].reserved, 3, "9 bytes, and no output");
    assert_eq!(world.org_tokens(), 11, "the estimates are settled");
}

#[tokio::test]
async fn dimensions_and_encoding_are_the_upstreams_to_judge() {
    let world = World::new().await;
    let mut body = embed(&json!("hello"));
    (body["dimensions"], body["encoding_format"]) = (json!(4), json!("base64"));
    let answer = world.embed(&body).await.json();
    assert_eq!(answer["data"][0]["embedding"].as_str().map(str::len), Some(24), "16 bytes");
    for (field, value) in [
        ("dimensions", json!(0)),
        ("dimensions", json!(1_025)),
        ("encoding_format", json!("hex")),
    ] {
        let mut body = embed(&json!("hello"));
        body[field] = value;
        let answer = world.embed(&body).await;
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn a_model_answers_at_its_own_endpoint_only() {
    let world = World::new().await;
    let mut chat = echo("hi");
    chat["model"] = json!("bailiwick/embed");
    let mut vector = embed(&json!("hi"));
    vector["model"] = json!("bailiwick/echo");
    for answer in [world.chat(&chat).await, world.embed(&vector).await] {
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
        assert_eq!(answer.json()["error"]["param"], "model");
    }
    assert_eq!(world.rows().await, [], "nothing was admitted");
}

#[tokio::test]
async fn an_upstream_gets_everything_but_our_own_field_and_its_count_holds() {
    let (world, seen) = in_front_of(|| {
        let body = r#"{"object":"list","data":[{"embedding":"AAAA"}],"usage":{"prompt_tokens":40,"total_tokens":40}}"#;
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    })
    .await;
    let mut body = embed(&json!(["hi"]));
    (body["user"], body["service_tier"], body["dimensions"]) = (json!("u-1"), json!("flex"), json!(3));
    let answer = world.embed(&body).await.json();
    assert_eq!(
        (&answer["data"][0]["embedding"], &answer["service_tier"]),
        (&json!("AAAA"), &json!("flex"))
    );
    assert_eq!(seen.paths.lock().as_slice(), ["/v1/embeddings"]);
    let sent: Value = serde_json::from_str(&seen.requests.lock()[0].1).expect("JSON");
    assert_eq!(
        sent,
        json!({ "model": "bailiwick/embed", "input": ["hi"], "user": "u-1", "dimensions": 3 })
    );
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.settled, row.estimated), (40, 0, 40, false));
}

#[tokio::test]
async fn an_answer_without_a_count_is_metered_from_the_estimate() {
    let (world, _) = in_front_of(|| ([(header::CONTENT_TYPE, "application/json")], r#"{"data":[]}"#).into_response()).await;
    world.embed(&embed(&json!("12345678"))).await;
    let row = world.rows().await.remove(0);
    assert_eq!((row.tokens_in, row.tokens_out, row.settled, row.estimated), (2, 0, 2, true));
}
