//! Durable, once, and summed up truthfully, on both engines.

use app::model::{KeyId, ModelId, Money, RequestId, Timestamp, TypedId, limit::Level};

use super::*;
use crate::{
    catalog::Tier,
    gateway::testing::Seed,
    store::{
        db::{execute, fetch_all, fetch_one},
        journal::{self, Journal},
        testing::{TestDb, on_both_engines},
    },
};

const HOUR: i64 = 3_600_000;

struct Bench {
    meter: Arc<Meter>,
    engine: Arc<Engine>,
    record: Record,
}

/// A meter on a fresh database, and a record to start from.
async fn bench(db: &TestDb, durability: Durability) -> Bench {
    let seed = Seed::new(&db.db).await;
    let project = seed.project("prod").await;
    let (_, key) = seed.key(&project).await;
    let engine = Arc::new(Engine::new());
    Bench {
        meter: Meter::start(&db.db, Arc::clone(&engine), durability).await.expect("it starts"),
        engine,
        record: Record {
            id: RequestId::from_bits(1),
            client_request_id: None,
            org: seed.org.clone(),
            project,
            key: Some(key),
            account: None,
            model: "bailiwick/echo".parse::<ModelId>().expect("a model id"),
            tier: Tier::Default,
            status: 200,
            error_code: None,
            refused: None,
            simulated: true,
            estimated: false,
            tokens: Tokens {
                input: 10,
                cached: 4,
                output: 5,
            },
            cost: Money(7),
            arrived_at: Timestamp(5 * HOUR + 1),
            latency_ms: 12,
            first_token_ms: None,
            asked_output: None,
            estimate: 20,
            reserved: 20,
            settled: 15,
            decision: None,
        },
    }
}

type Sums = (i64, i64, i64, i64, i64, i64, i64, i64);
const SUMS: &str = "SELECT CAST(SUM(requests) AS BIGINT), CAST(SUM(tokens_in) AS BIGINT), CAST(SUM(tokens_cached) AS BIGINT),
    CAST(SUM(tokens_out) AS BIGINT), CAST(SUM(cost_micros) AS BIGINT), CAST(SUM(errors) AS BIGINT),
    CAST(SUM(refused_org) AS BIGINT), CAST(SUM(refused_project) AS BIGINT) FROM usage_hours";

async fn sums(db: &TestDb) -> Sums {
    fetch_one!(&mut db.db.read().await.expect("read"), Sums, SUMS).expect("sums")
}

async fn last_used(db: &TestDb) -> Option<i64> {
    let mut reader = db.db.read().await.expect("read");
    fetch_one!(&mut reader, (Option<i64>,), "SELECT last_used_at FROM api_keys")
        .expect("key")
        .0
}

async fn rows(db: &TestDb) -> i64 {
    let mut reader = db.db.read().await.expect("read");
    fetch_one!(&mut reader, (i64,), "SELECT COUNT(*) FROM requests").expect("count").0
}

