//! All buckets of the installation, by org: rules are compiled here once, and levels loaded and stored.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use app::model::{Money, OrgId, Timestamp};

use super::{
    book::Book,
    policy::{BucketKey, BudgetRule, Policy, Rule, Rules, Source},
    sync::{Mutex, RwLock},
};

/// A bucket's level for storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLevel {
    pub org: OrgId,
    pub key: BucketKey,
    /// Whole units in use at `at`, rounded up.
    pub used: u64,
    pub at: Timestamp,
    /// The most that was in use at once in this hour, in whole units; 0 when it has not risen since the last export.
    pub peak: u64,
}

/// Live use of one bucket, in whole units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// By requests that have ended; with `reserved` it passes the limit when in debt.
    pub used: u64,
    /// By requests under way.
    pub reserved: u64,
}

/// A limit or budget that nothing was counted for yet: [`Engine::seed`] and [`Engine::seed_budget`] give it its past.
#[derive(Clone, Copy, Debug)]
pub enum Unknown<'a> {
    Limit(&'a Rule),
    Budget(&'a BudgetRule),
}

/// All buckets of the installation.
#[derive(Debug, Default)]
pub struct Engine {
    orgs: RwLock<HashMap<OrgId, Arc<Mutex<Book>>>>,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    /// Finds the buckets of rules, and makes those that do not exist.
    pub fn compile(&self, rules: Rules, now: Timestamp) -> Arc<Policy> {
        let shared = self.org(&rules.org);
        let mut book = shared.lock();
        let buckets = rules.limits.iter().map(|rule| book.find_or_add(&rule.key, now)).collect();
        let budgets = rules.budgets.iter().map(|rule| book.find_or_add_budget(&rule.scope, now)).collect();
        let project = book.project_index(&rules.project);
        drop(book);
        Arc::new(Policy {
            rules,
            book: shared,
            buckets,
            budgets,
            project,
            digest: OnceLock::new(),
        })
    }

    /// The limits and budgets of rules that have no bucket yet, or one in doubt. What only counts for the Limits page starts at nothing.
    pub fn unknown<'a>(&self, rules: &'a Rules) -> Vec<Unknown<'a>> {
        let shared = self.org(&rules.org);
        let book = shared.lock();
        let is_new = |rule: &&Rule| rule.source == Source::Own && book.find(&rule.key).is_none_or(|bucket| bucket.doubted);
        let limits = rules.limits.iter().filter(is_new).map(Unknown::Limit);
        let budgets = rules.budgets.iter().filter(|rule| !book.knows_budget(&rule.scope));
        limits.chain(budgets.map(Unknown::Budget)).collect()
    }

    /// Gives a limit that is set what was used before. A bucket that exists keeps what is more.
    pub fn seed(&self, org: &OrgId, key: BucketKey, used: u64, now: Timestamp) {
        self.org(org).lock().restore(key, used, now);
    }

    /// The limits and the budget of this scope have changed: what they did not see while they were away is to be counted
    /// again, at the next [`Self::unknown`].
    pub fn doubt(&self, org: &OrgId, scope: &str) {
        self.org(org).lock().doubt(scope);
    }

    /// The same as [`Self::seed`] for a budget, with what its scope has spent this month.
    pub fn seed_budget(&self, org: &OrgId, scope: &str, spent: Money, now: Timestamp) {
        self.org(org).lock().add_budget(scope, spent, now);
    }

    /// What is in use right now.
    pub fn usage(&self, org: &OrgId, key: &BucketKey, limit: u64, now: Timestamp) -> Usage {
        let Some(shared) = self.orgs.read().get(org).cloned() else {
            return Usage::default();
        };
        let reading = shared.lock().find(key).map(|bucket| bucket.reading_at(limit, now));
        let window = key.window.millis();
        reading.map_or_else(Usage::default, |reading| Usage {
            used: reading.total(window) - reading.reserved(window),
            reserved: reading.reserved(window),
        })
    }

    /// Units in use right now, reserved ones included; above `limit` when in debt.
    pub fn used(&self, org: &OrgId, key: &BucketKey, limit: u64, now: Timestamp) -> u64 {
        let usage = self.usage(org, key, limit, now);
        usage.used + usage.reserved
    }

    /// Spent in this month and reserved by requests under way; `None` for a scope without a budget in use.
    pub fn spend(&self, org: &OrgId, scope: &str, now: Timestamp) -> Option<(Money, Money)> {
        let shared = self.orgs.read().get(org).cloned()?;
        let mut book = shared.lock();
        let index = book.budget_index(scope)?;
        let budget = book.budget(index);
        budget.advance(now);
        Some(budget.amounts())
    }

    /// The levels that changed since the last call, for storage.
    pub fn changed_levels(&self) -> Vec<BucketLevel> {
        let mut levels = Vec::new();
        for (org, shared) in self.orgs.read().iter() {
            shared.lock().export(org, &mut levels);
        }
        levels
    }

    /// Loads stored levels, before the first decision. The time since they were stored refills at the next decision; a
    /// level of the future (the clock was set back since) counts as one of `now`.
    pub fn restore(&self, levels: impl IntoIterator<Item = BucketLevel>, now: Timestamp) {
        for level in levels {
            self.org(&level.org).lock().restore(level.key, level.used, level.at.min(now));
        }
    }

    fn org(&self, org: &OrgId) -> Arc<Mutex<Book>> {
        if let Some(shared) = self.orgs.read().get(org) {
            return Arc::clone(shared);
        }
        Arc::clone(self.orgs.write().entry(org.clone()).or_default())
    }
}
