//! A decision in full: what every bucket and budget said.

use std::sync::Arc;

use app::model::{
    Money, Timestamp,
    limit::Level,
    receipt::{BucketLine, BudgetLine, Holder, Others, Receipt, RefusedBy},
};

use super::{
    book::Readings,
    bucket::Reading,
    policy::{BudgetRule, Demand, Policy, Rule, Source},
};

/// At most so many projects are named in a receipt.
const NAMED_HOLDERS: usize = 20;

/// Why a request was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub by: RefusedBy,
    /// Milliseconds until the request would fit if nothing else came; `None` when it can never fit.
    pub retry_after_ms: Option<i64>,
}

/// Everything that one decision read, before it changed anything. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Decision {
    policy: Arc<Policy>,
    demand: Demand,
    at: Timestamp,
    readings: Arc<Readings>,
    refused: Option<Refused>,
    holders: Vec<Holder>,
    others: Others,
}

/// A bucket at the moment of a decision, in whole units.
#[derive(Clone, Copy, Debug)]
pub struct BucketState<'a> {
    pub rule: &'a Rule,
    /// Units in use before this request, rounded up, reserved ones included; above the limit when in debt.
    pub used: u64,
    pub asked: u64,
    /// Units left after the decision: after the debit, or untouched by a refusal.
    pub remaining: u64,
    /// Milliseconds after the decision until nothing is in use.
    pub reset_ms: i64,
}

impl BucketState<'_> {
    pub fn limit(&self) -> u64 {
        self.rule.limit
    }
}

/// A budget at the moment of a decision.
#[derive(Clone, Copy, Debug)]
pub struct BudgetState<'a> {
    pub rule: &'a BudgetRule,
    /// Cost of the month so far, and the estimates of the requests under way.
    pub spent: Money,
    pub reserved: Money,
}

impl Decision {
    pub(super) fn new(policy: Arc<Policy>, demand: Demand, at: Timestamp, readings: Readings, refused: Option<Refused>) -> Self {
        Self {
            policy,
            demand,
            at,
            readings: Arc::new(readings),
            refused,
            holders: Vec::new(),
            others: Others::default(),
        }
    }

    pub(super) fn parts(&self) -> (&Policy, &Readings) {
        (&self.policy, &self.readings)
    }

    /// What the request asked for.
    pub fn demand(&self) -> Demand {
        self.demand
    }

    /// When it was made.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    pub fn refused(&self) -> Option<Refused> {
        self.refused
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// The level whose limit or budget refused.
    pub fn refused_level(&self) -> Option<Level> {
        match self.refused?.by {
            RefusedBy::Bucket(index) => self.policy.rules.limits.get(index).map(|rule| rule.key.level),
            RefusedBy::Budget(index) => self.policy.rules.budgets.get(index).map(|rule| rule.level),
            RefusedBy::Queue => None,
        }
    }

    /// The same decision, with a refusal that came after it: the buckets had room, the model had not.
    pub fn refused_by_queue(mut self, expected_wait_ms: i64) -> Self {
        self.refused = Some(Refused {
            by: RefusedBy::Queue,
            retry_after_ms: Some(expected_wait_ms),
        });
        self
    }

    /// Every bucket, in the order of the rules.
    pub fn buckets(&self) -> impl ExactSizeIterator<Item = BucketState<'_>> {
        let rules = self.policy.rules.limits.iter();
        rules
            .zip(&self.readings.buckets)
            .map(|(rule, (reading, _))| self.state(rule, *reading))
    }

    /// The bucket at an index of [`Self::buckets`].
    pub fn bucket(&self, index: usize) -> Option<BucketState<'_>> {
        let rule = self.policy.rules.limits.get(index)?;
        let (reading, _) = self.readings.buckets.get(index)?;
        Some(self.state(rule, *reading))
    }

    fn state<'a>(&self, rule: &'a Rule, before: Reading) -> BucketState<'a> {
        let (window, asked) = (rule.key.window.millis(), self.demand.of(rule.key.metric));
        let after = if self.is_refused() { before } else { before.after(asked, window) };
        BucketState {
            rule,
            used: before.total(window),
            asked,
            remaining: rule.limit.saturating_sub(after.total(window)),
            reset_ms: after.reset(rule.limit),
        }
    }

    /// The budget at an index of the rules.
    pub fn budget(&self, index: usize) -> Option<BudgetState<'_>> {
        let rule = self.policy.rules.budgets.get(index)?;
        let (spent, reserved, _) = *self.readings.budgets.get(index)?;
        Some(BudgetState { rule, spent, reserved })
    }

    /// Looks up who holds the org's bucket that refused. It costs a step per project of the org, so it is only done for a
    /// receipt that is kept.
    #[must_use]
    pub fn with_holders(mut self) -> Self {
        if let Some(Refused {
            by: RefusedBy::Bucket(index),
            ..
        }) = self.refused
            && self.refused_level() == Some(Level::Org)
        {
            let held = self.policy.book.lock().holders(self.policy.buckets[index]);
            let (named, others) = self.name_largest(held);
            self.others = others;
            self.holders = self.policy.book.lock().named(named);
        }
        self
    }

    /// The largest holders and always the request's own project; the rest as a sum.
    fn name_largest(&self, mut held: Vec<(u32, u64)>) -> (Vec<(u32, u64)>, Others) {
        let own = self.policy.project;
        held.sort_by_key(|(_, units)| std::cmp::Reverse(*units));
        let at = held.iter().position(|(project, _)| *project == own);
        if let Some(at) = at.filter(|at| *at >= NAMED_HOLDERS) {
            held[NAMED_HOLDERS - 1..=at].rotate_right(1);
        }
        let rest = held.split_off(held.len().min(NAMED_HOLDERS));
        let others = Others {
            projects: rest.len() as u64,
            units: rest.iter().map(|(_, units)| units).sum(),
        };
        (held, others)
    }

    /// The form in which it is stored and shown.
    pub fn receipt(&self) -> Receipt {
        let rules = self.policy.rules.limits.iter();
        let lines = rules
            .zip(&self.readings.buckets)
            .map(|(rule, (reading, _))| self.line(rule, *reading));
        let budgets = (0..self.policy.rules.budgets.len()).filter_map(|index| self.budget(index));
        Receipt {
            lane: self.policy.rules.lane,
            buckets: lines.collect(),
            budgets: budgets
                .map(|BudgetState { rule, spent, reserved }| BudgetLine {
                    level: rule.level,
                    limit: rule.limit,
                    hard_stop: rule.hard_stop,
                    spent,
                    reserved,
                    asked: self.demand.cost,
                })
                .collect(),
            refused_by: self.refused.map(|refused| refused.by),
            retry_after_ms: self.refused.and_then(|refused| refused.retry_after_ms),
            holders: self.holders.clone(),
            others: self.others,
        }
    }

    fn line(&self, rule: &Rule, reading: Reading) -> BucketLine {
        let window = rule.key.window;
        let reserved = reading.reserved(window.millis());
        BucketLine {
            level: rule.key.level,
            model: rule.key.model.clone(),
            metric: rule.key.metric,
            window,
            limit: rule.limit,
            inherited: rule.source == Source::Inherited,
            used: reading.total(window.millis()) - reserved,
            reserved,
            asked: self.demand.of(rule.key.metric),
            reset_ms: reading.reset(rule.limit),
        }
    }
}
