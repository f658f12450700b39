//! Usage totals and the daily series of a chart.

use serde::{Deserialize, Serialize};

use super::{ModelId, Money, OrgId, ProjectId, Timestamp, time::DAY, words::words};

/// Whose usage or audit log is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    Org(OrgId),
    Project(ProjectId),
}

/// A preset range; whole days in UTC, up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Range {
    Days7,
    #[default]
    Days30,
    MonthToDate,
}

words!(Range, "7d, 30d or mtd", Days7 = "7d", Days30 = "30d", MonthToDate = "mtd");

impl Range {
    /// The first millisecond of the range.
    pub fn start(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Days7 => now.day_start().plus(-6 * DAY),
            Self::Days30 => now.day_start().plus(-29 * DAY),
            Self::MonthToDate => now.month_start(),
        }
    }
}

/// Sums over a range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Admitted requests.
    pub requests: u64,
    pub tokens_in: u64,
    pub tokens_cached: u64,
    pub tokens_out: u64,
    pub cost: Money,
    /// Admitted requests whose answer was an error.
    pub errors: u64,
    /// 429 answers, by the level that refused.
    pub refused_org: u64,
    pub refused_project: u64,
}

/// One model on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOfModel {
    /// Midnight UTC.
    pub day: Timestamp,
    pub model: ModelId,
    pub requests: u64,
    /// In and out together.
    pub tokens: u64,
    pub cost: Money,
}

/// What the Usage page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageReport {
    pub from: Timestamp,
    pub now: Timestamp,
    pub totals: Totals,
    /// Sorted by day; days without requests are left out.
    pub days: Vec<DayOfModel>,
    /// Models in the report that answer from the built-in simulator.
    pub simulated: Vec<ModelId>,
}
