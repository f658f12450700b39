//! What metering costs: `cargo bench --bench journal`. Prints `bench:<TAB>id<TAB>value<TAB>unit`.
//!
//! CPU is that of the whole process, user and system time, on SQLite in a temporary folder with the durability `written`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a benchmark measures real time and may stop"
)]

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use app::model::{
    KeyId, Money, OrgId, ProjectId, RequestId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use bailiwick::{
    catalog::Tier,
    enforcement::{BucketKey, BucketLevel, Decision, Demand, Engine, Policy, Rule, Rules, Source},
    store::{
        db::{Db, Sync},
        journal::{self, Entry, Journal, Record, Tokens},
    },
};

const RECORDS: usize = 32_768;
const BUCKETS: usize = 10_000;

#[tokio::main]
async fn main() {
    for (id, batch, keys) in [
        ("journal_batch_1", 1, 1),
        ("journal_batch_16", 16, 1),
        ("journal_batch_64", 64, 1),
        ("journal_batch_64_keys_64", 64, 64),
        ("journal_batch_256", 256, 16),
        ("journal_batch_1024", 1_024, 16),
    ] {
        writes(id, batch, keys).await;
    }
    restart().await;
}

/// Writes batches of records of so many keys, and the levels of the org's, the project's and each key's buckets.
async fn writes(id: &str, batch: usize, keys: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = open(&folder).await;
    let records = (RECORDS / 8).max(RECORDS.min(batch * 512));
    let mut journal = Journal::default();
    let mut spent = Vec::new();
    let start = cpu();
    for n in 0..records / batch {
        let entries: Vec<Entry> = (0..batch).map(|i| entry(i % keys)).collect();
        let at = Timestamp(1_800_000_000_000 + i64::try_from(n).expect("small"));
        let levels: Vec<BucketLevel> = (0..(8 + keys.min(batch) * 4)).map(|bucket| level(bucket, at)).collect();
        let began = Instant::now();
        let mut tx = db.write().await.expect("begin");
        journal.write(&mut tx, &entries, &levels).await.expect("written");
        tx.commit().await.expect("commit");
        journal.committed();
        spent.push(began.elapsed());
    }
    let busy = cpu().saturating_sub(start);
    spent.sort_unstable();
    let each = busy.as_secs_f64() * 1e6 / f64::from(u32::try_from(records).expect("small"));
    println!("bench:\t{id}_cpu\t{each:.2}\tµs a record");
    println!("bench:\t{id}_p50\t{}\tµs a batch", spent[spent.len() / 2].as_micros());
    println!("bench:\t{id}_p99\t{}\tµs a batch", spent[spent.len() * 99 / 100].as_micros());
}

/// Loads the stored levels of 10,000 buckets into a new engine.
async fn restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = open(&folder).await;
    let now = Timestamp(1_800_000_000_000);
    let levels: Vec<BucketLevel> = (0..BUCKETS).map(|bucket| level(bucket, now)).collect();
    let mut tx = db.write().await.expect("begin");
    Journal::default().write(&mut tx, &[], &levels).await.expect("written");
    tx.commit().await.expect("commit");
    let began = Instant::now();
    let loaded = journal::bucket_levels(&mut db.read().await.expect("read")).await.expect("levels");
    assert_eq!(loaded.len(), BUCKETS);
    Engine::new().restore(loaded, now);
    println!("bench:\trestart_10000_buckets\t{:.1}\tms", began.elapsed().as_secs_f64() * 1e3);
}

async fn open(folder: &tempfile::TempDir) -> Db {
    let url = format!("sqlite://{}", folder.path().join("bench.db").display());
    Db::open(&url, Sync::Written).await.expect("SQLite opens")
}

/// A new request of the key, with a receipt of 12 lines.
fn entry(key: usize) -> Entry {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let record = Record {
        id: RequestId::from_bits(u128::from(number)),
        client_request_id: None,
        org: OrgId::from_bits(1),
        project: ProjectId::from_bits(2),
        key: Some(KeyId::from_bits(key as u128)),
        account: None,
        model: "bailiwick/echo".parse().expect("a model"),
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
        arrived_at: Timestamp(1_800_000_000_000 + i64::try_from(number / 1_000).expect("small")),
        latency_ms: i64::try_from(number * 7_919 % 900).expect("small"),
        first_token_ms: Some(12),
        asked_output: Some(64),
        estimate: 74,
        reserved: 74,
        settled: 15,
        decision: Some(decision()),
    };
    Entry { record, keep_row: true }
}

/// An admitted request's decision over 12 buckets.
fn decision() -> Decision {
    static POLICY: OnceLock<Arc<Policy>> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let limits = (0..12).map(|bucket| Rule {
            key: level(bucket, Timestamp(0)).key,
            limit: 1_000_000_000,
            source: Source::Own,
        });
        let rules = Rules {
            org: OrgId::from_bits(1),
            project: ProjectId::from_bits(2),
            lane: Lane::Standard,
            limits: limits.collect(),
            budgets: vec![],
        };
        Engine::new().compile(rules, Timestamp(0))
    });
    let demand = Demand {
        tokens: 74,
        cost: Money(7),
    };
    policy.decide(Timestamp(0), demand).expect("room").decision().clone()
}

fn level(bucket: usize, at: Timestamp) -> BucketLevel {
    BucketLevel {
        org: OrgId::from_bits(1),
        key: BucketKey {
            level: Level::Key,
            scope: KeyId::from_bits((bucket / 4) as u128).to_string(),
            lane: Lane::Standard,
            model: ModelScope::All,
            metric: [Metric::Requests, Metric::Tokens][bucket % 2],
            window: [Window::Minute, Window::Hour][bucket / 2 % 2],
        },
        used: 42,
        at,
        peak: 42,
    }
}

/// User and system time of this process so far, from `/proc` (in ticks of 10 ms).
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().expect("utime") + fields[12].parse::<u64>().expect("stime");
    Duration::from_millis(ticks * 10)
}
