//! The keys that a person made, at the person's removal from a project or from the organization.

use serde::{Deserialize, Serialize};

use super::KeyId;

/// A key that the person made, and whose secret they know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeKey {
    pub id: KeyId,
    pub name: String,
    /// Prefix, ellipsis and last four.
    pub hint: String,
    /// Name of its project.
    pub project: String,
    pub is_org_default: bool,
    pub requests_24h: u64,
}

impl MadeKey {
    /// Keys that one removal revokes at most.
    pub const MOST: usize = 1_000;
}
