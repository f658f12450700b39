//! What is known of the keys in use, with exact invalidation: a change of the org holds on the next request.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use app::model::{ModelId, Timestamp, receipt::Lane};
use parking_lot::RwLock;
use quick_cache::sync::Cache;

use crate::{
    access::api_key::KeyDigest,
    enforcement::Policy,
    store::{
        admission::{BudgetFact, KeyFacts, LimitFact, budgets_of, key_by_digest, limits_of},
        db::{Db, DbError},
        versions::Versions,
    },
};

/// Keys in memory at the same time; one more takes the place of one that is used less.
const CAPACITY: usize = 100_000;

/// A key with everything that its requests are decided by.
#[derive(Debug)]
pub(super) struct KeyCaller {
    pub facts: KeyFacts,
    pub limits: Vec<LimitFact>,
    pub budgets: Vec<BudgetFact>,
    /// Compiled policies of the models that it has called.
    policies: RwLock<Vec<(ModelId, Lane, Arc<Policy>)>>,
    /// The newest known version of the org.
    newest: Arc<AtomicI64>,
}

impl KeyCaller {
    /// True until the org changes.
    fn is_current(&self) -> bool {
        self.facts.version >= self.newest.load(Ordering::SeqCst)
    }

    pub(super) fn policy(&self, model: &ModelId, lane: Lane) -> Option<Arc<Policy>> {
        let policies = self.policies.read();
        let found = policies.iter().find(|(of, in_lane, _)| of == model && *in_lane == lane);
        found.map(|(_, _, policy)| Arc::clone(policy))
    }

    /// Two requests may both have compiled; the first one's is kept.
    pub(super) fn keep(&self, policy: Arc<Policy>, model: &ModelId, lane: Lane) {
        let mut policies = self.policies.write();
        if !policies.iter().any(|(of, in_lane, _)| of == model && *in_lane == lane) {
            policies.push((model.clone(), lane, policy));
        }
    }
}

/// Keys by the full digest of their secret. Unknown secrets are not remembered: a new key works at once, and strangers
/// cannot fill the memory.
pub(super) struct KeyCache {
    keys: Cache<KeyDigest, Arc<KeyCaller>>,
    db: Db,
    versions: Arc<Versions>,
}

impl KeyCache {
    pub(super) fn new(db: Db, versions: Arc<Versions>) -> Self {
        Self {
            keys: Cache::new(CAPACITY),
            db,
            versions,
        }
    }

    /// The key with this digest, as it is now: from memory while nothing can have changed, else from the database.
    pub(super) async fn find(&self, digest: &KeyDigest, now: Timestamp) -> Result<Option<Arc<KeyCaller>>, DbError> {
        if self.versions.is_fresh(now)
            && let Some(caller) = self.keys.get(digest)
            && caller.is_current()
        {
            return Ok(Some(caller));
        }
        // Boxed, because it is rare and large: every request has room for what it may await.
        let found = Box::pin(self.load(digest)).await?.map(Arc::new);
        match &found {
            Some(caller) => self.keys.insert(*digest, Arc::clone(caller)),
            None => drop(self.keys.remove(digest)),
        }
        Ok(found)
    }

    /// The version is read first, so that what is read after it is at least as new.
    async fn load(&self, digest: &KeyDigest) -> Result<Option<KeyCaller>, DbError> {
        let mut reader = self.db.read().await?;
        let Some(facts) = key_by_digest(&mut reader, digest).await? else {
            return Ok(None);
        };
        let limits = limits_of(&mut reader, &facts.project, &facts.key).await?;
        let budgets = budgets_of(&mut reader, &facts).await?;
        Ok(Some(KeyCaller {
            newest: self.versions.of(&facts.org),
            facts,
            limits,
            budgets,
            policies: RwLock::default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        gateway::testing::{NOON, Seed},
        store::testing::{TestDb, sqlite},
    };

    struct World {
        db: TestDb,
        seed: Seed,
        cache: KeyCache,
        versions: Arc<Versions>,
        digest: KeyDigest,
    }

    async fn world() -> World {
        let db = sqlite().await;
        let seed = Seed::new(&db.db).await;
        let project = seed.project("prod").await;
        let digest = seed.key(&project).await.0.digest(&seed.pepper);
        let versions = Arc::new(Versions::default());
        let cache = KeyCache::new(db.db.clone(), Arc::clone(&versions));
        World {
            db,
            seed,
            cache,
            versions,
            digest,
        }
    }

    impl World {
        async fn look(&self) {
            self.versions.refresh(&self.db.db, &self.seed.ambient).await.expect("a look");
        }

        async fn name(&self, now: Timestamp) -> String {
            let found = self.cache.find(&self.digest, now).await.expect("a database");
            found.expect("the key").facts.key_name.clone()
        }
    }

    #[tokio::test]
    async fn a_key_stays_in_memory_until_its_org_changes() {
        let world = world().await;
        world.look().await;
        assert_eq!(world.name(NOON).await, "ci");
        world.seed.sql("UPDATE api_keys SET name = 'behind our back'").await;
        assert_eq!(world.name(NOON).await, "ci", "from memory");
        world.seed.sql("UPDATE orgs SET version = version + 1").await;
        world.look().await;
        assert_eq!(world.name(NOON).await, "behind our back");
    }

    #[tokio::test]
    async fn without_a_recent_look_nothing_is_taken_from_memory() {
        let world = world().await;
        assert_eq!(world.name(NOON).await, "ci");
        world.seed.sql("UPDATE api_keys SET name = 'second'").await;
        assert_eq!(world.name(NOON).await, "second", "nobody has looked yet");
        world.look().await;
        assert_eq!(world.name(NOON).await, "second");
        world.seed.sql("UPDATE api_keys SET name = 'third'").await;
        assert_eq!(world.name(NOON.plus(1_499)).await, "second");
        assert_eq!(world.name(NOON.plus(1_500)).await, "third", "the look is too old");
    }

    #[tokio::test]
    async fn a_key_that_is_gone_leaves_the_memory() {
        let world = world().await;
        world.look().await;
        assert_eq!(world.name(NOON).await, "ci");
        world.seed.sql("DELETE FROM api_keys").await;
        assert!(
            world
                .cache
                .find(&world.digest, NOON.plus(2_000))
                .await
                .expect("a database")
                .is_none()
        );
        assert!(world.cache.keys.get(&world.digest).is_none());
    }
}
