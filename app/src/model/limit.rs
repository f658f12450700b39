//! Quotas: a limit on (metric, window, model) at one level.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ModelId, time, words::words};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    Requests,
    Tokens,
}

/// Over which time a bucket refills completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Minute,
    Hour,
    Day,
}

/// Who a bucket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Org,
    Project,
    Key,
}

words!(Metric, "requests or tokens", Requests = "requests", Tokens = "tokens");
words!(Window, "minute, hour or day", Minute = "minute", Hour = "hour", Day = "day");
words!(Level, "org, project or key", Org = "org", Project = "project", Key = "key");

impl Window {
    pub fn millis(self) -> i64 {
        match self {
            Self::Minute => time::MINUTE,
            Self::Hour => time::HOUR,
            Self::Day => time::DAY,
        }
    }
}

/// Which models a limit counts: one, or all together (`*`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ModelScope {
    All,
    One(ModelId),
}

impl ModelScope {
    pub fn as_str(&self) -> &str {
        match self {
            Self::All => "*",
            Self::One(model) => model.as_str(),
        }
    }
}

impl FromStr for ModelScope {
    type Err = super::names::InvalidName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

impl TryFrom<String> for ModelScope {
    type Error = super::names::InvalidName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ModelScope> for String {
    fn from(scope: ModelScope) -> String {
        scope.as_str().to_owned()
    }
}

/// The largest limit that can be set: high enough for everybody, low enough that bucket arithmetic never overflows.
pub const MAX_LIMIT: u64 = 1_000_000_000_000;

/// Parses the field of a limit form: empty means "inherit".
///
/// # Errors
/// Anything but a whole number from 1 to [`MAX_LIMIT`]; digit groups may be separated by commas, spaces or underscores.
pub fn parse_limit(text: &str) -> Result<Option<u64>, InvalidLimit> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '_' | ' ' | '\u{202f}' | '\u{a0}'))
        .collect();
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse::<u64>() {
        Ok(value @ 1..=MAX_LIMIT) => Ok(Some(value)),
        _ => Err(InvalidLimit),
    }
}

/// The text is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a whole number from 1 to 1,000,000,000,000, or leave it empty to inherit.")]
pub struct InvalidLimit;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_parse_as_people_write_them() {
        assert_eq!(parse_limit(""), Ok(None));
        assert_eq!(parse_limit(" 1,000_000 "), Ok(Some(1_000_000)));
        for bad in ["0", "-1", "1.5", "ten", "1000000000001", "99999999999999999999999"] {
            assert_eq!(parse_limit(bad), Err(InvalidLimit), "{bad}");
        }
    }
}
