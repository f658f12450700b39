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

/// The keys that a person made and that are not revoked, as far as the viewer may know of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeKeys {
    /// By project and name, the Organization Default Key first; [`MadeKeys::SHOWN`] at most.
    pub rows: Vec<MadeKey>,
    /// Further ones. Who made very many keys is removed like anybody else: these are revoked in any case.
    pub more: u64,
}

impl MadeKeys {
    /// Keys that a confirmation shows one by one.
    pub const SHOWN: usize = 200;

    /// All of them, shown or not.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64 + self.more
    }
}

/// The keys that a form keeps: those that it showed and that were not ticked to be revoked. A key that it did not show is none of
/// them.
pub fn kept(mut shown: Vec<KeyId>, ticked: &[KeyId]) -> Vec<KeyId> {
    shown.retain(|key| !ticked.contains(key));
    shown
}
