//! Warns when a month's spend reaches a threshold of a budget: once a threshold and month, with an audit record. And tells
//! the engine what was really spent: requests that were under way when their budget was set, or on another node.
//!
//! The watch looks at what is committed, so a warning that a crash prevented is written at the next look; the first look
//! is at the start.

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::model::{Money, OrgId};

use super::Pulse;
use crate::{
    enforcement::Engine,
    store::{Store, db::DbError},
};

/// Looks are at least this far apart.
const PAUSE: Duration = Duration::from_secs(1);
/// And a look takes at most this part of the time, however many budgets there are.
const SHARE: u32 = 20;

pub(super) struct Watch {
    store: Store,
    engine: Arc<Engine>,
    pulse: Arc<Pulse>,
    /// Records of each org at the last look at it.
    seen: HashMap<OrgId, u64>,
}

impl Watch {
    pub(super) fn new(store: Store, engine: Arc<Engine>, pulse: Arc<Pulse>) -> Self {
        Self {
            store,
            engine,
            pulse,
            seen: HashMap::new(),
        }
    }

    /// Looks after batches, for ever.
    pub(super) async fn run(mut self) {
        let mut beats = self.pulse.beats();
        let mut first = true;
        loop {
            let began = self.store.ambient.now();
            let looked = if first { self.look_at_all().await } else { self.look().await };
            first &= looked.is_err();
            if let Err(error) = &looked {
                tracing::error!(%error, "budgets could not be checked; they are looked at again");
            }
            let took = u64::try_from(self.store.ambient.now().since(began)).unwrap_or(0);
            tokio::time::sleep(PAUSE.max(Duration::from_millis(took) * SHARE)).await;
            // A look that failed needs no new batch to be repeated.
            if looked.is_ok() && beats.changed().await.is_err() {
                return;
            }
        }
    }

    /// Every org that has budgets.
    async fn look_at_all(&mut self) -> Result<(), DbError> {
        for org in self.store.orgs_with_budgets().await? {
            self.look_at(&org).await?;
        }
        Ok(())
    }

    /// The orgs that had records since the last look.
    pub(super) async fn look(&mut self) -> Result<(), DbError> {
        for (org, records) in self.pulse.orgs() {
            if self.seen.get(&org) != Some(&records) {
                self.look_at(&org).await?;
                self.seen.insert(org, records);
            }
        }
        Ok(())
    }

