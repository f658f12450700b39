//! The buckets and budgets of one org, behind one lock.

use std::{collections::HashMap, sync::Arc};

use app::model::{
    Money, OrgId, ProjectId, Timestamp,
    limit::Level,
    receipt::{Holder, RefusedBy},
};

use super::{
    bucket::{Bucket, Reading},
    budget::Budget,
    decision::Refused,
    engine::BucketLevel,
    policy::{BucketKey, Demand, Policy, Source},
};

/// Buckets lie in one list, so that a compiled policy finds each by its index.
#[derive(Debug, Default)]
pub(super) struct Book {
    buckets: Vec<(Arc<BucketKey>, Bucket)>,
    by_key: HashMap<Arc<BucketKey>, u32>,
    budgets: Vec<Budget>,
    by_scope: HashMap<String, u32>,
    projects: Vec<ProjectId>,
    by_project: HashMap<ProjectId, u32>,
    /// Buckets that changed since the last export.
    dirty: Vec<u32>,
}

/// What a decision read before it changed anything.
#[derive(Debug)]
pub(super) struct Readings {
    /// One per rule, with the hold to settle when it was admitted.
    pub buckets: Box<[(Reading, u64)]>,
    /// Spent and held of each budget, and the month that an admitted request is held in.
    pub budgets: Box<[(Money, Money, Timestamp)]>,
}

/// A decision as it comes out of the lock.
pub(super) struct Outcome {
    pub readings: Readings,
    pub refused: Option<Refused>,
}

impl Book {
    pub(super) fn decide(&mut self, policy: &Policy, now: Timestamp, demand: Demand) -> Outcome {
        for (rule, index) in policy.rules.limits.iter().zip(&policy.buckets) {
            self.bucket(*index).refill(rule.limit, now);
        }
        for index in &policy.budgets {
            self.budget(*index).advance(now);
        }
        let refused = self.refusal(policy, now, demand);
        let is_admitted = refused.is_none();
        let mut readings = Vec::with_capacity(policy.buckets.len());
        for (rule, index) in policy.rules.limits.iter().zip(&policy.buckets) {
            let bucket = self.bucket(*index);
            let reading = bucket.reading();
            let hold = if is_admitted {
                let was_dirty = bucket.dirty;
                let hold = bucket.take(demand.of(rule.key.metric), policy.project);
                self.mark(*index, was_dirty);
                hold
            } else {
                0
            };
            readings.push((reading, hold));
        }
        let budgets = policy.budgets.iter().map(|index| {
            let budget = self.budget(*index);
            let (spent, held) = budget.amounts();
            (spent, held, if is_admitted { budget.take(demand.cost) } else { now })
        });
        let budgets = budgets.collect();
        Outcome {
            readings: Readings {
                buckets: readings.into_boxed_slice(),
                budgets,
            },
            refused,
        }
    }

    /// What holds the request back longest; nothing when all have room. Among equals the first wins, so that the higher
    /// level is named. A budget holds back longer than any bucket that refills.
    fn refusal(&mut self, policy: &Policy, now: Timestamp, demand: Demand) -> Option<Refused> {
        let mut longest: Option<Refused> = None;
        for (index, (rule, bucket)) in policy.rules.limits.iter().zip(&policy.buckets).enumerate() {
            if rule.source == Source::Inherited {
                continue;
            }
            let wait = self.bucket(*bucket).wait(rule.limit, demand.of(rule.key.metric));
            let by = RefusedBy::Bucket(index);
            if wait != Some(0) && longest.is_none_or(|other| rank(wait) > rank(other.retry_after_ms)) {
                longest = Some(Refused { by, retry_after_ms: wait });
            }
        }
        for (index, (rule, budget)) in policy.rules.budgets.iter().zip(&policy.budgets).enumerate() {
            let budget = self.budget(*budget);
            if !rule.hard_stop || budget.fits(rule.limit, demand.cost) {
                continue;
            }
            let wait = (demand.cost <= rule.limit).then(|| budget.renews_in(now));
            if longest.is_none_or(|other| rank(wait) > rank(other.retry_after_ms)) {
                let by = RefusedBy::Budget(index);
                longest = Some(Refused { by, retry_after_ms: wait });
            }
        }
        longest
    }

    /// Replaces what an admitted request holds by what it used; `now` is given when its end is known.
    pub(super) fn settle(&mut self, policy: &Policy, readings: &Readings, held: Demand, actual: Option<Demand>, now: Option<Timestamp>) {
        let rules = policy.rules.limits.iter().zip(&policy.buckets);
        for ((rule, index), (_, hold)) in rules.zip(&readings.buckets) {
            let bucket = self.bucket(*index);
            if let Some(now) = now {
                bucket.elapse(now);
            }
            let metric = rule.key.metric;
            let was_dirty = bucket.dirty;
            bucket.settle(*hold, held.of(metric), actual.map_or(0, |actual| actual.of(metric)), policy.project);
            self.mark(*index, was_dirty);
        }
        for (index, (_, _, month)) in policy.budgets.iter().zip(&readings.budgets) {
            let budget = self.budget(*index);
            if let Some(now) = now {
                budget.advance(now);
            }
            budget.settle(*month, held.cost, actual.map_or(Money::ZERO, |actual| actual.cost));
        }
    }

