//! One request of the journal with its receipt, as far as a person may see it.

use serde::{Deserialize, Serialize};

use super::{ModelId, Money, Name, RequestId, Slug, Timestamp, limit::Level, receipt::Receipt, request::Refusal, tier::Tier};

/// What a request was, what it had to pass, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDetail {
    pub id: RequestId,
    /// `X-Client-Request-Id` as sent.
    pub client_request_id: Option<String>,
    pub org: Name,
    pub project: Name,
    pub project_slug: Slug,
    /// Name of the key; `None` without one, and for the Organization Default Key when the person is no owner.
    pub key: Option<String>,
    pub model: ModelId,
    pub tier: Tier,
    pub status: u16,
    pub error_code: Option<String>,
    /// The level that refused it.
    pub refused: Option<Level>,
    /// The model turns texts into vectors, and writes none.
    pub embeds: bool,
    /// Answered by the built-in simulator.
    pub simulated: bool,
    /// The tokens are not the upstream's own count.
    pub estimated: bool,
    pub tokens_in: u64,
    pub tokens_cached: u64,
    pub tokens_out: u64,
    pub cost: Money,
    pub arrived_at: Timestamp,
    pub latency_ms: i64,
    pub first_token_ms: Option<i64>,
    /// `max_completion_tokens` as sent.
    pub asked_output: Option<u64>,
    /// Tokens: expected, held in the buckets, and in the buckets in the end.
    pub estimate: u64,
    pub reserved: u64,
    pub settled: u64,
    /// The decision. Its `holders` are always empty here: see [`ReceiptDetail::holders`].
    pub receipt: Receipt,
    pub holders: Holders,
    pub now: Timestamp,
}

impl ReceiptDetail {
    /// True when a limit, a budget or a queue of the gateway answered. A 429 can also come from an upstream.
    pub fn is_refused(&self) -> bool {
        self.receipt.refused_by.is_some() || Refusal::of(self.error_code.as_deref(), self.refused).is_some()
    }
}

/// Who held the org's bucket when it refused. What a person must not know is left out on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holders {
    /// The org's bucket did not refuse, or nobody held it.
    #[default]
    None,
    /// For owners and org admins: each project, the largest first.
    Projects(Vec<HeldBy>),
    /// For everybody else: the own project's units, and all others together.
    Others { own: u64, projects: u32, units: u64 },
}

/// What one project held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBy {
    pub name: Name,
    pub slug: Slug,
    pub units: u64,
    /// The project of the request itself.
    pub own: bool,
}
