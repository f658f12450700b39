//! One admitted request until it is recorded. Whatever happens to it, the reservation is settled and a record is written.

use app::model::{Timestamp, limit::Metric};

use super::{Gateway, body::tokens_of_bytes, error::GatewayError};
use crate::{
    catalog::Price,
    enforcement::Reservation,
    metering::{Record, Slot, Tokens},
};

/// Status of a record whose client left before the answer ended.
const CLIENT_CLOSED: u16 = 499;

/// What is known of the tokens in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// The upstream's own count.
    Counted(Tokens),
    /// The upstream did no work.
    Nothing,
    /// Estimated input, and the text of the answer as far as it came by.
    Unknown,
}

/// The guard of an admitted request. Dropped unfinished (the client left, a panic), it records that.
pub(super) struct Ticket {
    gateway: std::sync::Arc<Gateway>,
    open: Option<Open>,
    price: Price,
    input_estimate: u64,
    sent: bool,
    streamed: bool,
    /// Bytes of text in the answer so far.
    answered_bytes: u64,
}

struct Open {
    slot: Slot,
    reservation: Reservation,
    record: Record,
}

impl Ticket {
    /// `record` is the draft made at admission; the rest is filled in when the request ends.
    pub(super) fn new(
        gateway: std::sync::Arc<Gateway>,
        slot: Slot,
        reservation: Reservation,
        record: Record,
        price: Price,
        input_estimate: u64,
    ) -> Self {
        Self {
            gateway,
            open: Some(Open { slot, reservation, record }),
            price,
            input_estimate,
            sent: false,
            streamed: false,
            answered_bytes: 0,
        }
    }

    /// The upstream may have begun to work.
    pub(super) fn sent(&mut self) {
        self.sent = true;
        if let Some(open) = &mut self.open {
            open.reservation.mark_sent();
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
        let now = self.gateway.ambient.now();
        if let Some(open) = self.open.as_mut().filter(|_| bytes > 0) {
            open.record.first_token_ms.get_or_insert(now.since(open.record.arrived_at));
        }
        self.answered_bytes += bytes;
    }

    /// Settles and records; resolves when the record is durable.
    ///
    /// # Errors
    /// When metering has ended: the answer must not go out.
    pub(super) async fn finish(mut self, status: u16, code: Option<&'static str>, usage: Usage) -> Result<(), GatewayError> {
        match self.close(status, code, usage) {
            Some(kept) => kept.await.map_err(|error| GatewayError::unavailable(&error)),
            None => Ok(()),
        }
    }

    /// Records a failure and returns it, as what the client gets.
    pub(super) async fn fail(self, error: GatewayError, usage: Usage) -> GatewayError {
        match self.finish(error.status.as_u16(), Some(error.code), usage).await {
            Ok(()) => error,
            Err(unavailable) => unavailable,
        }
    }

    /// Queues the record at once, so that it is kept even if nobody waits for the acknowledgement.
    fn close(
        &mut self,
        status: u16,
        code: Option<&'static str>,
        usage: Usage,
    ) -> Option<impl Future<Output = Result<(), crate::metering::Closed>> + Send + use<>> {
        let Open {
            slot,
            reservation,
            mut record,
        } = self.open.take()?;
        let now = self.gateway.ambient.now();
        record.status = status;
        record.error_code = code;
        record.latency_ms = now.since(record.arrived_at);
        record.estimated = usage == Usage::Unknown;
        record.tokens = match usage {
            Usage::Counted(tokens) => tokens,
            Usage::Nothing => Tokens::default(),
            Usage::Unknown => Tokens {
                input: self.input_estimate,
                cached: 0,
                output: tokens_of_bytes(self.answered_bytes),
            },
        };
        record.cost = self.price.of(record.tokens.input, record.tokens.cached, record.tokens.output);
        record.settled = self.settle(reservation, record.tokens, usage, now);
        Some(slot.record(record))
    }

    /// The tokens that stay in the buckets.
    fn settle(&self, reservation: Reservation, tokens: Tokens, usage: Usage, now: Timestamp) -> u64 {
        if !self.sent {
            drop(reservation);
            return 0;
        }
        // Without a count and without a stream to count, the upstream may have worked as long as was allowed.
        if usage == Usage::Unknown && !self.streamed && self.answered_bytes == 0 {
            return reserved(&reservation);
        }
        reservation.settle(tokens.total(), now);
        tokens.total()
    }
}

/// Tokens that a reservation holds.
pub(super) fn reserved(reservation: &Reservation) -> u64 {
    let mut tokens = reservation.buckets().iter().filter(|bucket| bucket.key.metric == Metric::Tokens);
    tokens.next().map_or(0, |bucket| bucket.asked)
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let usage = if self.sent { Usage::Unknown } else { Usage::Nothing };
        drop(self.close(CLIENT_CLOSED, Some("client_closed"), usage));
    }
}
