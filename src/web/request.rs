//! What the edge learns about a request.

use std::{borrow::Cow, net::IpAddr};

use app::model::{RequestId, Timestamp};
use axum::extract::{MatchedPath, Request};

use super::{addresses::Vouched, metrics::Class};

/// The client's address: the peer's, or the one a trusted proxy vouches for. Never taken from a header otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// The id that the server gave this request; it stands in the answer as `x-request-id` and in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentRequest(pub RequestId);

/// A request that has come in. Behind the router, client and id are extensions of the request.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub id: RequestId,
    pub at: Timestamp,
    pub client: ClientAddr,
    pub vouched: Vouched,
}

/// Where a request goes, as log and metrics name it: the pattern, never a path's values.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub pattern: Cow<'static, str>,
    pub class: Class,
}

impl Route {
    /// A route of the data plane.
    pub fn of_programs(pattern: &'static str) -> Self {
        Self {
            pattern: pattern.into(),
            class: Class::Gateway,
        }
    }

    /// The one that the router has found.
    pub fn matched(request: &Request) -> Self {
        match request.extensions().get::<MatchedPath>() {
            Some(matched) => Self {
                pattern: matched.as_str().to_owned().into(),
                class: Class::of(matched.as_str()),
            },
            None => Self {
                pattern: "unmatched".into(),
                class: Class::Unmatched,
            },
        }
    }
}
