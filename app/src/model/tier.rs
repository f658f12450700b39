//! Service tiers.

use serde::{Deserialize, Serialize};

use super::{receipt::Lane, words::words};

/// A service tier that a request was run under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Flex,
    Default,
    Priority,
}

words!(
    Tier,
    "flex, default or priority",
    Flex = "flex",
    Default = "default",
    Priority = "priority"
);

impl Tier {
    /// `priority` and `default` share the buckets.
    pub fn lane(self) -> Lane {
        match self {
            Self::Flex => Lane::Flex,
            Self::Default | Self::Priority => Lane::Standard,
        }
    }
}
