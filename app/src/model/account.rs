//! What a person sees of their own account.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    Name, OrgRole, Slug, Timestamp,
    place::{OrgRef, Viewer},
    preferences::Preferences,
    words::checked_text,
};

/// A text that names no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("names no session")]
pub struct InvalidSessionRef;

checked_text!(
    /// Names a session to the person it belongs to: the digest of its id, which opens nothing; 64 digits of `0-9 a-f`.
    SessionRef,
    InvalidSessionRef
);

impl FromStr for SessionRef {
    type Err = InvalidSessionRef;
    fn from_str(text: &str) -> Result<Self, InvalidSessionRef> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(is_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSessionRef)
        }
    }
}

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    pub id: SessionRef,
    /// The session that asks.
    pub is_own: bool,
    /// Of the client at sign-in.
    pub address: Option<String>,
    /// What the client called itself at sign-in, or nothing.
    pub agent: String,
    pub started_at: Timestamp,
    /// The last visit, to ten minutes.
    pub seen_at: Timestamp,
}

/// An organization that the person is a member of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub org: OrgRef,
    pub role: OrgRole,
}

/// What people say of themselves, and how they see the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: Name,
    pub preferences: Preferences,
}

/// The account of the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub viewer: Viewer,
    pub preferences: Preferences,
    /// The last seen first.
    pub sessions: Vec<SessionRow>,
    /// By name.
    pub orgs: Vec<Membership>,
    /// Of the server, for relative times.
    pub now: Timestamp,
}

/// Active keys that the person made in one project; they stay when the person leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptKeys {
    pub project: Name,
    pub slug: Slug,
    pub keys: u64,
}

/// What leaving an organization would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeavePreview {
    pub org: OrgRef,
    pub role: OrgRole,
    /// In projects that the person sees.
    pub keys: Vec<KeptKeys>,
    /// Why the person cannot leave now, if so.
    pub obstacle: Option<String>,
}
