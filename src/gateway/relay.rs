//! The answer on its way to the client: whole, or event by event. Its last part waits until the record is durable.

use std::{io, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::{
    content::{Content, embeddings_usage},
    endpoint::Endpoint,
    error::GatewayError,
    events::{Data, Events, Piece, data_of},
    json::RawObject,
    ticket::{Ticket, Work},
    tier::ChosenTier,
    upstream::{Answer, UpstreamError},
};

/// Parts of a stream that may wait for the client: few, since what it never reads is metered too.
const AHEAD: usize = 1;

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

/// Meters an answer, a chunk, or what else goes to the client.
fn meter(ticket: &mut Ticket, text: &str, forwarded: usize) -> Option<Content> {
    let content = Content::read(text);
    ticket.answered(content.as_ref().map_or(forwarded as u64, |content| content.text_bytes));
    if let Some(usage) = content.as_ref().and_then(|content| content.usage) {
        ticket.counted(usage);
    }
    content
}

/// Passes a whole answer on, after its record is durable.
pub(super) async fn whole(answer: Answer, mut ticket: Ticket, endpoint: Endpoint, tier: ChosenTier) -> Result<Response, GatewayError> {
    let (status, content_type) = (answer.status, answer.content_type.clone());
    let bytes = match answer.collect().await {
        Ok(bytes) => bytes,
        Err(error) => return Err(ticket.fail(error.into(), Work::Partial).await),
    };
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    match endpoint {
        Endpoint::Chat => {
            meter(&mut ticket, text, bytes.len());
        }
        Endpoint::Embeddings => {
            if let Some(usage) = embeddings_usage(text) {
                ticket.counted(usage);
            }
        }
    }
    let body = with_tier(text, tier).map_or(bytes.clone(), Bytes::from);
    ticket.finish(status.as_u16(), None, Work::Complete).await?;
    let mut response = (status, body).into_response();
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(response)
}

/// Passes a stream on, event by event. A task of its own reads the upstream, so that a client that stops reading is
/// noticed; it ends as soon as the body is dropped, which is when the client leaves.
pub(super) fn stream(answer: Answer, mut ticket: Ticket, show_usage: bool, tier: ChosenTier) -> Response {
    ticket.streams();
    let status = answer.status;
    let (client, parts) = mpsc::channel(AHEAD);
    let relay = Relay {
        patience: answer.idle,
        answer,
        ticket,
        client,
        events: Events::default(),
        show_usage,
        tier: Some(tier),
    };
    let pump = AbortOnDropHandle::new(tokio::spawn(relay.run()));
    let body = Body::from_stream(futures::stream::unfold(Some((parts, pump)), |open| async move {
        let (mut parts, pump) = open?;
        if let Some(bytes) = parts.recv().await {
            return Some((Ok(bytes), Some((parts, pump))));
        }
        // Only a stream that came to its end may look like one.
        let broken = pump.await.unwrap_or_else(|error| Err(io::Error::other(error))).err()?;
        Some((Err(broken), None))
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
    ticket: Ticket,
    client: mpsc::Sender<Bytes>,
    /// How long the client may take to read one part.
    patience: Duration,
    events: Events,
    show_usage: bool,
    /// Still to be shown, in the first chunk.
    tier: Option<ChosenTier>,
}

/// What becomes of an event.
enum Fate {
    Forward(Bytes),
    Hide,
    /// The last one: it waits for the record.
    Last(Bytes),
}

/// Why a stream ended too early.
enum Break {
    Upstream(UpstreamError),
    /// The client left, or does not read.
    Client,
}

impl Relay {
    async fn run(mut self) -> io::Result<()> {
        let passed = self.pass().await;
        let Self {
            answer,
            ticket,
            client,
            patience,
            ..
        } = self;
        let status = answer.status.as_u16();
        // The place is free for the next request while this one is recorded.
        drop(answer);
        match passed {
            Ok(last) => {
                let finished = ticket.finish(status, None, Work::Complete).await;
                finished.map_err(|error| io::Error::other(error.message))?;
                if last.is_empty() {
                    return Ok(());
                }
                send(&client, last, patience)
                    .await
                    .map_err(|_| io::Error::other("the client does not read"))
            }
            Err(Break::Upstream(error)) => {
                // Nothing more can be told to this client, whatever the record's fate.
                let _ = ticket.fail(error.into(), Work::Partial).await;
                Err(io::Error::other("the upstream broke off"))
            }
            Err(Break::Client) => {
                drop(ticket);
                Err(io::Error::other("the client does not read"))
            }
        }
    }

    /// Passes everything on up to the last part, which it returns.
    async fn pass(&mut self) -> Result<Bytes, Break> {
        loop {
            while let Some(piece) = self.events.take() {
                match self.judge(piece) {
                    Fate::Forward(bytes) => send(&self.client, bytes, self.patience).await?,
                    Fate::Hide => {}
                    Fate::Last(bytes) => return Ok(bytes),
                }
            }
            match self.answer.next().await {
                Some(Ok(bytes)) => self.events.push(&bytes),
                Some(Err(error)) => return Err(Break::Upstream(error)),
                None => {
                    let rest = self.events.rest();
                    return Ok(match self.judge(rest) {
                        Fate::Forward(bytes) | Fate::Last(bytes) => bytes,
                        Fate::Hide => Bytes::new(),
                    });
                }
            }
        }
    }

    /// Meters a piece. What is not understood counts with all its bytes.
    fn judge(&mut self, piece: Piece) -> Fate {
        let (event, data) = match piece {
            Piece::Event(event) => {
                let data = data_of(&event);
                (event, data)
            }
            Piece::Fragment(bytes) => (bytes, Data::Unreadable),
        };
        let data = match data {
            Data::Text(data) if data == "[DONE]" => return Fate::Last(event),
            Data::Text(data) => data,
            Data::Nothing => return Fate::Forward(event),
            Data::Unreadable => {
                self.ticket.answered(event.len() as u64);
                return Fate::Forward(event);
            }
        };
        let Some(content) = meter(&mut self.ticket, &data, event.len()) else {
            return Fate::Forward(event);
        };
        if content.is_usage_alone && !self.show_usage {
            return Fate::Hide;
        }
        match self.tier.take().and_then(|tier| with_tier(&data, tier)) {
            Some(edited) => Fate::Forward(format!("data: {edited}\n\n").into()),
            None => Fate::Forward(event),
        }
    }
}

/// Hands a part to the client, who must take it in time.
async fn send(client: &mpsc::Sender<Bytes>, bytes: Bytes, patience: Duration) -> Result<(), Break> {
    match tokio::time::timeout(patience, client.send(bytes)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Break::Client),
    }
}