    /// The bucket of a key, made empty when there is none.
    pub(super) fn find_or_add(&mut self, key: &BucketKey, now: Timestamp) -> u32 {
        if let Some(index) = self.by_key.get(key) {
            return *index;
        }
        self.insert(key.clone(), Bucket::new(key.window.millis(), now))
    }

    /// A bucket as it was stored or counted; one that exists has at least that much in use.
    pub(super) fn restore(&mut self, key: BucketKey, used: u64, at: Timestamp) {
        if let Some(index) = self.by_key.get(&key).copied() {
            let was_dirty = self.bucket(index).dirty;
            self.bucket(index).raise(used, at);
            self.mark(index, was_dirty);
        } else {
            let bucket = Bucket::restored(used, key.window.millis(), at);
            self.insert(key, bucket);
        }
    }

    /// The limits and the budget of a scope were away, or may have been: what they hold is to be counted again.
    pub(super) fn doubt(&mut self, scope: &str) {
        for (key, bucket) in &mut self.buckets {
            bucket.doubted |= key.scope == scope;
        }
        if let Some(index) = self.by_scope.get(scope) {
            self.budgets[*index as usize].doubted = true;
        }
    }

    fn insert(&mut self, key: BucketKey, bucket: Bucket) -> u32 {
        let key = Arc::new(key);
        let index = index(self.buckets.len());
        let bucket = if key.level == Level::Org { bucket.shared() } else { bucket };
        self.by_key.insert(Arc::clone(&key), index);
        self.buckets.push((key, bucket));
        index
    }

    pub(super) fn find(&self, key: &BucketKey) -> Option<&Bucket> {
        self.by_key.get(key).map(|index| &self.buckets[*index as usize].1)
    }

    pub(super) fn budget_index(&self, scope: &str) -> Option<u32> {
        self.by_scope.get(scope).copied()
    }

    /// True for a budget that has counted all along.
    pub(super) fn knows_budget(&self, scope: &str) -> bool {
        self.budget_index(scope).is_some_and(|index| !self.budgets[index as usize].doubted)
    }

    /// The budget of a scope, made empty when there is none.
    pub(super) fn find_or_add_budget(&mut self, scope: &str, now: Timestamp) -> u32 {
        self.budget_index(scope).unwrap_or_else(|| self.add_budget(scope, Money::ZERO, now))
    }

    /// A budget of which the month has spent at least this so far.
    pub(super) fn add_budget(&mut self, scope: &str, spent: Money, now: Timestamp) -> u32 {
        if let Some(index) = self.by_scope.get(scope) {
            self.budgets[*index as usize].raise(spent, now);
            return *index;
        }
        let index = index(self.budgets.len());
        self.budgets.push(Budget::new(spent, now));
        self.by_scope.insert(scope.to_owned(), index);
        index
    }

    pub(super) fn project_index(&mut self, project: &ProjectId) -> u32 {
        if let Some(index) = self.by_project.get(project) {
            return *index;
        }
        let index = index(self.projects.len());
        self.projects.push(project.clone());
        self.by_project.insert(project.clone(), index);
        index
    }

    /// Projects, by index, with the units that they hold of one bucket.
    pub(super) fn holders(&self, bucket: u32) -> Vec<(u32, u64)> {
        self.buckets[bucket as usize].1.holders().filter(|(_, units)| *units > 0).collect()
    }

    pub(super) fn named(&self, holders: Vec<(u32, u64)>) -> Vec<Holder> {
        let name = |(project, units): (u32, u64)| Holder {
            project: self.projects[project as usize].clone(),
            units,
        };
        holders.into_iter().map(name).collect()
    }

    /// The levels that changed since the last call.
    pub(super) fn export(&mut self, org: &OrgId, levels: &mut Vec<BucketLevel>) {
        for index in self.dirty.drain(..) {
            let (key, bucket) = &mut self.buckets[index as usize];
            let (used, at, peak) = bucket.export();
            levels.push(BucketLevel {
                org: org.clone(),
                key: BucketKey::clone(key),
                used,
                at,
                peak,
            });
        }
    }

    /// Every index was made by this book, and buckets are never removed.
    fn bucket(&mut self, index: u32) -> &mut Bucket {
        &mut self.buckets[index as usize].1
    }

    pub(super) fn budget(&mut self, index: u32) -> &mut Budget {
        &mut self.budgets[index as usize]
    }

    fn mark(&mut self, index: u32, was_dirty: bool) {
        if !was_dirty && self.buckets[index as usize].1.dirty {
            self.dirty.push(index);
        }
    }
}

/// Waits in the order of their length; for ever is the longest.
fn rank(wait: Option<i64>) -> i64 {
    wait.unwrap_or(i64::MAX)
}

/// Memory ends long before four thousand million buckets.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
