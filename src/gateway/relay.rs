//! The answer on its way to the client: whole, or event by event. Its last part waits until the record is durable.

use std::{borrow::Cow, io};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    chat::ChosenTier,
    error::GatewayError,
    json::RawObject,
    ticket::{Ticket, Usage},
    upstream::{Answer, UpstreamError},
};
use crate::metering::Tokens;

/// One event at most; a larger one is forwarded in pieces, unread.
const MAX_EVENT: usize = 4 * 1024 * 1024;
const LONGEST_BREAK: usize = "\r\n\r\n".len();

/// The `usage` of an answer, as far as it is metered.
#[derive(Clone, Copy, Default, Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl From<WireUsage> for Tokens {
    fn from(usage: WireUsage) -> Self {
        let cached = usage.prompt_tokens_details.and_then(|details| details.cached_tokens);
        Self {
            input: usage.prompt_tokens,
            cached: cached.unwrap_or(0).min(usage.prompt_tokens),
            output: usage.completion_tokens,
        }
    }
}

/// A whole answer or one chunk of a stream, as far as it is read.
#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

impl Content<'_> {
    /// Bytes of text that the model wrote: the content, or all of a part that has none (a tool call).
    fn text_bytes(&self) -> u64 {
        #[derive(Deserialize)]
        struct Text<'a> {
            #[serde(borrow)]
            content: Option<Cow<'a, str>>,
        }
        let parts = self.choices.iter().filter_map(|choice| choice.delta.or(choice.message));
        parts
            .map(|part| match serde_json::from_str::<Text>(part.get()) {
                Ok(Text { content: Some(text) }) => text.len() as u64,
                _ if part.get() == "{}" => 0,
                _ => part.get().len() as u64,
            })
            .sum()
    }
}

/// The answer with the tier that was used; `None` when it is no JSON object.
fn with_tier(text: &str, tier: ChosenTier) -> Option<String> {
    let object: RawObject = serde_json::from_str(text).ok()?;
    let used = format!("\"{}\"", tier.used.as_str());
    let mut edits = vec![("service_tier", Some(used.as_str()))];
    if tier.auto {
        edits.push(("service_tier_used", Some(used.as_str())));
    }
    Some(object.with(&edits))
}

/// Passes a whole answer on, after its record is durable.
pub(super) async fn whole(answer: Answer, mut ticket: Ticket, tier: ChosenTier) -> Result<Response, GatewayError> {
    let (status, content_type) = (answer.status, answer.content_type.clone());
    let bytes = match answer.collect().await {
        Ok(bytes) => bytes,
        Err(error) => return Err(ticket.fail(error.into(), Usage::Unknown).await),
    };
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let content: Option<Content> = serde_json::from_str(text).ok();
    ticket.answered(content.as_ref().map_or(bytes.len() as u64, Content::text_bytes));
    let usage = content.and_then(|content| content.usage);
    let usage = usage.map_or(Usage::Unknown, |usage| Usage::Counted(usage.into()));
    let body = with_tier(text, tier).map_or(bytes.clone(), Bytes::from);
    ticket.finish(status.as_u16(), None, usage).await?;
    let mut response = (status, body).into_response();
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(response)
}

/// Passes a stream on, event by event.
pub(super) fn stream(answer: Answer, mut ticket: Ticket, show_usage: bool, tier: ChosenTier) -> Response {
    ticket.streams();
    let status = answer.status;
    let relay = Relay {
        answer,
        ticket: Some(ticket),
        buffer: BytesMut::new(),
        scanned: 0,
        usage: None,
        show_usage,
        tier: Some(tier),
        ended: false,
    };
    let body = Body::from_stream(futures::stream::unfold(relay, |mut relay| async move {
        let next = relay.next().await?;
        Some((next, relay))
    }));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        // Asks a reverse proxy in front not to collect the events.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (status, headers, body).into_response()
}

/// A stream under way. Dropped before its end (the client left), its ticket records that.
struct Relay {
    answer: Answer,
    ticket: Option<Ticket>,
    buffer: BytesMut,
    /// No blank line begins before this index of the buffer.
    scanned: usize,
    usage: Option<WireUsage>,
    show_usage: bool,
    /// Still to be shown, in the first chunk.
    tier: Option<ChosenTier>,
    ended: bool,
}

