//! A decision in full: what every bucket and budget said.

use std::sync::Arc;

use app::model::{
    Money, Timestamp,
    limit::Level,
    receipt::{Holder, Others, RefusedBy},
    receipt_parts::Figures,
};

use super::{
    book::Readings,
    bucket::Reading,
    policy::{BudgetRule, Demand, Policy, Rule},
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
    /// It took what the request asked for, and nothing gave it back.
    is_debited: bool,
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
    /// Units left after the decision: after the debit, or untouched by a refusal or when it was given back.
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
            is_debited: refused.is_none(),
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

    /// The same decision for a request that never reached an upstream: what it took was given back.
    #[must_use]
    pub fn given_back(mut self) -> Self {
        self.is_debited = false;
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
        let after = if self.is_debited { before.after(asked, window) } else { before };
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

    /// What it found and asked for: all of the receipt that [`Policy::rule_set`] does not say.
    pub fn figures(&self) -> Figures {
        let rules = &self.policy.rules;
        let buckets = rules.limits.iter().zip(&self.readings.buckets).map(|(rule, (reading, _))| {
            let window = rule.key.window.millis();
            let reserved = reading.reserved(window);
            (reading.total(window) - reserved, reserved, reading.reset(rule.limit))
        });
        let budgets = self.readings.budgets.iter().map(|(spent, reserved, _)| (*spent, *reserved));
        Figures {
            asked: (self.demand.tokens, self.demand.cost),
            buckets: buckets.collect(),
            budgets: budgets.collect(),
            refused_by: self.refused.map(|refused| refused.by),
            retry_after_ms: self.refused.and_then(|refused| refused.retry_after_ms),
            holders: self.holders.clone(),
            others: self.others,
        }
    }

    /// The rules that it was made by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The whole, as it is shown.
    #[cfg(test)]
    pub fn receipt(&self) -> app::model::receipt::Receipt {
        app::model::receipt::Receipt::join(&self.policy.rule_set(), self.figures()).expect("parts of one decision")
    }
}