    async fn look_at(&self, org: &OrgId) -> Result<(), DbError> {
        let spends = self.store.month_spends(org).await?;
        for spend in &spends {
            self.engine
                .seed_budget(org, &spend.scope_id, Money(spend.spent), self.store.ambient.now());
        }
        for passed in self.store.passed_thresholds(org, spends).await? {
            self.store.warn(&passed).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use app::model::{KeyId, ProjectId, time::DAY};

    use super::*;
    use crate::{
        gateway::testing::Seed,
        store::{
            db::fetch_all,
            journal::{Entry, Journal, testing::record},
            testing::{TestDb, on_both_engines},
        },
    };

    struct Bench {
        seed: Seed,
        store: Store,
        project: ProjectId,
        key: KeyId,
        requests: std::cell::Cell<u128>,
    }

    impl Bench {
        async fn new(db: &TestDb) -> Self {
            let seed = Seed::new(&db.db).await;
            let project = seed.project("prod").await;
            let (_, key) = seed.key(&project).await;
            let store = Store::new(db.db.clone(), seed.ambient.clone());
            Self {
                seed,
                store,
                project,
                key,
                requests: std::cell::Cell::new(0),
            }
        }

        async fn budget(&self, level: &str, scope: &str, amount: i64) {
            let org = &self.seed.org;
            let sql = "INSERT INTO budgets (scope_id, level, org_id, amount_micros, warn_percents, hard_stop, updated_at) VALUES";
            self.seed
                .sql(&format!("{sql} ('{scope}', '{level}', '{org}', {amount}, '[50, 80]', FALSE, 0)"))
                .await;
        }

        /// A request of the key that costs so much, now.
        async fn spend(&self, cost: i64) {
            self.requests.set(self.requests.get() + 1);
            let mut record = record(self.requests.get());
            record.org = self.seed.org.clone();
            record.project = self.project.clone();
            record.key = Some(self.key.clone());
            record.cost = Money(cost);
            record.arrived_at = self.seed.ambient.now();
            let mut tx = self.store.db.write().await.expect("begin");
            Journal::default()
                .write(&mut tx, &[Entry { record, keep_row: true }], &[])
                .await
                .expect("written");
            tx.commit().await.expect("commit");
        }

        fn watch(&self) -> Watch {
            Watch::new(self.store.clone(), Arc::default(), Arc::default())
        }

        async fn look(&self) {
            self.watch().look_at_all().await.expect("looked");
        }

        /// Action, kind of target and name of target of each record, in order.
        async fn audited(&self) -> Vec<(String, String, String)> {
            let sql = "SELECT action, target_kind, target FROM audit_records WHERE chain = $1 AND actor = 'system' ORDER BY seq";
            let mut reader = self.store.db.read().await.expect("read");
            fetch_all!(&mut reader, (String, String, String), sql, self.seed.org.as_str()).expect("records")
        }

        async fn actions(&self) -> Vec<String> {
            self.audited().await.into_iter().map(|(action, ..)| action).collect()
        }
    }

    on_both_engines! {
        async fn a_threshold_is_warned_of_once_a_month(db: TestDb) {
            let bench = Bench::new(&db).await;
            bench.budget("org", bench.seed.org.as_str(), 100).await;
            bench.spend(49).await;
            bench.look().await;
            assert!(bench.actions().await.is_empty());
            bench.spend(1).await;
            bench.look().await;
            bench.look().await;
            assert_eq!(bench.actions().await, ["budget.warned"]);
            bench.spend(70).await;
            bench.look().await;
            assert_eq!(bench.actions().await, ["budget.warned", "budget.warned", "budget.reached"]);
            bench.seed.clock.advance(31 * DAY);
            bench.look().await;
            assert_eq!(bench.actions().await.len(), 3, "a new month has spent nothing");
            bench.spend(60).await;
            bench.look().await;
            assert_eq!(bench.actions().await.len(), 4);
        }
        async fn a_raised_budget_warns_again_and_the_engine_learns_what_was_spent(db: TestDb) {
            let bench = Bench::new(&db).await;
            let org = bench.seed.org.clone();
            bench.budget("org", org.as_str(), 100).await;
            bench.spend(100).await;
            bench.look().await;
            assert_eq!(bench.actions().await.len(), 3);
            bench.seed.sql("UPDATE budgets SET amount_micros = 1000").await;
            bench.look().await;
            assert_eq!(bench.actions().await.len(), 3);
            bench.spend(900).await;
            let watch = bench.watch();
            watch.look_at(&org).await.expect("looked");
            assert_eq!(bench.actions().await.len(), 6, "each threshold of the larger amount");
            let spend = watch.engine.spend(&org, org.as_str(), bench.seed.ambient.now());
            assert_eq!(spend.map(|(spent, _)| spent), Some(Money(1_000)));
        }
        async fn each_level_has_its_own_budget(db: TestDb) {
            let bench = Bench::new(&db).await;
            bench.budget("org", bench.seed.org.as_str(), 1_000).await;
            bench.budget("project", bench.project.as_str(), 100).await;
            bench.budget("key", bench.key.as_str(), 200).await;
            bench.spend(100).await;
            bench.look().await;
            let mut audited = bench.audited().await;
            audited.sort();
            let expected = [
                ("budget.reached", "project", "prod"),
                ("budget.warned", "api_key", "ci"),
                ("budget.warned", "project", "prod"),
                ("budget.warned", "project", "prod"),
            ];
            assert_eq!(audited, expected.map(|(a, k, t)| (a.to_owned(), k.to_owned(), t.to_owned())));
        }
        async fn two_watches_warn_once(db: TestDb) {
            let bench = Bench::new(&db).await;
            bench.budget("org", bench.seed.org.as_str(), 100).await;
            bench.spend(100).await;
            let watches: Vec<Watch> = (0..8).map(|_| bench.watch()).collect();
            let looks = watches.iter().map(|watch| watch.look_at(&bench.seed.org));
            for looked in futures::future::join_all(looks).await {
                looked.expect("looked");
            }
            assert_eq!(bench.actions().await, ["budget.warned", "budget.warned", "budget.reached"]);
        }
        async fn only_orgs_with_new_records_are_looked_at(db: TestDb) {
            let bench = Bench::new(&db).await;
            bench.budget("org", bench.seed.org.as_str(), 100).await;
            bench.spend(50).await;
            let mut watch = bench.watch();
            watch.look().await.expect("looked");
            assert!(bench.actions().await.is_empty(), "no record was told of");
            let mut told = record(1);
            told.org = bench.seed.org.clone();
            watch.pulse.beat(std::iter::once(&told));
            watch.look().await.expect("looked");
            assert_eq!(bench.actions().await, ["budget.warned"]);
            bench.seed.sql("DELETE FROM budget_warnings").await;
            watch.look().await.expect("looked");
            assert_eq!(bench.actions().await.len(), 1, "nothing new");
        }
    }
}
