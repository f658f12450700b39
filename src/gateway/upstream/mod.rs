//! What answers: the built-in simulator, or an OpenAI-compatible server. Both give the same [`Answer`].

mod http_client;
mod loopback;

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use app::model::{RequestId, Timestamp};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use prometheus_client::metrics::gauge::Gauge;

use super::{endpoint::Endpoint, error::GatewayError, patience::within, tier::ChosenTier};
use crate::{
    ambient::Clock,
    catalog::{self, UpstreamKind},
    enforcement::queue::{Place, Queue, Turned},
};
use http_client::HttpUpstream;
use loopback::Loopback;

/// A whole answer at most.
const MAX_ANSWER: usize = 64 * 1024 * 1024;
/// How long, and for how many bytes, a stream whose last event has come is read on.
const REST: Duration = Duration::from_secs(1);
const MAX_REST: usize = 64 * 1024;

/// How long the parts of a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// The client, to send its body.
    pub body: Duration,
    /// To a connection with the upstream.
    pub connect: Duration,
    /// From the request to the answer's head: for an answer that is no stream, all of the model's work.
    pub first_byte: Duration,
    /// Between two parts of the answer; also for the client to take one.
    pub idle: Duration,
    /// For a free place when the concurrency is used up: longer than any `queue_threshold`.
    pub place: Duration,
    /// For the record to be durable.
    pub durable: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            body: Duration::from_secs(30),
            connect: Duration::from_secs(5),
            first_byte: Duration::from_mins(5),
            idle: Duration::from_mins(2),
            place: Duration::from_secs(30),
            durable: Duration::from_secs(10),
        }
    }
}

/// The upstream cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("an https upstream needs the machine's root certificates: {0}")]
    Roots(#[from] io::Error),
    #[error("the secret of an upstream holds characters that no header can")]
    Secret,
    #[error("the base URL of an upstream is not valid")]
    Url,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UpstreamError {
    /// Too many wait, or no place became free in time.
    Busy,
    /// No connection: certainly no work was done.
    NotReached,
    /// The connection broke, after the request went out.
    Broken,
    TimedOut,
    /// The upstream refused the operator's secret.
    Unauthorized,
    /// The upstream wants the operator to pay.
    Unpaid,
}

impl From<UpstreamError> for GatewayError {
    fn from(error: UpstreamError) -> Self {
        let (status, code, message) = match error {
            UpstreamError::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "upstream_busy",
                "The model is fully occupied. Try again in a moment.",
            ),
            UpstreamError::NotReached => (
                StatusCode::BAD_GATEWAY,
                "upstream_unreachable",
                "The model cannot be reached right now.",
            ),
            UpstreamError::Broken => (
                StatusCode::BAD_GATEWAY,
                "upstream_unreachable",
                "The connection to the model broke before the answer was complete.",
            ),
            UpstreamError::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", "The model did not answer in time."),
            UpstreamError::Unauthorized => (
                StatusCode::BAD_GATEWAY,
                "upstream_unauthorized",
                "The model refused the gateway's own credentials. Tell the operator.",
            ),
            UpstreamError::Unpaid => (
                StatusCode::BAD_GATEWAY,
                "upstream_error",
                "The model's provider refuses the gateway's own account. Tell the operator.",
            ),
        };
        Self::upstream(status, code, message)
    }
}

/// A request for an upstream.
pub(super) struct Call {
    pub endpoint: Endpoint,
    /// JSON, with the upstream's own model id.
    pub body: Bytes,
    pub stream: bool,
    /// Names the simulator's answer.
    pub id: RequestId,
    pub at: Timestamp,
}

type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// An upstream's answer; its place is taken until the answer is dropped.
pub(super) struct Answer {
    pub status: StatusCode,
    pub content_type: Option<HeaderValue>,
    pub retry_after: Option<HeaderValue>,
    /// How long a part may take.
    pub idle: Duration,
    body: AnswerBody,
    _place: Place,
}

