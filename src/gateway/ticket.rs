//! One admitted request until it is recorded. Whatever happens to it, the reservation is settled and a record is written.

use std::sync::Arc;

use app::model::{Money, Timestamp};
use futures::future::BoxFuture;

use super::{Gateway, error::GatewayError, estimate::tokens_of_bytes, headers};
use crate::{
    catalog::Price,
    enforcement::{Demand, Reservation},
    metering::{Record, Slot, Tokens},
};

/// Status of a record whose client left before the answer ended.
const CLIENT_CLOSED: u16 = 499;

/// How far the upstream came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// It did nothing.
    Nothing,
    /// The answer broke off, or never came.
    Partial,
    /// The answer came to its end.
    Complete,
}

/// What a request is expected to be worth, and what it can be worth at most.
pub(super) struct Terms {
    pub price: Price,
    pub input_estimate: u64,
    /// An upstream that counts more than this has not counted.
    pub most_input: u64,
    pub most_output: u64,
}

/// The guard of an admitted request. Dropped unfinished (the client left, a panic), it records that.
pub(super) struct Ticket {
    gateway: Arc<Gateway>,
    /// Boxed, because a ticket is handed on from step to step, and every step's future holds room for it.
    open: Option<Box<Open>>,
    terms: Terms,
    sent: bool,
    streamed: bool,
    /// Bytes of text in the answer so far.
    answered_bytes: u64,
    /// The upstream's last count, and `answered_bytes` when it came.
    counted: Option<(Tokens, u64)>,
}

struct Open {
    slot: Slot,
    reservation: Reservation,
    record: Record,
}

impl Ticket {
    /// `record` is the draft made at admission; the rest is filled in when the request ends.
    pub(super) fn new(gateway: Arc<Gateway>, slot: Slot, reservation: Reservation, record: Record, terms: Terms) -> Self {
        Self {
            gateway,
            open: Some(Box::new(Open { slot, reservation, record })),
            terms,
            sent: false,
            streamed: false,
            answered_bytes: 0,
            counted: None,
        }
    }

    /// Names the request in the log.
    pub(super) fn id(&self) -> Option<&str> {
        self.open.as_ref().map(|open| open.record.id.as_str())
    }

    /// The upstream may have begun to work.
    pub(super) fn sent(&mut self) {
        self.sent = true;
        if let Some(open) = &mut self.open {
            open.reservation.mark_sent();
        }
    }

    /// The wait for a place would be longer than the client accepts: the receipt says so.
    pub(super) fn refused_by_queue(&mut self, expected_wait_ms: i64) {
        if let Some(open) = &mut self.open {
            let decision = open.record.decision.take();
            open.record.decision = decision.map(|decision| decision.refused_by_queue(expected_wait_ms));
        }
    }

    /// It turned out that nothing reached the upstream: everything is given back.
    pub(super) fn unsent(&mut self) {
        self.sent = false;
        if let Some(open) = &mut self.open {
            open.reservation.mark_unsent();
        }
    }

    /// The answer comes as a stream: what is forwarded can be counted.
    pub(super) fn streams(&mut self) {
        self.streamed = true;
    }

    /// Text of the answer came by.
    pub(super) fn answered(&mut self, bytes: u64) {
        if let Some(Open { record, .. }) = self.open.as_deref_mut().filter(|_| bytes > 0) {
            let now = || self.gateway.ambient.now();
            record.first_token_ms.get_or_insert_with(|| now().since(record.arrived_at));
        }
        self.answered_bytes = self.answered_bytes.saturating_add(bytes);
    }

    /// The upstream counted the tokens so far. A count that cannot be is worth nothing.
    pub(super) fn counted(&mut self, tokens: Tokens) {
        let is_sound = tokens.input <= self.terms.most_input && tokens.output <= self.terms.most_output;
        self.counted = is_sound.then_some((tokens, self.answered_bytes));
        if !is_sound {
            tracing::warn!(
                id = self.id(),
                tokens.input,
                tokens.output,
                "an upstream counted more tokens than the request can have"
            );
        }
    }

