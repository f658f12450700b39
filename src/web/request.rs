//! What the outermost layer learns about a request, as extensions for everything further in.

use std::net::IpAddr;

use app::model::RequestId;

/// The client's address: the peer's, or the one a trusted proxy vouches for. Never taken from a header otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// The id that the server gave this request; it stands in the answer as `x-request-id` and in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentRequest(pub RequestId);
