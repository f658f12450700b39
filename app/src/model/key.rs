//! API keys, as the console shows them. The secret's format and digest live on the server.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{KeyId, Name, Timestamp, time::DAY};

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

impl KeyState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
        }
    }
}

/// The text is no key state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown key state “{0}”")]
pub struct UnknownKeyState(pub String);

impl FromStr for KeyState {
    type Err = UnknownKeyState;
    fn from_str(text: &str) -> Result<Self, UnknownKeyState> {
        match text {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            "revoked" => Ok(Self::Revoked),
            other => Err(UnknownKeyState(other.to_owned())),
        }
    }
}

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

impl KeyLifetime {
    pub const ALL: [Self; 4] = [Self::Days30, Self::Days90, Self::Days365, Self::Never];

    /// The form value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days30 => "30",
            Self::Days90 => "90",
            Self::Days365 => "365",
            Self::Never => "never",
        }
    }

    pub fn expires_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days30 => Some(now.plus(30 * DAY)),
            Self::Days90 => Some(now.plus(90 * DAY)),
            Self::Days365 => Some(now.plus(365 * DAY)),
            Self::Never => None,
        }
    }
}

/// The text is no lifetime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose 30, 90 or 365 days, or never.")]
pub struct UnknownLifetime;

impl FromStr for KeyLifetime {
    type Err = UnknownLifetime;
    fn from_str(text: &str) -> Result<Self, UnknownLifetime> {
        Self::ALL
            .into_iter()
            .find(|lifetime| lifetime.as_str() == text)
            .ok_or(UnknownLifetime)
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
