//! API keys, as the console shows them. The secret's format and digest live on the server.

use serde::{Deserialize, Serialize};

use super::{KeyId, Name, Timestamp, time::DAY, words::words};

/// Whether a key works. Expiry is a matter of time, not of state; see [`ApiKey::status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    /// Reversible.
    Disabled,
    /// Final.
    Revoked,
}

words!(
    KeyState,
    "active, disabled or revoked",
    Active = "active",
    Disabled = "disabled",
    Revoked = "revoked"
);

/// What the list shows for a key at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    Active,
    ExpiresSoon,
    Expired,
    Disabled,
    Revoked,
}

/// One row of the API Keys page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub name: Name,
    /// Prefix, ellipsis and last four: `bw_p_7Kd2…9fQ1`.
    pub hint: String,
    pub state: KeyState,
    /// Display name of the person who made it.
    pub created_by: String,
    /// That person has no role here any more, and still knows the secret.
    pub maker_left: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    /// Only owners see it: the Organization Default Key.
    pub is_org_default: bool,
}

impl ApiKey {
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match (self.state, self.expires_at) {
            (KeyState::Revoked, _) => KeyStatus::Revoked,
            (_, Some(at)) if at <= now => KeyStatus::Expired,
            (KeyState::Disabled, _) => KeyStatus::Disabled,
            (KeyState::Active, Some(at)) if at.since(now) <= 7 * DAY => KeyStatus::ExpiresSoon,
            (KeyState::Active, _) => KeyStatus::Active,
        }
    }
}

/// When a new key expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLifetime {
    Days30,
    #[default]
    Days90,
    Days365,
    Never,
}

words!(
    KeyLifetime,
    "30, 90 or 365 days, or never",
    Days30 = "30",
    Days90 = "90",
    Days365 = "365",
    Never = "never",
);

impl KeyLifetime {
    pub fn expires_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days30 => Some(now.plus(30 * DAY)),
            Self::Days90 => Some(now.plus(90 * DAY)),
            Self::Days365 => Some(now.plus(365 * DAY)),
            Self::Never => None,
        }
    }
}

/// A key to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    pub name: Name,
    pub lifetime: KeyLifetime,
    /// Made by the form once, so that a repeated submission makes no second key.
    pub idempotency: String,
}

/// The answer of a creation: the only moment at which the secret is known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedKey {
    pub id: KeyId,
    pub name: Name,
    pub secret: String,
}

impl std::fmt::Debug for CreatedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
