//! The built-in simulator: it echoes the last user message, or embeds texts, deterministically, and counts its tokens
//! truthfully.
//!
//! A token is a word or a run of punctuation, with the white space before it, 64 bytes at most. Every answer carries the fingerprint
//! `bailiwick-loopback`, so that nobody takes it for a model.

mod embeddings;

use std::{fmt, io, time::Duration};

use app::model::time::SECOND;
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerBody, Call};
use crate::gateway::endpoint::Endpoint;

/// Tokens that `echo-large` writes when it may.
const LARGE: usize = 256;
/// Tokens of an answer without a maximum.
const DEFAULT_MAX: usize = 4_096;
/// Bytes of a token at most.
const MAX_TOKEN: usize = 64;
/// Bytes of all choices of an answer at most.
const MAX_TEXT: usize = 16 * 1024 * 1024;

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
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

impl Message {
    fn text(&self) -> String {
        match &self.content {
            None => String::new(),
            Some(Content::Text(text)) => text.clone(),
            Some(Content::Parts(parts)) => {
                let texts = parts
                    .iter()
                    .filter(|part| part.kind == "text")
                    .filter_map(|part| part.text.as_deref());
                texts.collect::<Vec<_>>().join(" ")
            }
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
        match call.endpoint {
            Endpoint::Chat => self.chat(call),
            Endpoint::Embeddings => embeddings::answer(call),
        }
    }

    fn chat(&self, call: &Call) -> Response<AnswerBody> {
        let body: Body = match serde_json::from_slice(&call.body) {
            Ok(body) => body,
            Err(error) => return refuse(format_args!("The simulator cannot read this request: {error}.")),
        };
        let shows_usage = body.stream_options.as_ref().and_then(|options| options.include_usage) == Some(true);
        let reply = reply(&body, call);
        if reply.bytes() > MAX_TEXT {
            return refuse(format_args!(
                "The simulator writes at most {MAX_TEXT} bytes in one answer: say less, or ask for fewer choices."
            ));
        }
        if call.stream {
            respond(StatusCode::OK, "text/event-stream", self.paced(reply, shows_usage))
        } else {
            let text = reply.whole().to_string();
            respond(StatusCode::OK, "application/json", whole(text))
        }
    }

    /// The events, each written when it is its turn.
    fn paced(&self, reply: Reply, shows_usage: bool) -> AnswerBody {
        let pace = self.pace;
        let stream = stream::unfold((reply, 0), move |(reply, index)| async move {
            let event = reply.event(index, shows_usage)?;
            if index > 0 && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            Some((Ok::<_, io::Error>(Frame::data(Bytes::from(event))), (reply, index + 1)))
        });
        AnswerBody::new(StreamBody::new(stream))
    }
}

fn reply(body: &Body, call: &Call) -> Reply {
    let last_user = body.messages.iter().rev().find(|message| message.role == "user");
    let said = last_user.map(Message::text).unwrap_or_default();
    let max = body.max_completion_tokens.or(body.max_tokens);
    let limit = max.unwrap_or(DEFAULT_MAX);
    let heard = split(&said).count();
    let is_large = body.model.ends_with("echo-large") && heard > 0;
    let wanted = if is_large { LARGE } else { heard };
    let finish = if wanted > limit { "length" } else { "stop" };
    let spoken = split(&said).cycle().take(wanted.min(limit)).enumerate();
    let tokens: Vec<String> = spoken
        .map(|(index, token)| spaced(token, index > 0 && index % heard == 0))
        .collect();
    let choices = body.n.unwrap_or(1);
    let prompt: usize = body.messages.iter().map(|message| split(&message.text()).count()).sum();
    let completion = tokens.len() * choices;
    Reply {
        id: format!("chatcmpl-{}", call.id.as_str().trim_start_matches("req_")),
        model: body.model.clone(),
        created: call.at.0 / SECOND,
        tokens,
        finish,
        choices,
        usage: json!({ "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion }),
    }
}

/// The token, and a space before it where the text begins again.
fn spaced(token: &str, begins_again: bool) -> String {
    if begins_again && !token.starts_with(char::is_whitespace) {
        format!(" {token}")
    } else {
        token.to_owned()
    }
}

impl Reply {
    /// Text of all choices.
    fn bytes(&self) -> usize {
        self.tokens.iter().map(String::len).sum::<usize>().saturating_mul(self.choices)
    }

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

    /// The role, one event a token with all choices in step, the end, the usage if it is wanted, and `[DONE]`.
    fn event(&self, index: usize, shows_usage: bool) -> Option<String> {
        let Some(token) = index.checked_sub(1) else {
            return Some(self.chunk(&json!({ "role": "assistant", "content": "" }), None));
        };
        if let Some(token) = self.tokens.get(token) {
            return Some(self.chunk(&json!({ "content": token }), None));
        }
        match (token - self.tokens.len(), shows_usage) {
            (0, _) => Some(self.chunk(&json!({}), Some(self.finish))),
            (1, true) => {
                let mut last = self.envelope("chat.completion.chunk", &[]);
                last["usage"] = self.usage.clone();
                Some(format!("data: {last}\n\n"))
            }
            (1, false) | (2, true) => Some("data: [DONE]\n\n".to_owned()),
            _ => None,
        }
    }

    fn chunk(&self, delta: &Value, finish: Option<&str>) -> String {
        let choice = |index| json!({ "index": index, "delta": delta, "logprobs": null, "finish_reason": finish });
        let choices: Vec<Value> = (0..self.choices).map(choice).collect();
        format!("data: {}\n\n", self.envelope("chat.completion.chunk", &choices))
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

fn refuse(message: fmt::Arguments<'_>) -> Response<AnswerBody> {
    let body =
        json!({ "error": { "message": message.to_string(), "type": "invalid_request_error", "param": null, "code": "invalid_request" } });
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

/// Words and runs of punctuation, each with the white space before it; together they are the text again. White space
/// alone is no token.
fn split(text: &str) -> impl Iterator<Item = &str> + Clone {
    let words = text.trim_end().len();
    let mut at = if words == 0 { text.len() } else { 0 };
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let mut length = token_length(rest);
        if at + length == words {
            // The white space at the end belongs to the last word.
            length = rest.floor_char_boundary(MAX_TOKEN);
        }
        at += length;
        rest.get(..length)
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Mark,
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_whitespace() => Class::Space,
        _ if c.is_alphanumeric() || c == '_' => Class::Word,
        _ => Class::Mark,
    }
}

/// Bytes of the first token, at least one character's.
fn token_length(text: &str) -> usize {
    let mut last = Class::Space;
    for (at, c) in text.char_indices() {
        let this = class(c);
        if (last != Class::Space && this != last) || at + c.len_utf8() > MAX_TOKEN {
            return at;
        }
        last = this;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use app::model::{RequestId, Timestamp, TypedId};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_is_a_word_or_a_run_of_punctuation() {
        let split = |text| split(text).collect::<Vec<_>>();
        assert_eq!(split("Hello, world!! "), ["Hello", ",", " world", "!! "]);
        assert_eq!(split("  \n"), Vec::<&str>::new());
        assert_eq!(split("a_1 é"), ["a_1", " é"]);
    }

    #[test]
    fn one_word_of_megabytes_is_many_tokens() {
        let word = "é".repeat(1_000_000);
        assert!(split(&word).all(|token| token.len() <= MAX_TOKEN));
        let large = json!({ "model": "echo-large", "messages": [{ "role": "user", "content": word }], "n": 128 });
        let said = told(&large).expect("an answer");
        assert_eq!((said.tokens.len(), said.bytes()), (LARGE, LARGE * MAX_TOKEN * 128));
    }

    #[test]
    fn only_text_is_echoed() {
        let parts = json!([{ "type": "file", "text": "secret" }, { "type": "text", "text": "hi" }]);
        let body = json!({ "model": "echo", "messages": [{ "role": "user", "content": parts }] });
        assert_eq!(told(&body).expect("an answer").tokens, ["hi"]);
    }

    #[test]
    fn an_answer_has_a_bounded_size() {
        let body = |n: usize| {
            let text = "x".repeat(MAX_TEXT / 4);
            json!({ "model": "echo", "messages": [{ "role": "user", "content": text }], "n": n, "max_tokens": 128_000 })
        };
        let status = |n| simulator().answer(&call(&body(n))).status();
        assert_eq!((status(4), status(5)), (StatusCode::OK, StatusCode::BAD_REQUEST));
    }

    fn simulator() -> Loopback {
        Loopback { pace: Duration::ZERO }
    }

    fn call(body: &Value) -> Call {
        Call {
            endpoint: Endpoint::Chat,
            body: body.to_string().into(),
            stream: false,
            id: RequestId::from_bits(1),
            at: Timestamp(0),
        }
    }

    fn told(body: &Value) -> Result<Reply, serde_json::Error> {
        Ok(reply(&serde_json::from_value(body.clone())?, &call(body)))
    }

    proptest! {
        #[test]
        fn tokens_together_are_the_text(text in "[a-zé ,.]{0,200}") {
            let joined: String = split(&text).collect();
            prop_assert_eq!(joined, if text.trim().is_empty() { "" } else { text.as_str() });
        }
    }
}
