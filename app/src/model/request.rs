//! The request log: which requests are asked for, and what a row shows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    KeyId, ModelId, Money, RequestId, Timestamp,
    limit::Level,
    tier::Tier,
    time::{DAY, HOUR, MINUTE},
    words::words,
};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Answered: a status below 400.
    Ok,
    /// Refused by a limit, a budget or a queue.
    Refused,
    /// Any other status from 400 on.
    Errors,
}

words!(Ending, "ok, refused or errors", Ok = "ok", Refused = "refused", Errors = "errors");

/// What refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    Org,
    Project,
    Key,
    Budget,
    Queue,
}

words!(
    Refusal,
    "org, project, key, budget or queue",
    Org = "org",
    Project = "project",
    Key = "key",
    Budget = "budget",
    Queue = "queue"
);

impl Refusal {
    /// Out of what is recorded: the `code` of the error body, and the level whose limit it was.
    pub fn of(code: Option<&str>, level: Option<Level>) -> Option<Self> {
        match (code, level) {
            (Some("spend_limit_exceeded"), _) => Some(Self::Budget),
            (Some("queue_exceeded"), _) => Some(Self::Queue),
            (_, Some(Level::Org)) => Some(Self::Org),
            (_, Some(Level::Project)) => Some(Self::Project),
            (_, Some(Level::Key)) => Some(Self::Key),
            (_, None) => None,
        }
    }

    /// As it stands in a badge.
    pub fn label(self) -> &'static str {
        match self {
            Self::Org => "organization",
            Self::Project => "project",
            Self::Key => "key",
            Self::Budget => "budget",
            Self::Queue => "queue",
        }
    }
}

/// A preset range, up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    Minutes15,
    Hour,
    Day,
    Days7,
    #[default]
    All,
}

words!(
    Since,
    "15m, 1h, 24h, 7d or all",
    Minutes15 = "15m",
    Hour = "1h",
    Day = "24h",
    Days7 = "7d",
    All = "all"
);

impl Since {
    /// The first millisecond of the range.
    pub fn start(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Minutes15 => now.plus(-15 * MINUTE),
            Self::Hour => now.plus(-HOUR),
            Self::Day => now.plus(-DAY),
            Self::Days7 => now.plus(-7 * DAY),
            Self::All => Timestamp(i64::MIN),
        }
    }
}

/// Which requests are asked for; an empty field asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestFilter {
    pub ending: Option<Ending>,
    pub refusal: Option<Refusal>,
    pub model: Option<ModelId>,
    pub key: Option<KeyId>,
    pub tier: Option<Tier>,
    pub since: Since,
    /// A request id or the client's own one, in full; otherwise a part of a key's name or of a model.
    pub text: String,
}

impl RequestFilter {
    /// Longer texts find nothing: a client's own id has at most 128 characters.
    const MAX_TEXT: usize = 200;

    /// A typed text as it can be looked for: databases know no control characters in a text.
    pub fn searchable(typed: &str) -> String {
        typed.trim().chars().filter(|c| !c.is_control()).take(Self::MAX_TEXT).collect()
    }

    /// True when rows can be left out for another reason than their age.
    pub fn selects(&self) -> bool {
        let ages = Self {
            since: self.since,
            ..Self::default()
        };
        *self != ages
    }
}

/// A place in the log between two rows. Its text is `1795183331123.req_…`; the id can be missing, and then the place lies
/// before every request of that millisecond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    pub at: Timestamp,
    pub id: Option<RequestId>,
}

/// The text names no place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This link to a part of the log is damaged.")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (at, id) = match text.split_once('.') {
            Some((at, id)) => (at, Some(id.parse().map_err(|_| InvalidCursor)?)),
            None => (text, None),
        };
        let at = at.parse().map(Timestamp).map_err(|_| InvalidCursor)?;
        Ok(Self { at, id })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "{}.{id}", self.at.0),
            None => write!(f, "{}", self.at.0),
        }
    }
}

