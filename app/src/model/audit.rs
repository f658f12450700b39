//! Audit records, as the console shows them.

use serde::{Deserialize, Serialize};

use super::{AuditId, Timestamp};

/// One field of the changed thing, before and after. `None` means that there was, or is, no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: AuditId,
    /// Position in its chain, from 1.
    pub seq: u64,
    pub at: Timestamp,
    /// Display name of who did it, or `system`.
    pub actor: String,
    /// `api_key.created`
    pub action: String,
    /// Name of the thing, as it was at that moment.
    pub target: String,
    pub target_id: String,
    /// Name of the project, if it happened in one.
    pub project: Option<String>,
    /// Client address, if it came over the network.
    pub address: Option<String>,
    /// `console`, `cli`, `gateway` or `system`.
    pub interface: String,
    pub changes: Vec<Change>,
    /// SHA-256 over this record and the hash before it, in hex.
    pub hash: String,
}