/// What becomes of an event.
enum Fate {
    Forward(Bytes),
    Hide,
    /// The last one: it waits for the record.
    Last(Bytes),
}

impl Relay {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        while !self.ended {
            if let Some(event) = self.take_event() {
                match self.judge(event) {
                    Fate::Forward(bytes) => return Some(Ok(bytes)),
                    Fate::Hide => {}
                    Fate::Last(bytes) => return self.end(bytes).await,
                }
                continue;
            }
            match self.answer.next().await {
                Some(Ok(bytes)) => self.buffer.extend_from_slice(&bytes),
                Some(Err(error)) => return Some(Err(self.break_off(&error).await)),
                None => {
                    let rest = self.buffer.split().freeze();
                    return self.end(rest).await;
                }
            }
        }
        None
    }

    /// The next whole event with its blank line, byte for byte.
    fn take_event(&mut self) -> Option<Bytes> {
        let whole = event_end(&self.buffer, self.scanned);
        let end = whole.or((self.buffer.len() > MAX_EVENT).then_some(self.buffer.len()));
        self.scanned = if end.is_some() {
            0
        } else {
            self.buffer.len().saturating_sub(LONGEST_BREAK)
        };
        Some(self.buffer.split_to(end?).freeze())
    }

    fn judge(&mut self, event: Bytes) -> Fate {
        let Some(data) = data_of(&event) else { return Fate::Forward(event) };
        if data == "[DONE]" {
            return Fate::Last(event);
        }
        let Ok(content) = serde_json::from_str::<Content>(data) else {
            return Fate::Forward(event);
        };
        if let Some(ticket) = &mut self.ticket {
            ticket.answered(content.text_bytes());
        }
        if let Some(usage) = content.usage {
            self.usage = Some(usage);
            if content.choices.is_empty() && !self.show_usage {
                return Fate::Hide;
            }
        }
        match self.tier.take().and_then(|tier| with_tier(data, tier)) {
            Some(edited) => Fate::Forward(format!("data: {edited}\n\n").into()),
            None => Fate::Forward(event),
        }
    }

    /// Records, then lets the last bytes go.
    async fn end(&mut self, last: Bytes) -> Option<io::Result<Bytes>> {
        self.ended = true;
        let ticket = self.ticket.take()?;
        let usage = self.usage.map_or(Usage::Unknown, |usage| Usage::Counted(usage.into()));
        match ticket.finish(self.answer.status.as_u16(), None, usage).await {
            Ok(()) if last.is_empty() => None,
            Ok(()) => Some(Ok(last)),
            Err(error) => Some(Err(io::Error::other(error.message))),
        }
    }

    /// The upstream broke off: recorded, and the client's connection breaks off too.
    async fn break_off(&mut self, error: &UpstreamError) -> io::Error {
        self.ended = true;
        let usage = self.usage.map_or(Usage::Unknown, |usage| Usage::Counted(usage.into()));
        if let Some(ticket) = self.ticket.take() {
            // Nothing more can be told to this client, whatever the record's fate.
            let _ = ticket.fail(GatewayError::from(*error), usage).await;
        }
        io::Error::other("the upstream broke off")
    }
}

/// Index behind the first blank line (`\n\n`, `\r\n\r\n` or `\r\r`).
fn event_end(buffer: &[u8], from: usize) -> Option<usize> {
    (from..buffer.len()).find_map(|at| {
        let rest = &buffer[at..];
        let breaks: [&[u8]; 3] = [b"\n\n", b"\r\n\r\n", b"\r\r"];
        breaks.iter().find(|blank| rest.starts_with(blank)).map(|blank| at + blank.len())
    })
}

/// The data of an event that has exactly one `data` line, as all of OpenAI's have.
fn data_of(event: &[u8]) -> Option<&str> {
    let mut lines = std::str::from_utf8(event)
        .ok()?
        .lines()
        .filter_map(|line| line.strip_prefix("data:"));
    let data = lines.next()?.trim();
    lines.next().is_none().then_some(data)
}
