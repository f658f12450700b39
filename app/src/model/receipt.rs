//! The receipt of one decision: every bucket and budget that a request had to pass.

use serde::{Deserialize, Serialize};

use super::{
    Money, ProjectId,
    limit::{Level, Metric, ModelScope, Window},
    words::words,
};

/// Which pool of buckets a request draws from: `priority` and `default` share one, `flex` has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    #[default]
    Standard,
    Flex,
}

words!(Lane, "standard or flex", Standard = "standard", Flex = "flex");

/// One bucket at the moment of the decision, in whole units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "PackedBucket", from = "PackedBucket")]
pub struct BucketLine {
    pub level: Level,
    pub model: ModelScope,
    pub metric: Metric,
    pub window: Window,
    /// Units per window.
    pub limit: u64,
    /// True for a project without a limit of its own: the line repeats the org's limit and never refuses.
    pub inherited: bool,
    /// Units of requests that have ended, and of those under way, before this request. Their sum can pass the limit: debt.
    pub used: u64,
    pub reserved: u64,
    pub asked: u64,
    /// Milliseconds until nothing is in use.
    pub reset_ms: i64,
}

impl BucketLine {
    /// Units that were missing for the request to fit.
    pub fn short_by(&self) -> u64 {
        (self.used.saturating_add(self.reserved).saturating_add(self.asked)).saturating_sub(self.limit)
    }
}

/// Lines are stored by the million, so without names.
#[derive(Serialize, Deserialize)]
struct PackedBucket(Level, ModelScope, Metric, Window, u64, bool, u64, u64, u64, i64);

impl From<BucketLine> for PackedBucket {
    fn from(line: BucketLine) -> Self {
        Self(
            line.level,
            line.model,
            line.metric,
            line.window,
            line.limit,
            line.inherited,
            line.used,
            line.reserved,
            line.asked,
            line.reset_ms,
        )
    }
}

impl From<PackedBucket> for BucketLine {
    fn from(packed: PackedBucket) -> Self {
        let PackedBucket(level, model, metric, window, limit, inherited, used, reserved, asked, reset_ms) = packed;
        Self {
            level,
            model,
            metric,
            window,
            limit,
            inherited,
            used,
            reserved,
            asked,
            reset_ms,
        }
    }
}

/// One monthly budget at the moment of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    pub level: Level,
    pub limit: Money,
    /// False: the budget only warns.
    pub hard_stop: bool,
    /// Cost of the month's requests that have ended, and the estimates of those under way.
    pub spent: Money,
    pub reserved: Money,
    /// The request's own estimate.
    pub asked: Money,
}

/// What refused the request: the one that holds it back longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedBy {
    /// Index into [`Receipt::buckets`].
    Bucket(usize),
    /// Index into [`Receipt::budgets`].
    Budget(usize),
    /// The expected wait for a place at the model was longer than the request allowed.
    Queue,
}

/// What a project held of the org's bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub project: ProjectId,
    pub units: u64,
}

/// Projects that are not named among the holders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Others {
    pub projects: u64,
    pub units: u64,
}

/// A whole decision, as it is stored with its request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    pub lane: Lane,
    /// Org first, then project, then key.
    pub buckets: Vec<BucketLine>,
    pub budgets: Vec<BudgetLine>,
    /// `None` for an admitted request.
    pub refused_by: Option<RefusedBy>,
    /// Milliseconds until the request would have fitted if nothing else came; `None` when it never can, or was admitted.
    pub retry_after_ms: Option<i64>,
    /// When the org's bucket refused: who held it, the largest first, and always the request's own project if it held
    /// anything. Only owners and org admins may see the projects.
    pub holders: Vec<Holder>,
    /// Holders beyond those.
    pub others: Others,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_survives_its_stored_form_and_stays_short() {
        let line = BucketLine {
            level: Level::Org,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
            limit: 1_000_000,
            inherited: false,
            used: 880_000,
            reserved: 72_000,
            asked: 96_000,
            reset_ms: 57_120,
        };
        assert_eq!(line.short_by(), 48_000);
        let receipt = Receipt {
            buckets: vec![line],
            refused_by: Some(RefusedBy::Bucket(0)),
            ..Receipt::default()
        };
        let text = serde_json::to_string(&receipt).expect("JSON");
        assert!(
            text.contains(r#"["org","*","tokens","minute",1000000,false,880000,72000,96000,57120]"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Receipt>(&text).expect("a receipt"), receipt);
    }

    #[test]
    fn a_record_of_the_first_version_has_no_receipt() {
        assert_eq!(serde_json::from_str::<Receipt>("{}").expect("empty"), Receipt::default());
    }
}
