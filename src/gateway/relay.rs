//! The answer on its way to the client: whole, or event by event. Its last part waits until the record is durable.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderName, HeaderValue, header};
use http_body::Frame;
use parking_lot::Mutex;
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
use crate::catalog::Tier;

/// How often the watchdog of a stream looks within the time that a part may take.
const LOOKS: u32 = 4;

/// The answer with the tier that was used.
fn with_tier(object: &RawObject<'_>, tier: ChosenTier) -> String {
    let used = Some(match tier.used {
        Tier::Flex => r#""flex""#,
        Tier::Default => r#""default""#,
        Tier::Priority => r#""priority""#,
    });
    let edits = [("service_tier", used), ("service_tier_used", used)];
    object.with(if tier.auto { &edits } else { &edits[..1] })
}

/// Meters an answer, a chunk, or what else goes to the client (`None`: no JSON object).
fn meter(ticket: &mut Ticket, object: Option<&RawObject<'_>>, forwarded: usize) -> Option<Content> {
    let content = object.and_then(Content::read);
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
    let object: Option<RawObject> = serde_json::from_slice(&bytes).ok();
    match endpoint {
        Endpoint::Chat => {
            meter(&mut ticket, object.as_ref(), bytes.len());
        }
        Endpoint::Embeddings => {
            if let Some(usage) = object.as_ref().and_then(embeddings_usage) {
                ticket.counted(usage);
            }
        }
    }
    let body = object.map_or_else(|| bytes.clone(), |object| with_tier(&object, tier).into());
    ticket.finish(status.as_u16(), None, Work::Complete).await?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(response)
}

/// Passes a stream on, event by event: whoever writes to the client reads the upstream, with no queue between. Dropping
/// the body, which is what happens when the client leaves, ends everything; a client that stops reading without leaving
/// is the watchdog's.
pub(super) fn stream(answer: Answer, mut ticket: Ticket, show_usage: bool, tier: ChosenTier) -> Response {
    ticket.streams();
    let (status, patience) = (answer.status, answer.idle);
    let relay = Arc::new(Mutex::new(Relay {
        stage: Stage::Open(Box::new(Open { answer, ticket })),
        reader: Reader {
            events: Events::default(),
            show_usage,
            tier,
            is_first: true,
        },
        moves: 0,
        waiting: None,
    }));
    let watchdog = AbortOnDropHandle::new(tokio::spawn(watch(Arc::downgrade(&relay), patience)));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        // Asks a reverse proxy in front not to collect the events.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let body = Body::new(Streaming {
        relay,
        _watchdog: watchdog,
    });
    (status, headers, body).into_response()
}

/// The body of a streamed answer.
struct Streaming {
    relay: Arc<Mutex<Relay>>,
    _watchdog: AbortOnDropHandle<()>,
}

impl http_body::Body for Streaming {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let part = ready!(self.relay.lock().poll_part(context));
        Poll::Ready(part.map(|part| part.map(Frame::data)))
    }
}

/// Ends a stream in which nothing moves for as long as a part may take, and up to a quarter more.
async fn watch(relay: Weak<Mutex<Relay>>, patience: Duration) {
    let (mut seen, mut still) = (0, 0);
    while still < LOOKS {
        tokio::time::sleep(patience / LOOKS).await;
        let Some(relay) = relay.upgrade() else { return };
        let moves = relay.lock().moves;
        still = if moves == seen { still + 1 } else { 0 };
        seen = moves;
    }
    if let Some(relay) = relay.upgrade() {
        relay.lock().give_up();
    }
}

/// A stream under way. Dropped before its end (the client left), its ticket records that.
struct Relay {
    stage: Stage,
    reader: Reader,
    /// Parts that came from the upstream or went to the client, for the watchdog.
    moves: u64,
    /// Who waits for the upstream; nobody while it is the client's turn to read.
    waiting: Option<Waker>,
}

