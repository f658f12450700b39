//! Reserve, then settle: no path leaks quota.

use app::model::Timestamp;

use super::{decision::Decision, policy::Demand};

/// Units and money debited for one request. It settles on drop: a request that was never sent upstream gives everything
/// back; one that was sent keeps its estimate until [`Reservation::settle`] replaces it by the real use.
#[must_use = "a reservation that is dropped at once gives everything back"]
#[derive(Debug)]
pub struct Reservation {
    decision: Decision,
    is_open: bool,
    is_sent: bool,
}

impl Reservation {
    pub(super) fn new(decision: Decision) -> Self {
        Self {
            decision,
            is_open: true,
            is_sent: false,
        }
    }

    /// The decision that admitted the request.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// From now on the upstream may have done the work: a drop keeps the estimate.
    pub fn mark_sent(&mut self) {
        self.is_sent = true;
    }

    /// Nothing reached the upstream after all: a drop gives everything back.
    pub fn mark_unsent(&mut self) {
        self.is_sent = false;
    }

    /// Replaces the estimate by what was really used: a refund, or debt that delays what follows.
    pub fn settle(mut self, actual: Demand, now: Timestamp) {
        self.close(Some(actual), Some(now));
    }

    fn close(&mut self, actual: Option<Demand>, now: Option<Timestamp>) {
        if std::mem::take(&mut self.is_open) {
            let (policy, readings) = self.decision.parts();
            policy.book.lock().settle(policy, readings, self.decision.demand(), actual, now);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let actual = self.is_sent.then(|| self.decision.demand());
        self.close(actual, None);
    }
}
