//! A record to start from.

use app::model::{OrgId, ProjectId, RequestId, Timestamp, TypedId};

use super::{Record, Tokens};
use crate::catalog::Tier;

/// An answered request of the default tier without a key: 10 tokens in, 5 out, a cost of 7 micro-units, 12 ms.
pub(crate) fn record(bits: u128) -> Record {
    Record {
        id: RequestId::from_bits(bits),
        client_request_id: None,
        org: OrgId::from_bits(1),
        project: ProjectId::from_bits(2),
        key: None,
        account: None,
        model: "bailiwick/echo".parse().expect("a model id"),
        tier: Tier::Default,
        status: 200,
        error_code: None,
        refused: None,
        simulated: true,
        estimated: false,
        tokens: Tokens {
            input: 10,
            cached: 4,
            output: 5,
        },
        cost: app::model::Money(7),
        arrived_at: Timestamp(0),
        latency_ms: 12,
        first_token_ms: None,
        asked_output: None,
        estimate: 20,
        reserved: 20,
        settled: 15,
        decision: None,
    }
}
