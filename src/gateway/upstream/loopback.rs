//! The built-in simulator: it echoes the last user message, deterministically, and counts its tokens truthfully.
//!
//! A token is a word or a run of punctuation, with the white space before it. Every answer carries the fingerprint
//! `bailiwick-loopback`, so that nobody takes it for a model.

use std::{collections::VecDeque, io, time::Duration};

use app::model::time::SECOND;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerBody, Call};

/// Tokens that `echo-large` writes when it may.
const LARGE: usize = 256;
/// Tokens of an answer without a maximum.
const DEFAULT_MAX: usize = 4_096;

pub(super) struct Loopback {
    /// Time from one streamed token to the next.
    pub pace: Duration,
}

#[derive(Deserialize)]
struct Body {
    model: String,
    messages: Vec<Message>,
    max_completion_tokens: Option<usize>,
    max_tokens: Option<usize>,
    n: Option<usize>,
    stream_options: Option<StreamOptions>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

impl Message {
    fn text(&self) -> String {
        match &self.content {
            None => String::new(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Parts(parts)) => parts.iter().filter_map(|part| part.text.as_deref()).collect::<Vec<_>>().join(" "),
        }
    }
}

/// What the simulator says, before it is written down.
struct Reply {
    id: String,
    model: String,
    created: i64,
    tokens: Vec<String>,
    finish: &'static str,
    choices: usize,
    usage: Value,
}

impl Loopback {
    pub(super) fn answer(&self, call: &Call) -> Response<AnswerBody> {
        let body: Body = match serde_json::from_slice(&call.body) {
            Ok(body) => body,
            Err(error) => return refuse(&error),
        };
        let shows_usage = body.stream_options.as_ref().and_then(|options| options.include_usage) == Some(true);
        let reply = reply(&body, call);
        if call.stream {
            let events = reply.events(shows_usage);
            respond(StatusCode::OK, "text/event-stream", self.paced(events))
        } else {
            let text = reply.whole().to_string();
            respond(StatusCode::OK, "application/json", whole(text))
        }
    }

    fn paced(&self, events: VecDeque<String>) -> AnswerBody {
        let pace = self.pace;
        let stream = stream::unfold((events, true), move |(mut events, is_first)| async move {
            let event = events.pop_front()?;
            if !is_first && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            Some((Ok::<_, io::Error>(Frame::data(Bytes::from(event))), (events, false)))
        });
        AnswerBody::new(StreamBody::new(stream))
    }
}

fn reply(body: &Body, call: &Call) -> Reply {
    let last_user = body.messages.iter().rev().find(|message| message.role == "user");
    let said = last_user.map(Message::text).unwrap_or_default();
    let max = body.max_completion_tokens.or(body.max_tokens);
    let limit = max.unwrap_or(DEFAULT_MAX);
    let mut wanted = split(&said);
    if body.model.ends_with("echo-large") && !wanted.is_empty() {
        if let Some(first) = wanted.first_mut().filter(|first| !first.starts_with(char::is_whitespace)) {
            first.insert(0, ' ');
        }
        wanted = wanted.into_iter().cycle().take(LARGE).collect();
        wanted[0].remove(0);
    }
    let finish = if wanted.len() > limit { "length" } else { "stop" };
    wanted.truncate(limit);
    let choices = body.n.unwrap_or(1);
    let prompt: usize = body.messages.iter().map(|message| split(&message.text()).len()).sum();
    let completion = wanted.len() * choices;
    Reply {
        id: format!("chatcmpl-{}", call.id.as_str().trim_start_matches("req_")),
        model: body.model.clone(),
        created: call.at.0 / SECOND,
        tokens: wanted,
        finish,
        choices,
        usage: json!({ "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion }),
    }
}

impl Reply {
    fn whole(&self) -> Value {
        let text: String = self.tokens.concat();
        let choice = |index| {
            json!({
                "index": index,
                "message": { "role": "assistant", "content": text, "refusal": null },
                "logprobs": null,
                "finish_reason": self.finish,
            })
        };
        let choices: Vec<Value> = (0..self.choices).map(choice).collect();
        let mut answer = self.envelope("chat.completion", &choices);
        answer["usage"] = self.usage.clone();
        answer
    }

    /// One event a token, all choices in step; then the end, the usage and `[DONE]`.
    fn events(&self, shows_usage: bool) -> VecDeque<String> {
        let chunk = |delta: &Value, finish: Option<&str>| {
            let choice = |index| json!({ "index": index, "delta": delta, "logprobs": null, "finish_reason": finish });
            let choices: Vec<Value> = (0..self.choices).map(choice).collect();
            format!("data: {}\n\n", self.envelope("chat.completion.chunk", &choices))
        };
        let mut events = VecDeque::from([chunk(&json!({ "role": "assistant", "content": "" }), None)]);
        events.extend(self.tokens.iter().map(|token| chunk(&json!({ "content": token }), None)));
        events.push_back(chunk(&json!({}), Some(self.finish)));
        if shows_usage {
            let mut last = self.envelope("chat.completion.chunk", &[]);
            last["usage"] = self.usage.clone();
            events.push_back(format!("data: {last}\n\n"));
        }
        events.push_back("data: [DONE]\n\n".to_owned());
        events
    }

    fn envelope(&self, object: &str, choices: &[Value]) -> Value {
        json!({
            "id": self.id,
            "object": object,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": "bailiwick-loopback",
            "choices": choices,
        })
    }
}

fn refuse(error: &serde_json::Error) -> Response<AnswerBody> {
    let body = json!({ "error": { "message": format!("The simulator cannot read this request: {error}."), "type": "invalid_request_error",
        "param": null, "code": "invalid_request" } });
    respond(StatusCode::BAD_REQUEST, "application/json", whole(body.to_string()))
}

fn whole(text: String) -> AnswerBody {
    AnswerBody::new(Full::new(Bytes::from(text)).map_err(|never| match never {}))
}

fn respond(status: StatusCode, content_type: &'static str, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Words and runs of punctuation, each with the white space before it; together they are the text again.
fn split(text: &str) -> Vec<String> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Class {
        Space,
        Word,
        Mark,
    }
    let class = |c: char| match c {
        _ if c.is_whitespace() => Class::Space,
        _ if c.is_alphanumeric() || c == '_' => Class::Word,
        _ => Class::Mark,
    };
    let mut tokens: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut last = Class::Space;
    for c in text.chars() {
        let this = class(c);
        if last != Class::Space && this != last {
            tokens.push(std::mem::take(&mut current));
        }
        current.push(c);
        last = this;
    }
    match tokens.last_mut() {
        Some(token) if last == Class::Space => token.push_str(&current),
        _ if last != Class::Space => tokens.push(current),
        _ => {}
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_a_word_or_a_run_of_punctuation() {
        assert_eq!(split("Hello, world!! "), ["Hello", ",", " world", "!! "]);
        assert_eq!(split("  \n"), Vec::<String>::new());
        assert_eq!(split("a_1 é"), ["a_1", " é"]);
    }

    proptest! {
        #[test]
        fn tokens_together_are_the_text(text in "[a-z ,.]{0,40}") {
            let joined = split(&text).concat();
            prop_assert_eq!(joined, if text.trim().is_empty() { "" } else { text.as_str() });
        }
    }
}
