//! What no client should send: each gets a 4xx that names what is wrong, none a 5xx, and the log never tells a secret.

use std::io;

use futures::{StreamExt, stream};

use super::*;
use crate::testing::log::Log;

/// A chat request with one thing that is wrong.
struct Case {
    name: &'static str,
    request: Request<Body>,
    status: u16,
    /// `error.param`; nothing for what concerns the key.
    param: Option<&'static str>,
}

impl World {
    fn with_body(&self, name: &'static str, body: impl Into<Body>, status: u16, param: &'static str) -> Case {
        Case {
            name,
            request: World::request(Method::POST, CHAT, self.secret.reveal(), body),
            status,
            param: Some(param),
        }
    }

    fn with_fields(&self, name: &'static str, fields: &Value, param: &'static str) -> Case {
        self.with_body(name, echo_with("hi", fields).to_string(), 400, param)
    }

    fn with_header(&self, header: &'static str, value: &'static str, status: u16) -> Case {
        let mut case = self.with_body(header, echo("hi").to_string(), status, header);
        case.request.headers_mut().append(header, HeaderValue::from_static(value));
        case
    }

    /// The key stands somewhere, but not in one `Authorization: Bearer` header.
    fn key_elsewhere(&self, name: &'static str, path: &str, header: Option<(&'static str, String)>) -> Case {
        let mut body = echo("hi");
        body["api_key"] = self.secret.reveal().into();
        let mut request = World::request(Method::POST, path, "", body.to_string());
        request.headers_mut().remove(header::AUTHORIZATION);
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        Case {
            name,
            request,
            status: 401,
            param: None,
        }
    }

    fn cases(&self) -> Vec<Case> {
        let secret = self.secret.reveal();
        let query = format!("{CHAT}?api_key={secret}");
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{secret}:"));
        let mut twice = self.key_elsewhere("two Authorization headers", CHAT, None);
        for _ in 0..2 {
            let value = format!("Bearer {secret}").parse().expect("a header");
            twice.request.headers_mut().append(header::AUTHORIZATION, value);
        }
        let endless = stream::repeat(Bytes::from(vec![b' '; 65_536])).map(Ok::<_, io::Error>);
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(io::Error::other("gone"))]);
        vec![
            self.with_body("nothing", "", 400, "body"),
            self.with_body("half an object", "{\"model\":", 400, "body"),
            self.with_body("a list", "[]", 400, "body"),
            self.with_body("a secret as JSON", secret.to_owned(), 400, "body"),
            self.with_body("no UTF-8", &b"{\"model\":\"\xff\xfe\"}"[..], 400, "body"),
            self.with_body("a NUL", &b"\0"[..], 400, "body"),
            self.with_body("brackets", "[".repeat(10_000), 400, "body"),
            self.with_body("nested objects", "{\"a\":".repeat(10_000), 400, "body"),
            self.with_body("10 MB", format!("{{\"x\":\"{}\"}}", "x".repeat(10 * 1024 * 1024)), 413, "body"),
            self.with_body("an endless body", Body::from_stream(endless), 413, "body"),
            self.with_body(
                "a body that never comes",
                Body::from_stream(stream::pending::<io::Result<Bytes>>()),
                408,
                "body",
            ),
            self.with_body("a body that breaks off", Body::from_stream(broken), 400, "body"),
            self.with_body("no model", json!({ "messages": [] }).to_string(), 400, "model"),
            self.with_fields("a model that is a number", &json!({ "model": 7 }), "model"),
            self.with_fields("messages that are a text", &json!({ "messages": "hi" }), "messages"),
            self.with_fields("a message that is a number", &json!({ "messages": [1] }), "messages[0]"),
            self.with_fields("a negative maximum", &json!({ "max_tokens": -1 }), "max_tokens"),
            self.with_fields("half a token", &json!({ "max_tokens": 0.5 }), "max_tokens"),
            self.with_fields("an absurd maximum", &json!({ "max_tokens": u64::MAX }), "max_tokens"),
            self.with_fields(
                "more than fits",
                &json!({ "max_completion_tokens": 128_001 }),
                "max_completion_tokens",
            ),
            self.with_fields(
                "a maximum that is a text",
                &json!({ "max_completion_tokens": "9" }),
                "max_completion_tokens",
            ),
            self.with_fields("a thousand choices", &json!({ "n": 1_000 }), "n"),
            self.with_fields("a stream that is a number", &json!({ "stream": 1 }), "stream"),
            self.with_fields("an unknown tier", &json!({ "service_tier": "gold" }), "service_tier"),
            self.with_fields("a tier that is a list", &json!({ "service_tier": [] }), "service_tier"),
            self.with_header("queue_threshold", "abc", 400),
            self.with_header("queue_threshold", "49", 400),
            self.with_header("content-encoding", "gzip", 415),
            self.key_elsewhere("no key but in the body", CHAT, None),
            self.key_elsewhere("a key in the address", &query, None),
            self.key_elsewhere("another header", CHAT, Some(("x-api-key", secret.to_owned()))),
            self.key_elsewhere("Basic", CHAT, Some(("authorization", format!("Basic {basic}")))),
            self.key_elsewhere("no scheme", CHAT, Some(("authorization", secret.to_owned()))),
            self.key_elsewhere("a typo in the key", CHAT, Some(("authorization", format!("Bearer {secret}x")))),
            self.key_elsewhere(
                "two keys in one",
                CHAT,
                Some(("authorization", format!("Bearer {secret}, Bearer {secret}"))),
            ),
            twice,
        ]
    }
}

#[tokio::test]
async fn bad_input_is_a_4xx_that_names_what_is_wrong_and_no_secret_is_logged() {
    let (log, _logging) = Log::of(tracing::Level::TRACE);
    let timeouts = Timeouts {
        body: Duration::from_millis(200),
        ..Timeouts::default()
    };
    let world = World::with(catalog(), timeouts).await;
    for Case {
        name,
        request,
        status,
        param,
    } in world.cases()
    {
        let answer = world.send(request).await;
        let error = answer.json()["error"].clone();
        assert_eq!(answer.status.as_u16(), status, "{name}: {error}");
        assert_eq!(error["param"].as_str(), param, "{name}: {error}");
        let message = error["message"].as_str().expect("a message");
        match param {
            Some("body") => assert!(message.contains("body"), "{name}: {message}"),
            Some(param) => assert!(message.to_lowercase().contains(param), "{name}: {message}"),
            None => assert!(message.contains("`Authorization: Bearer bw_…`"), "{name}: {message}"),
        }
        assert!(!answer.text().contains(world.secret.reveal()), "{name}: {error}");
    }
    assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);
    assert_eq!(world.end().await.len(), 1, "nothing else was admitted");
    tracing::info!("the end of the log");
    let logged = log.text();
    assert!(logged.contains("the end of the log"));
    let (_, random) = world.secret.reveal().split_at(8);
    assert!(!logged.contains(random), "{logged}");
}