    /// Settles and records; resolves when the record is durable.
    ///
    /// # Errors
    /// When metering has ended or the database hangs: the answer must not go out.
    pub(super) fn finish(
        mut self,
        status: u16,
        code: Option<&'static str>,
        work: Work,
    ) -> impl Future<Output = Result<(), GatewayError>> + Send + use<> {
        let kept = self.close(status, code, work);
        let gateway = Arc::clone(&self.gateway);
        async move {
            match kept {
                Some(kept) => gateway.durable(kept).await,
                None => Ok(()),
            }
        }
    }

    /// Records a failure and resolves to it, as what the client gets. Boxed, so that no request that goes well has room
    /// for it.
    pub(super) fn fail(self, mut error: GatewayError, work: Work) -> BoxFuture<'static, GatewayError> {
        if let Some(decision) = self
            .open
            .as_ref()
            .filter(|_| !self.sent)
            .and_then(|open| open.record.decision.clone())
        {
            // The client gets told that nothing was taken.
            error.headers.extend(headers::rate_limits(&decision.given_back()));
        }
        let finished = self.finish(error.status.as_u16(), Some(error.code), work);
        Box::pin(async move { finished.await.err().unwrap_or(error) })
    }

    /// Queues the record at once, so that it is kept even if nobody waits for the acknowledgement.
    fn close(
        &mut self,
        status: u16,
        code: Option<&'static str>,
        work: Work,
    ) -> Option<impl Future<Output = Result<(), crate::metering::Closed>> + Send + use<>> {
        let Open {
            slot,
            reservation,
            mut record,
        } = *self.open.take()?;
        let now = self.gateway.ambient.now();
        record.status = status;
        record.error_code = code;
        record.latency_ms = now.since(record.arrived_at);
        (record.tokens, record.estimated) = self.tokens(work);
        record.cost = self.terms.price.of(record.tokens.input, record.tokens.cached, record.tokens.output);
        record.settled = self.settle(reservation, record.tokens, record.cost, work, now);
        Some(slot.record(record))
    }

    /// The tokens, and whether they are estimated. The upstream's count holds when the answer came to its end and
    /// nothing was written after it; else the larger of count and estimate does.
    fn tokens(&self, work: Work) -> (Tokens, bool) {
        let estimate = Tokens {
            input: self.terms.input_estimate,
            cached: 0,
            output: tokens_of_bytes(self.answered_bytes),
        };
        match (work, self.counted) {
            (Work::Nothing, _) => (Tokens::default(), false),
            (Work::Complete, Some((counted, at))) if at == self.answered_bytes => (counted, false),
            (_, Some((counted, _))) => {
                let larger = Tokens {
                    input: counted.input.max(estimate.input),
                    cached: counted.cached,
                    output: counted.output.max(estimate.output),
                };
                (larger, true)
            }
            (_, None) => (estimate, true),
        }
    }

    /// The tokens that stay in the buckets.
    fn settle(&self, reservation: Reservation, tokens: Tokens, cost: Money, work: Work, now: Timestamp) -> u64 {
        if !self.sent {
            drop(reservation);
            return 0;
        }
        // Without a count and without a stream to count, the upstream may have worked as long as was allowed.
        let is_unknown = work != Work::Nothing && self.counted.is_none() && !self.streamed && self.answered_bytes == 0;
        let tokens = if is_unknown {
            reservation.decision().demand().tokens
        } else {
            tokens.total()
        };
        // The budgets get what the record says, unless nobody knows: then the upstream may have cost what was allowed.
        let held = reservation.decision().demand().cost;
        let cost = if is_unknown { cost.max(held) } else { cost };
        reservation.settle(Demand { tokens, cost }, now);
        tokens
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let work = if self.sent { Work::Partial } else { Work::Nothing };
        drop(self.close(CLIENT_CLOSED, Some("client_closed"), work));
    }
}
