//! `GET /events?topic=project/…&topic=org/…`: one stream of server-sent events per tab (WHATWG HTML, section 9.2).
//!
//! An event says that there is something new to read under a topic, never what: the page fetches that like any page. The
//! rights to every topic are proven before the stream begins and again every [`RECHECK`]; when they are gone, the stream says
//! so and ends.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    fmt,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use app::model::{AppError, OrgId, ProjectId};
use async_trait::async_trait;
use axum::{
    extract::{Request, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use http::{HeaderName, HeaderValue, header::CACHE_CONTROL, request::Parts};
use parking_lot::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{Site, errors::Audience, origin};

/// How often the counters are read.
const POLL: Duration = Duration::from_millis(250);
/// A right that was taken away ends the stream within 2 s.
const RECHECK: Duration = Duration::from_millis(1_500);
/// How long finding out about the rights may take.
const CHECK_TIME: Duration = Duration::from_millis(400);
const _: () = assert!(RECHECK.as_millis() + CHECK_TIME.as_millis() < 2_000);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);
/// Topics of one stream, and streams of one session.
const MAX_TOPICS: usize = 8;
const MAX_STREAMS: usize = 8;

/// What can have news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Requests of a whole organization.
    Org(OrgId),
    /// Requests of a project.
    Project(ProjectId),
}

impl FromStr for Topic {
    type Err = AppError;
    fn from_str(text: &str) -> Result<Self, AppError> {
        let topic = match text.split_once('/') {
            Some(("org", id)) => id.parse().ok().map(Self::Org),
            Some(("project", id)) => id.parse().ok().map(Self::Project),
            _ => None,
        };
        topic.ok_or_else(|| AppError::field("topic", "A topic is org/ or project/ and an id."))
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org(id) => write!(f, "org/{id}"),
            Self::Project(id) => write!(f, "project/{id}"),
        }
    }
}

/// One person's eyes on some topics.
#[async_trait]
pub trait Watch: Send + Sync {
    /// Names the session: its streams are counted together.
    fn session(&self) -> String;

    /// Whether the session still stands and may see every topic.
    ///
    /// # Errors
    /// `SignedOut`, `NotFound` or `Forbidden`, as the pages would answer; `Internal` when it could not be found out.
    async fn check(&self) -> Result<(), AppError>;

    /// How many news each topic has had, in their order. The numbers only grow.
    fn counts(&self) -> Vec<u64>;
}

/// How many streams each session holds.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<String, usize>>>);

/// The place of one stream; free again when it is dropped.
struct Seat {
    seats: Seats,
    session: String,
}

impl Seats {
    fn take(&self, session: String) -> Option<Seat> {
        let mut taken = self.0.lock();
        let count = taken.entry(session.clone()).or_default();
        if *count >= MAX_STREAMS {
            return None;
        }
        *count += 1;
        Some(Seat {
            seats: self.clone(),
            session,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock();
        if let Some(count) = taken.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.session);
            }
        }
    }
}

/// `GET /events`.
pub async fn open(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let audience = Audience::of_parts(&parts);
    match watch(&site, &parts).await {
        Ok((topics, watch, seat)) => {
            let events = sse(events(Eyes::new(topics, watch, seat, site.stopping.clone())));
            let headers = [
                (CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
                (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
            ];
            (headers, events).into_response()
        }
        Err(error) => audience.refuse(&error),
    }
}

/// Reads the topics, proves the rights, and takes a seat.
async fn watch(site: &Site, parts: &Parts) -> Result<(Vec<Topic>, Arc<dyn Watch>, Seat), AppError> {
    if !origin::is_own_page(&parts.headers) {
        return Err(AppError::Forbidden {
            reason: "Only pages of this console read this stream.".to_owned(),
        });
    }
    let topics = topics(parts.uri.query().unwrap_or_default())?;
    let watch = (site.console.watch)(parts, topics.clone()).ok_or(AppError::SignedOut)?;
    watch.check().await?;
    let seat = site.seats.take(watch.session()).ok_or(AppError::Throttled {
        retry_after_s: RETRY.as_secs(),
    })?;
    Ok((topics, watch, seat))
}

fn topics(query: &str) -> Result<Vec<Topic>, AppError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|error| AppError::field("topic", error.to_string()))?;
    let mut topics = Vec::new();
    for (name, value) in pairs {
        if name != "topic" {
            return Err(AppError::field(
                "topic",
                format!("Unknown parameter “{name}”: there is only topic."),
            ));
        }
        let topic = value.parse()?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    match topics.len() {
        0 => Err(AppError::field("topic", "Name a topic.")),
        1..=MAX_TOPICS => Ok(topics),
        _ => Err(AppError::field("topic", format!("At most {MAX_TOPICS} topics."))),
    }
}

/// What goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Message {
    /// The stream stands. It is sent first, so that the head of the answer leaves at once.
    Hello,
    News {
        topic: String,
        new: u64,
    },
    /// The person may no longer see a topic, or is signed out.
    Gone,
}

impl Message {
    fn event(self) -> Event {
        match self {
            Self::Hello => Event::default().retry(RETRY).comment("live"),
            Self::News { topic, new } => Event::default().data(serde_json::json!({ "topic": topic, "new": new }).to_string()),
            Self::Gone => Event::default().event("gone").data("{}"),
        }
    }
}

fn sse(messages: impl Stream<Item = Message> + Send + 'static) -> impl IntoResponse {
    let events = messages.map(|message| Ok::<_, Infallible>(message.event()));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// Where a stream stands.
struct Eyes {
    topics: Vec<Topic>,
    watch: Arc<dyn Watch>,
    /// The counters as they were told last.
    seen: Vec<u64>,
    pending: VecDeque<Message>,
    ended: bool,
    polls: Interval,
    checks: Interval,
    stopping: CancellationToken,
    _seat: Seat,
}

/// News until the rights are gone or the server stops.
fn events(eyes: Eyes) -> impl Stream<Item = Message> + Send {
    stream::unfold(eyes, |mut eyes| async move {
        let message = eyes.next().await?;
        Some((message, eyes))
    })
}

impl Eyes {
    fn new(topics: Vec<Topic>, watch: Arc<dyn Watch>, seat: Seat, stopping: CancellationToken) -> Self {
        let ticks = |period: Duration| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        Self {
            seen: watch.counts(),
            topics,
            watch,
            pending: [Message::Hello].into(),
            ended: false,
            polls: ticks(POLL),
            checks: ticks(RECHECK),
            stopping,
            _seat: seat,
        }
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.pending.pop_front() {
                return Some(message);
            }
            if self.ended {
                return None;
            }
            tokio::select! {
                () = self.stopping.cancelled() => self.ended = true,
                _ = self.checks.tick() => self.check().await,
                _ = self.polls.tick() => self.poll(),
            }
        }
    }

    /// Without an answer in time the stream ends, and the browser asks again.
    async fn check(&mut self) {
        match timeout(CHECK_TIME, self.watch.check()).await {
            Ok(Ok(())) => return,
            Ok(Err(AppError::SignedOut | AppError::NotFound | AppError::Forbidden { .. })) => self.pending.push_back(Message::Gone),
            Ok(Err(_)) | Err(_) => {}
        }
        self.ended = true;
    }

    fn poll(&mut self) {
        let counts = self.watch.counts();
        for (topic, (seen, now)) in self.topics.iter().zip(self.seen.iter().zip(&counts)) {
            if now > seen {
                self.pending.push_back(Message::News {
                    topic: topic.to_string(),
                    new: now - seen,
                });
            }
        }
        self.seen = counts;
    }
}
