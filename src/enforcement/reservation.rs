//! Reserve, then settle: no path leaks quota.

use std::sync::Arc;

use app::model::{Timestamp, limit::Metric};
use parking_lot::Mutex;

use super::engine::{BucketState, OrgBuckets};

/// Units debited for one request. It settles on drop: a request that was never sent upstream gives everything back; one
/// that was sent keeps its estimate until [`Reservation::settle`] replaces it by the real use.
#[must_use = "a reservation that is dropped at once gives everything back"]
pub struct Reservation {
    org: Arc<Mutex<OrgBuckets>>,
    states: Vec<BucketState>,
    /// One hold a state; empty once settled.
    holds: Vec<u64>,
    sent: bool,
}

impl Reservation {
    pub(super) fn new(org: Arc<Mutex<OrgBuckets>>, states: Vec<BucketState>, holds: Vec<u64>) -> Self {
        Self {
            org,
            states,
            holds,
            sent: false,
        }
    }

    /// Every bucket of the decision, in the order asked.
    pub fn buckets(&self) -> &[BucketState] {
        &self.states
    }

    /// From now on the upstream may have done the work: a drop keeps the estimate.
    pub fn mark_sent(&mut self) {
        self.sent = true;
    }

    /// Nothing reached the upstream after all: a drop gives everything back.
    pub fn mark_unsent(&mut self) {
        self.sent = false;
    }

    /// Replaces the estimate by the tokens really used: a refund, or debt that delays what follows.
    pub fn settle(mut self, tokens: u64, now: Timestamp) {
        self.close(Some(now), |state| match state.key.metric {
            Metric::Requests => state.asked,
            Metric::Tokens => tokens,
        });
    }

    fn close(&mut self, now: Option<Timestamp>, actual: impl Fn(&BucketState) -> u64) {
        let mut org = self.org.lock();
        for (state, hold) in self.states.iter().zip(self.holds.drain(..)) {
            let Some(bucket) = org.buckets.get_mut(&state.key) else { continue };
            if let Some(now) = now {
                bucket.refill(state.limit, now);
            }
            let was_dirty = bucket.dirty;
            bucket.settle(hold, state.asked, actual(state));
            if bucket.dirty && !was_dirty {
                org.mark(&state.key);
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.holds.is_empty() {
            let sent = self.sent;
            self.close(None, |state| if sent { state.asked } else { 0 });
        }
    }
}
