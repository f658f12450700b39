//! What a request has to pass: rules by name, and the same resolved to the buckets that they mean.

use std::sync::{Arc, OnceLock};

use app::model::{
    Money, OrgId, ProjectId, Timestamp,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
    receipt_parts::{self, LimitRule, RuleSet},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{book::Book, decision::Decision, reservation::Reservation, sync::Mutex};

/// Names a bucket inside an org.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BucketKey {
    pub level: Level,
    /// Id of the org, project or key.
    pub scope: String,
    pub lane: Lane,
    pub model: ModelScope,
    pub metric: Metric,
    pub window: Window,
}

/// Where the limit of a bucket comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Set at the bucket's own level: it refuses.
    Own,
    /// Repeats the org's limit: it counts, for the Limits page, and leaves refusing to the org's own bucket.
    Inherited,
}

/// One limit that holds for a request.
#[derive(Clone, Debug)]
pub struct Rule {
    pub key: BucketKey,
    /// Units per window.
    pub limit: u64,
    pub source: Source,
}

/// One monthly budget that holds for a request.
#[derive(Clone, Debug)]
pub struct BudgetRule {
    pub level: Level,
    /// Id of the org, project or key.
    pub scope: String,
    pub limit: Money,
    /// False: the budget counts and warns, and refuses nothing.
    pub hard_stop: bool,
}

/// Everything that holds for the requests of one key to one model in one lane. Each bucket stands here once.
#[derive(Clone, Debug)]
pub struct Rules {
    pub org: OrgId,
    pub project: ProjectId,
    pub lane: Lane,
    pub limits: Vec<Rule>,
    pub budgets: Vec<BudgetRule>,
}

/// What one request wants, or what it used in the end. In every bucket of requests it counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    pub tokens: u64,
    pub cost: Money,
}

impl Demand {
    /// Units of a metric.
    pub fn of(self, metric: Metric) -> u64 {
        match metric {
            Metric::Requests => 1,
            Metric::Tokens => self.tokens,
        }
    }
}

/// [`Rules`] with their buckets found: made once by [`super::Engine::compile`], used for many decisions.
#[derive(Debug)]
pub struct Policy {
    pub(super) rules: Rules,
    pub(super) book: Arc<Mutex<Book>>,
    /// Index of each rule's bucket, and of each budget.
    pub(super) buckets: Box<[u32]>,
    pub(super) budgets: Box<[u32]>,
    /// Index of the project among the org's.
    pub(super) project: u32,
    /// Half of the SHA-256 of the rule set, in hexadecimal digits, once it was asked for.
    pub(super) digest: OnceLock<String>,
}

impl Policy {
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What all receipts of these rules have in common.
    pub fn rule_set(&self) -> RuleSet {
        let limit = |rule: &Rule| {
            let BucketKey {
                level,
                model,
                metric,
                window,
                ..
            } = &rule.key;
            LimitRule(
                *level,
                model.clone(),
                *metric,
                *window,
                rule.limit,
                rule.source == Source::Inherited,
            )
        };
        let budget = |rule: &BudgetRule| receipt_parts::BudgetRule(rule.level, rule.limit, rule.hard_stop);
        RuleSet {
            lane: self.rules.lane,
            limits: self.rules.limits.iter().map(limit).collect(),
            budgets: self.rules.budgets.iter().map(budget).collect(),
        }
    }

    /// The name of the rule set: the same for every policy with the same one.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| {
            let text = serde_json::to_string(&self.rule_set()).unwrap_or_default();
            hex::encode(&Sha256::digest(text)[..16])
        })
    }

    /// Debits every bucket and budget, or none.
    ///
    /// # Errors
    /// The whole decision, when at least one bucket with its own limit, or a budget with a hard stop, has no room.
    pub fn decide(self: &Arc<Self>, now: Timestamp, demand: Demand) -> Result<Reservation, Box<Decision>> {
        let outcome = self.book.lock().decide(self, now, demand);
        let decision = Decision::new(Arc::clone(self), demand, now, outcome.readings, outcome.refused);
        if decision.is_refused() {
            Err(Box::new(decision))
        } else {
            Ok(Reservation::new(decision))
        }
    }
}
