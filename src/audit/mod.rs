//! The audit log: append-only records, each carrying the hash of the one before it. One chain per org, one for the
//! installation. A record is written in the transaction of the change it tells of.

mod verify;

use app::model::{AccountId, AuditId, OrgId, ProjectId, RequestId, Timestamp, audit::Change};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use verify::{BrokenChain, ChainReport, Stored, Verifier};

/// What the first record of a chain carries as the hash before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Which chain a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chain {
    Installation,
    Org(OrgId),
}

impl Chain {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Installation => "installation",
            Self::Org(org) => org.as_str(),
        }
    }
}

/// What happened: `action` in the past tense behind the kind of thing, such as `api_key.created`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub action: &'static str,
    pub target_kind: &'static str,
    pub target_id: String,
    /// The thing's name at this moment.
    pub target: String,
    pub project: Option<ProjectId>,
    pub changes: Vec<Change>,
}

impl Event {
    /// `kind.verb` on a thing, without field changes yet.
    pub fn new(action: &'static str, target_id: impl ToString, target: impl ToString) -> Self {
        let target_kind = action.split_once('.').map_or(action, |(kind, _)| kind);
        Self {
            action,
            target_kind,
            target_id: target_id.to_string(),
            target: target.to_string(),
            project: None,
            changes: Vec::new(),
        }
    }

    pub fn in_project(mut self, project: &ProjectId) -> Self {
        self.project = Some(project.clone());
        self
    }

    /// Adds a field, unless it is the same before and after.
    pub fn change(mut self, field: &str, before: Option<String>, after: Option<String>) -> Self {
        if before != after {
            self.changes.push(Change {
                field: field.to_owned(),
                before,
                after,
            });
        }
        self
    }

    /// Adds a field of a thing that was just made.
    pub fn set(self, field: &str, after: impl ToString) -> Self {
        self.change(field, None, Some(after.to_string()))
    }
}

/// A record without its hash: everything the hash covers, in the order that it covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    pub chain: String,
    pub seq: i64,
    pub id: AuditId,
    pub at: Timestamp,
    pub actor_id: Option<AccountId>,
    pub actor: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    pub target: String,
    pub project: Option<ProjectId>,
    pub address: Option<String>,
    pub interface: String,
    pub request: Option<RequestId>,
    pub changes: Vec<Change>,
}

impl Record {
    /// SHA-256 over the hash before it, a line feed, and the record as compact JSON in field order; in hex.
    pub fn hash(&self, previous: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(previous.as_bytes());
        hasher.update(b"\n");
        // Serialising plain strings and numbers into memory has no way to fail; an empty body would break the chain visibly.
        hasher.update(serde_json::to_vec(self).unwrap_or_default());
        hex::encode(hasher.finalize())
    }
}
