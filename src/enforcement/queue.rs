//! The places of one upstream's concurrency, and the queue for them: priority before default before flex, in order of
//! arrival within a tier.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use app::model::Timestamp;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::oneshot;

use super::sync::Mutex;
use crate::{ambient::Clock, catalog::Tier};

/// How long a place is expected to be held while nothing is known, in milliseconds.
const FIRST_GUESS: i64 = 1_000;
/// The mean of hold times moves by this part of each new one.
const WEIGHT: i64 = 8;
/// The mean is kept in this part of a millisecond, so that its steps are not lost in rounding.
const FINE: i64 = 1_000;

/// Why a request does not get a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// As many wait as may.
    Full,
    /// It would wait longer than it is willing to: the expected wait in milliseconds.
    TooLong { expected_ms: i64 },
}

/// Handle to the queue of one upstream.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

struct Shared {
    concurrency: usize,
    capacity: usize,
    clock: Arc<dyn Clock>,
    /// Requests that wait.
    waiting: Gauge,
    state: Mutex<State>,
}

/// A waiter's turn: the tier first (the best is the least), then the order of arrival.
type Turn = (Lane, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Priority,
    Default,
    Flex,
}

impl From<Tier> for Lane {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Priority => Self::Priority,
            Tier::Default => Self::Default,
            Tier::Flex => Self::Flex,
        }
    }
}

struct State {
    /// Places that are taken: never more than the concurrency.
    held: usize,
    /// Sum of the times at which they were taken, in milliseconds.
    taken_at: i128,
    /// Moving mean of hold times, in 1 / [`FINE`] milliseconds; `None` before the first place came back.
    mean: Option<i64>,
    waiters: BTreeMap<Turn, oneshot::Sender<Place>>,
    /// Waiters of each lane.
    lengths: [usize; 3],
    /// Number of the next one to arrive.
    arrivals: u64,
}

impl Queue {
    /// `concurrency` places, and room for `capacity` requests that wait for one; `waiting` shows how many do.
    pub fn new(concurrency: usize, capacity: usize, clock: Arc<dyn Clock>, waiting: Gauge) -> Self {
        Self(Arc::new(Shared {
            concurrency,
            capacity,
            clock,
            waiting,
            state: Mutex::new(State {
                held: 0,
                taken_at: 0,
                mean: None,
                waiters: BTreeMap::new(),
                lengths: [0; 3],
                arrivals: 0,
            }),
        }))
    }

    /// A place, at once or when it is this request's turn. Dropping the future leaves the queue at once.
    ///
    /// # Errors
    /// [`Turned`] at once: the queue is full, or the expected wait is longer than `most_wait` milliseconds.
    pub async fn place(&self, tier: Tier, most_wait: Option<i64>) -> Result<Place, Turned> {
        match self.enter(tier.into(), most_wait)? {
            Entered::Place(place) => Ok(place),
            // The sender stays in the queue until it sends or the waiter leaves.
            Entered::Waiting(mut waiting) => (&mut waiting.receiver).await.map_err(|_| Turned::Full),
        }
    }

    fn enter(&self, lane: Lane, most_wait: Option<i64>) -> Result<Entered, Turned> {
        let now = self.0.clock.now();
        let mut state = self.0.state.lock();
        if state.held < self.0.concurrency {
            return Ok(Entered::Place(self.0.take(&mut state, now)));
        }
        if state.waiters.len() >= self.0.capacity && !self.0.send_away_worse(&mut state, lane) {
            return Err(Turned::Full);
        }
        let expected_ms = state.expected_wait(lane, self.0.concurrency, now);
        if most_wait.is_some_and(|most| expected_ms > most) {
            return Err(Turned::TooLong { expected_ms });
        }
        let (sender, receiver) = oneshot::channel();
        let turn = (lane, state.arrivals);
        state.arrivals += 1;
        state.lengths[lane as usize] += 1;
        state.waiters.insert(turn, sender);
        self.0.waiting.inc();
        Ok(Entered::Waiting(Waiting {
            queue: Arc::clone(&self.0),
            turn,
            receiver,
        }))
    }
}