impl Answer {
    pub(super) fn is_event_stream(&self) -> bool {
        let text = self.content_type.as_ref().and_then(|value| value.to_str().ok());
        text.is_some_and(|text| text.starts_with("text/event-stream"))
    }

    /// The next part; `None` at the end. However long it takes: see [`Self::idle`].
    pub(super) fn poll_part(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, UpstreamError>>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(_)) => return Poll::Ready(Some(Err(UpstreamError::Broken))),
                None => return Poll::Ready(None),
            }
        }
    }

    /// Frees the place: nothing more is wanted. What little still comes is read all the same, for only a connection whose
    /// answer was read to its end serves another request.
    pub(super) fn release(self) {
        let mut body = self.body;
        let rest = async move {
            let mut bytes = 0;
            while let Some(Ok(frame)) = body.frame().await
                && bytes < MAX_REST
            {
                bytes += frame.data_ref().map_or(0, Bytes::len);
            }
        };
        tokio::spawn(tokio::time::timeout(REST, rest));
    }

    async fn next(&mut self) -> Option<Result<Bytes, UpstreamError>> {
        let idle = self.idle;
        let part = pin!(poll_fn(|context| self.poll_part(context)));
        within(idle, part).await.unwrap_or(Some(Err(UpstreamError::TimedOut)))
    }

    /// The whole body, which most often comes in one part.
    pub(super) async fn collect(mut self) -> Result<Bytes, UpstreamError> {
        let first = self.next().await.transpose()?.unwrap_or_default();
        let Some(mut part) = self.next().await.transpose()? else {
            return Ok(first);
        };
        let mut whole = BytesMut::from(first);
        loop {
            if whole.len() + part.len() > MAX_ANSWER {
                return Err(UpstreamError::Broken);
            }
            whole.extend_from_slice(&part);
            match self.next().await.transpose()? {
                Some(next) => part = next,
                None => break,
            }
        }
        Ok(whole.freeze())
    }
}

/// One upstream of the catalog.
pub(super) struct Upstream {
    kind: Kind,
    places: Queue,
    timeouts: Timeouts,
}

enum Kind {
    Loopback(Loopback),
    Http(Box<HttpUpstream>),
}

impl Upstream {
    /// `waiting` shows how many requests wait for a place.
    pub(super) fn new(upstream: &catalog::Upstream, timeouts: Timeouts, clock: Arc<dyn Clock>, waiting: Gauge) -> Result<Self, SetupError> {
        let kind = match &upstream.kind {
            UpstreamKind::Loopback { pace } => Kind::Loopback(Loopback { pace: *pace }),
            UpstreamKind::OpenAi { base_url, secret } => Kind::Http(Box::new(HttpUpstream::new(base_url, secret.as_ref(), timeouts)?)),
        };
        Ok(Self {
            kind,
            places: Queue::new(upstream.concurrency, upstream.queue, clock, waiting),
            timeouts,
        })
    }

    /// Step 10: a free place, better tiers first.
    ///
    /// # Errors
    /// [`Turned`]: no place became free in time counts as a full queue.
    pub(super) async fn place(&self, tier: ChosenTier) -> Result<Place, Turned> {
        let place = pin!(self.places.place(tier.used, tier.most_wait));
        within(self.timeouts.place, place).await.unwrap_or(Err(Turned::Full))
    }

    pub(super) async fn send(&self, call: Call, place: Place) -> Result<Answer, UpstreamError> {
        let (head, body) = match &self.kind {
            Kind::Loopback(loopback) => loopback.answer(&call),
            Kind::Http(client) => match tokio::time::timeout(self.timeouts.first_byte, client.send(call)).await {
                Ok(answer) => answer?,
                Err(_) => return Err(UpstreamError::TimedOut),
            },
        }
        .into_parts();
        Ok(Answer {
            status: head.status,
            content_type: head.headers.get(http::header::CONTENT_TYPE).cloned(),
            retry_after: head.headers.get(http::header::RETRY_AFTER).cloned(),
            body,
            idle: self.timeouts.idle,
            _place: place,
        })
    }
}