impl TryFrom<String> for Cursor {
    type Error = InvalidCursor;
    fn try_from(text: String) -> Result<Self, InvalidCursor> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

/// Which part of the log, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    #[default]
    Newest,
    /// The rows next to the cursor, on its older side.
    Before(Cursor),
    /// On its newer side.
    After(Cursor),
}

/// The key of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOfRequest {
    /// `None` for the Organization Default Key, unless an owner looks.
    pub id: Option<KeyId>,
    pub name: String,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    pub id: RequestId,
    /// `X-Client-Request-Id` as sent.
    pub client_id: Option<String>,
    pub at: Timestamp,
    /// Name of the project.
    pub project: String,
    /// `None` when it ran under a session.
    pub key: Option<KeyOfRequest>,
    pub model: ModelId,
    pub tier: Tier,
    /// HTTP status; 499 when the client left before the answer.
    pub status: u16,
    /// `code` of the error body.
    pub code: Option<String>,
    pub refusal: Option<Refusal>,
    /// Answered by the built-in simulator.
    pub simulated: bool,
    /// The tokens are not the upstream's own count.
    pub estimated: bool,
    pub tokens_in: u64,
    pub tokens_cached: u64,
    pub tokens_out: u64,
    pub cost: Money,
    /// Milliseconds to the end of the answer, and to its first token.
    pub latency_ms: u64,
    pub first_token_ms: Option<u64>,
}

impl RequestRow {
    pub fn cursor(&self) -> Cursor {
        Cursor {
            at: self.at,
            id: Some(self.id.clone()),
        }
    }
}

/// Requests that arrived in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute {
    /// Its first millisecond.
    pub start: Timestamp,
    pub admitted: u64,
    pub refused: u64,
}

/// A part of the log, and what its page needs beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestLog {
    /// Newest first.
    pub rows: Vec<RequestRow>,
    /// Rows that match, or at least so many.
    pub total: u64,
    pub total_is_exact: bool,
    /// False while nothing was ever recorded here.
    pub any: bool,
    /// Where to go on, towards older and newer rows.
    pub older: Option<Cursor>,
    pub newer: Option<Cursor>,
    /// The look-up ended here without reading older rows, although it found less than a page.
    pub looked_until: Option<Cursor>,
    /// What the filters offer.
    pub models: Vec<ModelId>,
    pub keys: Vec<(KeyId, String)>,
    /// The last hour, whatever the filter; minutes without requests are left out.
    pub minutes: Vec<Minute>,
    /// The first minute that was counted completely.
    pub minutes_from: Timestamp,
    pub now: Timestamp,
}

impl RequestLog {
    /// Rows of one page.
    pub const SIZE: u8 = 50;
    /// Rows that one look-up reads at most, for the list as for the minutes.
    pub const LOOK: u32 = 50_000;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    #[test]
    fn a_cursor_survives_the_address() {
        for cursor in [
            Cursor {
                at: Timestamp(1_795_183_331_123),
                id: Some(RequestId::from_bits(9)),
            },
            Cursor {
                at: Timestamp(7),
                id: None,
            },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", ".", "x", "1.", "1.req_x", "1.2", "99999999999999999999"] {
            assert_eq!(bad.parse::<Cursor>(), Err(InvalidCursor), "{bad}");
        }
    }

    #[test]
    fn a_budget_and_a_queue_are_no_limit_of_a_level() {
        assert_eq!(Refusal::of(Some("rate_limit_exceeded"), Some(Level::Key)), Some(Refusal::Key));
        assert_eq!(Refusal::of(Some("spend_limit_exceeded"), Some(Level::Org)), Some(Refusal::Budget));
        assert_eq!(Refusal::of(Some("queue_exceeded"), None), Some(Refusal::Queue));
        assert_eq!(Refusal::of(Some("upstream_unreachable"), None), None);
    }

    #[test]
    fn a_range_alone_selects_by_age_only() {
        let mut filter = RequestFilter {
            since: Since::Hour,
            ..RequestFilter::default()
        };
        assert!(!filter.selects());
        filter.text = "a".to_owned();
        assert!(filter.selects());
    }
}