impl Shared {
    /// Takes a free place.
    fn take(self: &Arc<Self>, state: &mut State, now: Timestamp) -> Place {
        state.held += 1;
        state.taken_at += i128::from(now.0);
        Place {
            queue: Some(Arc::clone(self)),
            since: now,
        }
    }

    /// A full queue is no shelter for flex against priority: the last of a worse tier gives way, and learns that it is full.
    fn send_away_worse(&self, state: &mut State, lane: Lane) -> bool {
        let Some((worst, _)) = state
            .waiters
            .last_key_value()
            .map(|(turn, _)| *turn)
            .filter(|(worst, _)| *worst > lane)
        else {
            return false;
        };
        state.lengths[worst as usize] -= 1;
        self.waiting.dec();
        state.waiters.pop_last().is_some()
    }

    /// Gives a place back that was taken at `since`, and hands it to the next in the queue. One who left in this very
    /// moment gives it back in turn.
    fn give_back(self: &Arc<Self>, mut since: Timestamp, mut was_used: bool) {
        let now = self.clock.now();
        loop {
            let mut state = self.state.lock();
            state.held -= 1;
            state.taken_at -= i128::from(since.0);
            if was_used {
                state.observe(now.since(since));
            }
            let Some((turn, next)) = state.waiters.pop_first() else { return };
            state.lengths[turn.0 as usize] -= 1;
            self.waiting.dec();
            let place = self.take(&mut state, now);
            drop(state);
            let Err(mut refused) = next.send(place) else { return };
            // Defused: it is given back by the next turn of this loop instead of by its drop.
            refused.queue = None;
            (since, was_used) = (refused.since, false);
        }
    }
}

impl State {
    fn observe(&mut self, held_ms: i64) {
        let held = held_ms.max(0).saturating_mul(FINE);
        self.mean = Some(self.mean.map_or(held, |mean| mean + (held - mean) / WEIGHT));
    }

    /// Milliseconds that a new waiter of this lane is expected to wait: as often as those before it and itself fill the
    /// places, for the mean time that a place is held. Places that are held for longer than the mean raise it.
    fn expected_wait(&self, lane: Lane, concurrency: usize, now: Timestamp) -> i64 {
        let ahead: usize = self.lengths[..=lane as usize].iter().sum();
        let held = i128::try_from(self.held.max(1)).unwrap_or(i128::MAX);
        let age = (i128::from(now.0) * held - self.taken_at) / held;
        let mean = i128::from(self.mean.unwrap_or(FIRST_GUESS * FINE)).max(age * i128::from(FINE));
        let turns = i128::try_from(ahead + 1).unwrap_or(i128::MAX);
        let places = i128::try_from(concurrency.max(1)).unwrap_or(i128::MAX) * i128::from(FINE);
        let wait = turns.saturating_mul(mean).saturating_add(places - 1) / places;
        i64::try_from(wait).unwrap_or(i64::MAX)
    }
}

enum Entered {
    Place(Place),
    Waiting(Waiting),
}

/// A request in the queue. Dropped, it leaves; a place that is on its way to it goes to the next.
struct Waiting {
    queue: Arc<Shared>,
    turn: Turn,
    receiver: oneshot::Receiver<Place>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        let left = state.waiters.remove(&self.turn);
        if left.is_some() {
            state.lengths[self.turn.0 as usize] -= 1;
            self.queue.waiting.dec();
        }
    }
}

/// One of an upstream's places, given back on drop.
#[must_use = "a place that is dropped at once is free again"]
pub struct Place {
    queue: Option<Arc<Shared>>,
    since: Timestamp,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.give_back(self.since, true);
        }
    }
}
