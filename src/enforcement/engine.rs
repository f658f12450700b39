//! The decision: every bucket of a request is debited under one lock, or none is.

use std::{collections::HashMap, sync::Arc};

use app::model::{
    OrgId, Timestamp,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use parking_lot::{Mutex, RwLock};
use serde::Serialize;

use super::{bucket::Bucket, reservation::Reservation};

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

/// What a request wants of one bucket.
#[derive(Clone, Debug)]
pub struct Ask {
    pub key: BucketKey,
    /// Units per window.
    pub limit: u64,
    pub amount: u64,
    pub source: Source,
}

/// A bucket at the moment of a decision, for headers and receipts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketState {
    #[serde(flatten)]
    pub key: BucketKey,
    pub source: Source,
    /// Units per window.
    pub limit: u64,
    /// Units in use before this request, rounded up; above the limit when in debt.
    pub used: u64,
    pub asked: u64,
    /// Units left after the decision: after the debit, or untouched by a refusal.
    pub remaining: u64,
    /// Milliseconds after the decision until nothing is in use.
    pub reset_ms: i64,
}

/// Why a request was not admitted; no bucket was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Every bucket of the request, in the order asked.
    pub buckets: Vec<BucketState>,
    /// Index of the bucket that holds the request back longest: the one to name.
    pub named: usize,
    /// Milliseconds until the request would fit if nothing else came; `None` when it can never fit.
    pub retry_after_ms: Option<i64>,
}

impl Refusal {
    /// The bucket that holds the request back longest.
    pub fn bucket(&self) -> &BucketState {
        &self.buckets[self.named]
    }
}

/// A bucket's level for storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLevel {
    pub org: OrgId,
    pub key: BucketKey,
    /// Whole units in use at `at`, rounded up.
    pub used: u64,
    pub at: Timestamp,
    /// The most that was in use at once since the last export, in whole units.
    pub peak: u64,
}

/// The buckets of one org, behind one lock.
#[derive(Default)]
pub(super) struct OrgBuckets {
    pub(super) buckets: HashMap<BucketKey, Bucket>,
    dirty: Vec<BucketKey>,
}

impl OrgBuckets {
    pub(super) fn mark(&mut self, key: &BucketKey) {
        self.dirty.push(key.clone());
    }
}

/// All buckets of the installation, by org.
#[derive(Default)]
pub struct Engine {
    orgs: RwLock<HashMap<OrgId, Arc<Mutex<OrgBuckets>>>>,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    /// Debits every bucket asked, or none. Each bucket may be asked once.
    ///
    /// # Errors
    /// The state of every bucket, when at least one with its own limit has no room.
    pub fn decide(&self, org: &OrgId, now: Timestamp, asks: &[Ask]) -> Result<Reservation, Box<Refusal>> {
        let shared = self.org(org);
        let mut guard = shared.lock();
        let OrgBuckets { buckets, dirty } = &mut *guard;
        for ask in asks {
            if let Some(bucket) = buckets.get_mut(&ask.key) {
                bucket.refill(ask.limit, now);
            } else {
                buckets.insert(ask.key.clone(), Bucket::new(ask.key.window.millis(), now));
            }
        }
        if let Some((named, retry_after_ms)) = longest_wait(buckets, asks) {
            let states = asks.iter().map(|ask| state(&buckets[&ask.key], ask, now)).collect();
            return Err(Box::new(Refusal {
                buckets: states,
                named,
                retry_after_ms,
            }));
        }
        let mut states = Vec::with_capacity(asks.len());
        let mut holds = Vec::with_capacity(asks.len());
        for ask in asks {
            let Some(bucket) = buckets.get_mut(&ask.key) else { continue };
            let before = bucket.units(ask.limit, now);
            if !bucket.dirty {
                dirty.push(ask.key.clone());
            }
            holds.push(bucket.take(ask.amount));
            let mut after = state(bucket, ask, now);
            after.used = before;
            states.push(after);
        }
        drop(guard);
        Ok(Reservation::new(shared, states, holds))
    }

    /// Units in use right now, rounded up; above `limit` when in debt.
    pub fn used(&self, org: &OrgId, key: &BucketKey, limit: u64, now: Timestamp) -> u64 {
        let shared = self.orgs.read().get(org).cloned();
        shared.map_or(0, |shared| {
            shared.lock().buckets.get(key).map_or(0, |bucket| bucket.units(limit, now))
        })
    }

    /// The levels that changed since the last call, for storage.
    pub fn changed_levels(&self) -> Vec<BucketLevel> {
        let mut levels = Vec::new();
        for (org, shared) in self.orgs.read().iter() {
            let mut guard = shared.lock();
            let OrgBuckets { buckets, dirty } = &mut *guard;
            for key in dirty.drain(..) {
                if let Some(bucket) = buckets.get_mut(&key) {
                    bucket.dirty = false;
                    let (used, at) = bucket.level();
                    let org = org.clone();
                    levels.push(BucketLevel {
                        org,
                        key,
                        used,
                        at,
                        peak: used,
                    });
                }
            }
        }
        levels
    }

    /// Loads stored levels, before the first decision. The time since they were stored refills at the next decision; a
    /// level of the future (the clock was set back since) counts as one of `now`.
    pub fn restore(&self, levels: impl IntoIterator<Item = BucketLevel>, now: Timestamp) {
        for level in levels {
            let bucket = Bucket::restored(level.used, level.key.window.millis(), level.at.min(now));
            self.org(&level.org).lock().buckets.insert(level.key, bucket);
        }
    }

    fn org(&self, org: &OrgId) -> Arc<Mutex<OrgBuckets>> {
        if let Some(shared) = self.orgs.read().get(org) {
            return Arc::clone(shared);
        }
        Arc::clone(self.orgs.write().entry(org.clone()).or_default())
    }
}

/// The bucket that refuses longest and its wait in milliseconds (`None`: for ever); nothing when all have room.
/// Among equals the first wins, so that the higher level is named.
fn longest_wait(buckets: &HashMap<BucketKey, Bucket>, asks: &[Ask]) -> Option<(usize, Option<i64>)> {
    let mut longest: Option<(usize, Option<i64>)> = None;
    for (index, ask) in asks.iter().enumerate().filter(|(_, ask)| ask.source == Source::Own) {
        let wait = buckets[&ask.key].wait(ask.limit, ask.amount);
        let rank = |wait: Option<i64>| wait.unwrap_or(i64::MAX);
        if wait != Some(0) && longest.is_none_or(|(_, other)| rank(wait) > rank(other)) {
            longest = Some((index, wait));
        }
    }
    longest
}

fn state(bucket: &Bucket, ask: &Ask, now: Timestamp) -> BucketState {
    let used = bucket.units(ask.limit, now);
    BucketState {
        key: ask.key.clone(),
        source: ask.source,
        limit: ask.limit,
        used,
        asked: ask.amount,
        remaining: ask.limit.saturating_sub(used),
        reset_ms: bucket.reset(ask.limit),
    }
}