on_both_engines! {
    async fn the_same_request_counts_once(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        bench.meter.record(bench.record.clone()).await.expect("kept");
        bench.meter.record(bench.record.clone()).await.expect("kept");
        assert_eq!(rows(&db).await, 1);
        let pulse = bench.meter.pulse();
        assert_eq!((pulse.org(&bench.record.org), pulse.project(&bench.record.project)), (2, 2));
        assert_eq!(sums(&db).await, (1, 10, 4, 5, 7, 0, 0, 0));
    }
    async fn the_roll_up_equals_the_records(db: TestDb) {
        let bench = bench(&db, Durability::Fsync).await;
        let records = (0_i64..40).map(|n| {
            let mut record = bench.record.clone();
            record.id = RequestId::from_bits(100 + u128::from(n.unsigned_abs()));
            record.arrived_at = Timestamp(HOUR * (n % 3) + n);
            record.tokens = Tokens { input: n.unsigned_abs(), cached: 0, output: 2 };
            record.status = if n % 10 == 0 { 502 } else { 200 };
            record
        });
        let done = futures::future::join_all(records.map(|record| bench.meter.record(record))).await;
        assert!(done.into_iter().all(|result| result.is_ok()));
        assert_eq!(rows(&db).await, 40);
        assert_eq!(sums(&db).await, (40, 780, 0, 80, 280, 4, 0, 0));
        let mut reader = db.db.read().await.expect("read");
        let hours = fetch_all!(&mut reader, (i64, i64), "SELECT hour, requests FROM usage_hours ORDER BY hour").expect("hours");
        assert_eq!(hours, [(0, 14), (HOUR, 13), (2 * HOUR, 13)]);
        bench.meter.shutdown().await.expect("written");
        assert_eq!(last_used(&db).await, Some(2 * HOUR + 38), "the end writes what was late");
    }
    async fn the_last_use_of_a_key_follows_by_itself(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        for hour in [7, 8] {
            let mut record = bench.record.clone();
            record.id = RequestId::from_bits(hour.try_into().expect("small"));
            record.arrived_at = Timestamp(hour * HOUR);
            bench.meter.record(record).await.expect("kept");
        }
        let written = async {
            while last_used(&db).await != Some(8 * HOUR) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), written).await.expect("within a second or so");
    }
    async fn sums_that_would_overflow_stay_at_their_ceiling(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        for n in 0..3 {
            let mut record = bench.record.clone();
            record.id = RequestId::from_bits(500 + n);
            record.tokens = Tokens { input: u64::MAX, cached: 0, output: 1 };
            record.cost = Money(i64::MAX);
            bench.meter.record(record).await.expect("kept");
        }
        let ceiling = 1_000_000_000_000_000;
        assert_eq!(sums(&db).await, (3, ceiling, 0, 3, ceiling, 0, 0, 0));
    }
    async fn a_flood_of_refusals_is_counted_and_kept_in_part(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        let refusals = (0_u128..200).map(|n| {
            let mut record = bench.record.clone();
            record.id = RequestId::from_bits(1_000 + n);
            record.status = 429;
            record.refused = Some(if n % 2 == 0 { Level::Org } else { Level::Key });
            record
        });
        futures::future::join_all(refusals.map(|record| bench.meter.record(record))).await;
        let mut other = bench.record.clone();
        other.key = Some(KeyId::from_bits(77));
        other.refused = Some(Level::Project);
        bench.meter.record(other).await.expect("kept");
        assert_eq!(rows(&db).await, 61, "60 of the flood, and the other key's");
        assert_eq!(sums(&db).await, (0, 0, 0, 0, 0, 0, 100, 101));
        let mut earlier = bench.record.clone();
        earlier.id = RequestId::from_bits(2_000);
        earlier.refused = Some(Level::Org);
        earlier.arrived_at = Timestamp(HOUR);
        bench.meter.record(earlier).await.expect("kept");
        assert_eq!(rows(&db).await, 62, "a clock that was set back begins a new minute");
    }
    async fn the_acknowledgement_waits_for_the_commit(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        // Holds the row that the writer wants: it cannot commit before this transaction ends.
        let mut blocker = db.db.write().await.expect("begin");
        let held = Entry { record: bench.record.clone(), keep_row: true };
        Journal::default().write(&mut blocker, &[held], &[]).await.expect("written");
        let mut record = Box::pin(bench.meter.record(bench.record.clone()));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(150), &mut record).await.is_err());
        drop(blocker);
        record.await.expect("kept");
        assert_eq!(rows(&db).await, 1);
    }
    async fn bucket_levels_are_stored_with_the_batch(db: TestDb) {
        use crate::enforcement::{BucketKey, Demand, Rule, Rules, Source};
        use app::model::limit::{Metric, ModelScope, Window};
        let bench = bench(&db, Durability::Written).await;
        let key = BucketKey {
            level: Level::Org,
            scope: bench.record.org.to_string(), lane: app::model::receipt::Lane::Standard,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
        };
        let rules = Rules {
            org: bench.record.org.clone(),
            project: bench.record.project.clone(),
            lane: app::model::receipt::Lane::Standard,
            limits: vec![Rule { key: key.clone(), limit: 100, source: Source::Own }],
            budgets: vec![],
        };
        let now = bench.record.arrived_at;
        let of = |tokens| Demand { tokens, cost: Money::ZERO };
        bench.engine.compile(rules, now).decide(now, of(60)).expect("room").settle(of(42), now);
        bench.meter.record(bench.record.clone()).await.expect("kept");
        let mut reader = db.db.read().await.expect("read");
        let restarted = Engine::new();
        restarted.restore(journal::bucket_levels(&mut reader).await.expect("levels"), now);
        assert_eq!(restarted.used(&bench.record.org, &key, 100, now), 42);
    }
    async fn a_flush_waits_for_the_commit_of_what_was_queued(db: TestDb) {
        let bench = bench(&db, Durability::Relaxed).await;
        bench.meter.record(bench.record.clone()).await.expect("accepted");
        bench.meter.flush().await.expect("committed");
        assert_eq!(rows(&db).await, 1);
        bench.meter.flush().await.expect("nothing to wait for");
        bench.meter.shutdown().await.expect("written");
        assert_eq!(bench.meter.flush().await, Err(Closed));
    }
    async fn old_peaks_are_forgotten_once_an_hour(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        let mut old = bench.record.clone();
        for (n, hour, left) in [(1, 100, 0), (2, 100, 1), (3, 101, 0)] {
            if left == 1 || n == 1 {
                let mut tx = db.db.write().await.expect("begin");
                execute!(&mut tx, "INSERT INTO bucket_peaks (org_id, scope_id, lane, model, metric, period, hour, peak)
                                   VALUES ('o', 's', 'standard', '*', 'tokens', 'minute', 0, 1)").expect("a peak");
                tx.commit().await.expect("commit");
            }
            old.id = RequestId::from_bits(n);
            old.arrived_at = Timestamp(hour * HOUR);
            bench.meter.record(old.clone()).await.expect("kept");
            // The next answer comes after what the writer tidied up behind the last one.
            bench.meter.flush().await.expect("committed");
            let mut reader = db.db.read().await.expect("read");
            let peaks = fetch_one!(&mut reader, (i64,), "SELECT COUNT(*) FROM bucket_peaks").expect("count").0;
            assert_eq!(peaks, left, "after record {n}");
        }
    }
    async fn shutdown_writes_what_is_queued(db: TestDb) {
        let bench = bench(&db, Durability::Relaxed).await;
        bench.meter.record(bench.record.clone()).await.expect("accepted");
        bench.meter.shutdown().await.expect("written");
        assert_eq!(rows(&db).await, 1);
        assert_eq!(bench.meter.record(bench.record.clone()).await, Err(Closed));
    }
    async fn an_error_of_the_database_loses_nothing(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        let run = async |sql: &'static str| {
            let mut tx = db.db.write().await.expect("begin");
            execute!(&mut tx, sql).expect("DDL");
            tx.commit().await.expect("commit");
        };
        run("ALTER TABLE requests RENAME TO requests_away").await;
        let record = tokio::spawn({
            let (meter, record) = (Arc::clone(&bench.meter), bench.record.clone());
            async move { meter.record(record).await }
        });
        while bench.meter.counters().failures.get() == 0 {
            tokio::task::yield_now().await;
        }
        run("ALTER TABLE requests_away RENAME TO requests").await;
        record.await.expect("joined").expect("kept");
        assert_eq!((rows(&db).await, sums(&db).await.0), (1, 1));
        assert!(!bench.meter.is_failing());
    }
    async fn a_database_that_refuses_does_not_hold_up_the_end(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        let mut tx = db.db.write().await.expect("begin");
        execute!(&mut tx, "ALTER TABLE requests RENAME TO requests_away").expect("DDL");
        tx.commit().await.expect("commit");
        let records = (0..3).map(|n| {
            let mut record = bench.record.clone();
            record.id = RequestId::from_bits(n);
            tokio::spawn({
                let meter = Arc::clone(&bench.meter);
                async move { meter.record(record).await }
            })
        });
        let records: Vec<_> = records.collect();
        while !bench.meter.is_failing() || bench.meter.lost().records < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(bench.meter.shutdown_within(Duration::from_millis(50)).await, Err(Lost { records: 3 }));
        for record in records {
            assert_eq!(record.await.expect("joined"), Err(Closed));
        }
        assert_eq!(bench.meter.record(bench.record.clone()).await, Err(Closed));
    }
    async fn the_counters_are_metrics(db: TestDb) {
        let bench = bench(&db, Durability::Written).await;
        bench.meter.record(bench.record.clone()).await.expect("kept");
        let mut registry = Registry::default();
        bench.meter.counters().register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("encoded");
        for line in ["records_total 1", "batches_total 1", "failures_total 0", "aggregated_total 0"] {
            assert!(text.contains(&format!("\nbailiwick_metering_{line}\n")), "{text}");
        }
    }
}