enum Stage {
    Open(Box<Open>),
    /// The record is on its way to be durable; then the last part goes out, or the stream breaks off.
    Closing(BoxFuture<'static, io::Result<Bytes>>),
    /// The client took too long.
    GivenUp,
    Ended,
}

/// An answer that comes in, and what it is metered by.
struct Open {
    answer: Answer,
    ticket: Ticket,
}

impl Relay {
    /// The next part for the client.
    fn poll_part(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.waiting = None;
        loop {
            match &mut self.stage {
                Stage::Open(open) => match self.reader.next(&mut open.ticket) {
                    Some(Fate::Forward(bytes)) => {
                        self.moves += 1;
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    Some(Fate::Hide) => {}
                    Some(Fate::Last(bytes)) => self.close(Ok(bytes)),
                    None => match open.answer.poll_part(context) {
                        Poll::Ready(Some(Ok(bytes))) => {
                            self.moves += 1;
                            self.reader.events.push(&bytes);
                        }
                        Poll::Ready(Some(Err(error))) => self.close(Err(error)),
                        Poll::Ready(None) => {
                            let last = self.reader.rest(&mut open.ticket);
                            self.close(Ok(last));
                        }
                        Poll::Pending => {
                            self.waiting = Some(context.waker().clone());
                            return Poll::Pending;
                        }
                    },
                },
                Stage::Closing(last) => {
                    let last = ready!(last.as_mut().poll(context));
                    self.stage = Stage::Ended;
                    return Poll::Ready(Some(last).filter(|last| !last.as_ref().is_ok_and(Bytes::is_empty)));
                }
                Stage::GivenUp => {
                    self.stage = Stage::Ended;
                    return Poll::Ready(Some(Err(io::Error::other("the client does not read"))));
                }
                Stage::Ended => return Poll::Ready(None),
            }
        }
    }

    /// The upstream has come to its end, with this last part, or broke off. Its place is free for the next request while
    /// this one is recorded.
    fn close(&mut self, outcome: Result<Bytes, UpstreamError>) {
        let Stage::Open(open) = std::mem::replace(&mut self.stage, Stage::Ended) else {
            return;
        };
        let Open { answer, ticket } = *open;
        let status = answer.status.as_u16();
        let id = ticket.id().map(str::to_owned);
        if outcome.is_ok() {
            answer.release();
        } else {
            drop(answer);
        }
        self.stage = Stage::Closing(Box::pin(async move {
            match outcome {
                Ok(last) => {
                    let finished = ticket.finish(status, None, Work::Complete).await;
                    finished.map(|()| last).map_err(|error| {
                        error.log(id.as_deref());
                        io::Error::other(error.message)
                    })
                }
                Err(error) => {
                    // Nothing more can be told to this client, whatever the record's fate.
                    ticket.fail(error.into(), Work::Partial).await.log(id.as_deref());
                    // Only a stream that came to its end may look like one.
                    Err(io::Error::other("the upstream broke off"))
                }
            }
        }));
    }

    /// Nothing moves: the fault is the upstream's if somebody waits for it, else the client's.
    fn give_up(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            self.close(Err(UpstreamError::TimedOut));
            waiting.wake();
        } else if matches!(self.stage, Stage::Open(_)) {
            self.stage = Stage::GivenUp;
        }
    }
}

/// What becomes of an event.
enum Fate {
    Forward(Bytes),
    Hide,
    /// The last one: it waits for the record.
    Last(Bytes),
}

/// Reads the events that pass by.
struct Reader {
    events: Events,
    show_usage: bool,
    tier: ChosenTier,
    /// No chunk has come by yet.
    is_first: bool,
}

impl Reader {
    /// The next whole event, metered.
    fn next(&mut self, ticket: &mut Ticket) -> Option<Fate> {
        let piece = self.events.take()?;
        Some(self.judge(piece, ticket))
    }

    /// What is left at the end of a stream without `[DONE]`.
    fn rest(&mut self, ticket: &mut Ticket) -> Bytes {
        let rest = self.events.rest();
        match self.judge(rest, ticket) {
            Fate::Forward(bytes) | Fate::Last(bytes) => bytes,
            Fate::Hide => Bytes::new(),
        }
    }

    /// Meters a piece. What is not understood counts with all its bytes.
    fn judge(&mut self, piece: Piece, ticket: &mut Ticket) -> Fate {
        let (event, data) = match &piece {
            Piece::Event(event) => (event, data_of(event)),
            Piece::Fragment(bytes) => (bytes, Data::Unreadable),
        };
        let data = match data {
            Data::Text(data) if data == "[DONE]" => return Fate::Last(event.clone()),
            Data::Text(data) => data,
            Data::Nothing => return Fate::Forward(event.clone()),
            Data::Unreadable => {
                ticket.answered(event.len() as u64);
                return Fate::Forward(event.clone());
            }
        };
        let object: Option<RawObject> = serde_json::from_str(&data).ok();
        let content = meter(ticket, object.as_ref(), event.len());
        let (Some(object), Some(content)) = (object, content) else {
            return Fate::Forward(event.clone());
        };
        if content.is_usage_alone && !self.show_usage {
            return Fate::Hide;
        }
        // Whatever the upstream calls its tiers, every chunk says the one that was used here.
        let is_first = std::mem::take(&mut self.is_first);
        if is_first || object.get("service_tier").is_some() {
            Fate::Forward(format!("data: {}\n\n", with_tier(&object, self.tier)).into())
        } else {
            Fate::Forward(event.clone())
        }
    }
}
