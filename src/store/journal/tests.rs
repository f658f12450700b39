use app::model::{
    KeyId, Money, OrgId, Timestamp, TypedId,
    histogram::Histogram,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
    time::{DAY, HOUR, MINUTE},
};

use super::{testing::record, *};
use crate::{
    catalog::Tier,
    enforcement::BucketKey,
    store::{
        db::{Db, fetch_all, fetch_one},
        testing::on_both_engines,
    },
};

async fn store(db: &Db, records: Vec<Record>, levels: &[BucketLevel]) {
    let entries: Vec<Entry> = records.into_iter().map(|record| Entry { record, keep_row: true }).collect();
    let mut tx = db.write().await.expect("begin");
    let mut journal = Journal::default();
    journal.write(&mut tx, &entries, levels).await.expect("written");
    tx.commit().await.expect("commit");
    journal.write_late(db).await.expect("written");
}

async fn store_again(db: &Db, records: Vec<Record>) {
    let entries: Vec<Entry> = records.into_iter().map(|record| Entry { record, keep_row: true }).collect();
    let mut tx = db.write().await.expect("begin");
    Journal::default().write_again(&mut tx, &entries, &[]).await.expect("written");
    tx.commit().await.expect("commit");
}

async fn count_of(db: &Db, sql: &'static str) -> i64 {
    let mut reader = db.read().await.expect("read");
    fetch_one!(&mut reader, (i64,), sql).expect("a number").0
}

fn level(metric: Metric, used: u64, at: i64) -> BucketLevel {
    BucketLevel {
        org: OrgId::from_bits(1),
        key: BucketKey {
            level: Level::Org,
            scope: OrgId::from_bits(1).to_string(),
            lane: Lane::Flex,
            model: ModelScope::All,
            metric,
            window: Window::Minute,
        },
        used: used / 2,
        at: Timestamp(at),
        peak: used,
    }
}

on_both_engines! {
    async fn duplicates_are_found_in_batches_of_every_size(db: TestDb) {
        // 90 rows are statements of 64, 24 and 2 rows; every third is known already, and one comes twice.
        store(&db.db, (0..90).step_by(3).map(record).collect(), &[]).await;
        let mut batch: Vec<Record> = (0..90).map(record).collect();
        batch[88] = record(7);
        store_again(&db.db, batch).await;
        assert_eq!(count_of(&db.db, "SELECT count(*) FROM requests").await, 89);
        for sum in ["SELECT CAST(sum(requests) AS BIGINT) FROM usage_hours", "SELECT CAST(sum(requests) AS BIGINT) FROM usage_days"] {
            assert_eq!(count_of(&db.db, sum).await, 89, "{sum}");
        }
    }
    async fn a_batch_that_should_be_new_and_is_not_changes_nothing(db: TestDb) {
        store(&db.db, vec![record(1)], &[]).await;
        let entries = [2, 1].map(|bits| Entry { record: record(bits), keep_row: true });
        let mut tx = db.db.write().await.expect("begin");
        assert!(Journal::default().write(&mut tx, &entries, &[]).await.is_err_and(|error| error.is_unique_violation()));
        drop(tx);
        assert_eq!(count_of(&db.db, "SELECT count(*) FROM requests").await, 1);
    }
    async fn roll_ups_are_by_key_and_tier_and_day(db: TestDb) {
        let records = (0..12_u32).map(|n| {
            let mut record = record(u128::from(n));
            record.tier = [Tier::Default, Tier::Flex][n as usize % 2];
            record.key = [Some(KeyId::from_bits(4)), None][n as usize / 2 % 2].clone();
            record.arrived_at = Timestamp(DAY - 2 * HOUR + i64::from(n) * HOUR / 3);
            record
        });
        store(&db.db, records.collect(), &[]).await;
        let mut reader = db.db.read().await.expect("read");
        let days = fetch_all!(
            &mut reader,
            (i64, String, String, i64, i64),
            "SELECT day, key_id, tier, requests, settled FROM usage_days ORDER BY day, key_id, tier"
        )
        .expect("days");
        let key = KeyId::from_bits(4).to_string();
        let expected = [
            (0, "", "default", 1), (0, "", "flex", 1), (0, &key, "default", 2), (0, &key, "flex", 2),
            (DAY, "", "default", 2), (DAY, "", "flex", 2), (DAY, &key, "default", 1), (DAY, &key, "flex", 1),
        ];
        let expected = expected.map(|(day, key, tier, n)| (day, key.to_owned(), tier.to_owned(), n, n * 15));
        assert_eq!(days, expected);
        assert_eq!(count_of(&db.db, "SELECT count(*) FROM usage_hours").await, 12);
    }
    async fn histograms_count_every_answer_and_stay_short(db: TestDb) {
        let mut whole = Histogram::default();
        for batch in 0..30 {
            let records = (0..10).map(|n| {
                let mut record = record(batch * 10 + n);
                record.latency_ms = i64::try_from((batch * 10 + n) * (batch * 10 + n)).expect("small");
                record.first_token_ms = (n % 2 == 0).then_some(4);
                whole.add(record.latency_ms.unsigned_abs());
                record
            });
            store(&db.db, records.collect(), &[]).await;
        }
        let mut refusal = record(1_000);
        refusal.refused = Some(Level::Org);
        store(&db.db, vec![refusal], &[]).await;
        let mut reader = db.db.read().await.expect("read");
        let row = fetch_one!(&mut reader, (String, String, i64), "SELECT latency, first_token, requests FROM usage_hours").expect("one row");
        assert_eq!(row.0.parse(), Ok(whole));
        assert_eq!(row.1.parse::<Histogram>().expect("a histogram").total(), 150);
        assert_eq!(row.2, 300);
        assert!(row.0.len() + row.1.len() < 2_300, "{} + {}", row.0.len(), row.1.len());
    }
    async fn the_highest_peak_of_an_hour_stays_for_two_days(db: TestDb) {
        for (used, at) in [(70, HOUR + 1), (90, HOUR + 2), (80, 2 * HOUR - 1), (10, 2 * HOUR), (0, 3 * HOUR)] {
            store(&db.db, Vec::new(), &[level(Metric::Tokens, used, at), level(Metric::Requests, 1, at)]).await;
        }
        let tokens = "SELECT hour, peak FROM bucket_peaks WHERE metric = 'tokens' ORDER BY hour";
        let mut reader = db.db.read().await.expect("read");
        assert_eq!(fetch_all!(&mut reader, (i64, i64), tokens).expect("peaks"), [(HOUR, 90), (2 * HOUR, 10)]);
        let levels = bucket_levels(&mut reader).await.expect("levels");
        let stored = levels.iter().find(|level| level.key.metric == Metric::Tokens).expect("stored");
        assert_eq!((stored.used, stored.at, stored.key.lane), (0, Timestamp(3 * HOUR), Lane::Flex));
        let mut tx = db.db.write().await.expect("begin");
        assert!(!forget_peaks(&mut tx, Timestamp(50 * HOUR)).await.expect("deleted"));
        tx.commit().await.expect("commit");
        assert_eq!(fetch_all!(&mut reader, (i64, i64), tokens).expect("peaks"), [(2 * HOUR, 10)]);
    }
    async fn old_peaks_go_in_bounded_parts(db: TestDb) {
        let levels: Vec<BucketLevel> = (0..2_100)
            .map(|n| {
                let mut level = level(Metric::Tokens, 5, 0);
                level.key.scope = KeyId::from_bits(n).to_string();
                level
            })
            .collect();
        store(&db.db, Vec::new(), &levels).await;
        let mut tx = db.db.write().await.expect("begin");
        for more in [true, true, false] {
            assert_eq!(forget_peaks(&mut tx, Timestamp(49 * HOUR)).await.expect("deleted"), more);
        }
        tx.commit().await.expect("commit");
        assert_eq!(count_of(&db.db, "SELECT count(*) FROM bucket_peaks").await, 0);
    }
    async fn spend_is_of_the_month_and_the_scope(db: TestDb) {
        let (org, project, key) = (OrgId::from_bits(1).to_string(), record(0).project.to_string(), KeyId::from_bits(4).to_string());
        let mut of_key = record(1);
        of_key.key = Some(KeyId::from_bits(4));
        of_key.arrived_at = Timestamp(31 * DAY);
        let mut before = record(2);
        before.arrived_at = Timestamp(31 * DAY - 1);
        let mut without_key = record(3);
        without_key.arrived_at = Timestamp(40 * DAY);
        store(&db.db, vec![of_key, before, without_key], &[]).await;
        let mut reader = db.db.read().await.expect("read");
        for (level, scope, micros) in [(Level::Org, &org, 14), (Level::Project, &project, 14), (Level::Key, &key, 7), (Level::Key, &org, 0)] {
            let month = Timestamp(31 * DAY);
            assert_eq!(spent(&mut reader, &org, level, scope, month).await.expect("spent"), Money(micros), "{level:?}");
        }
        let other = spent(&mut reader, "org_other", Level::Key, &key, Timestamp(0)).await;
        assert_eq!(other.expect("spent"), Money(0), "another org's key");
    }
    async fn use_is_of_the_time_the_lane_and_the_model(db: TestDb) {
        // One request every ten minutes for three hours; the odd ones are flex, and one was refused.
        let mut records: Vec<Record> = (0..18_u32)
            .map(|n| {
                let mut record = record(u128::from(n));
                record.arrived_at = Timestamp(i64::from(n) * 10 * MINUTE);
                record.tier = [Tier::Priority, Tier::Flex][n as usize % 2];
                record
            })
            .collect();
        records[10].refused = Some(Level::Project);
        records[12].model = "bailiwick/echo-large".parse().expect("a model");
        store(&db.db, records, &[]).await;
        let echo = ModelScope::One("bailiwick/echo".parse().expect("a model"));
        let (org, project) = (OrgId::from_bits(1).to_string(), record(0).project.to_string());
        let mut reader = db.db.read().await.expect("read");
        // From 0:50 on there are the numbers 5 to 17: six even ones, of which one was refused and one is not echo.
        for (lane, model, metric, used) in [
            (Lane::Standard, &ModelScope::All, Metric::Requests, 5),
            (Lane::Standard, &echo, Metric::Requests, 4),
            (Lane::Standard, &ModelScope::All, Metric::Tokens, 75),
            (Lane::Flex, &ModelScope::All, Metric::Requests, 7),
        ] {
            for (level, scope) in [(Level::Org, &org), (Level::Project, &project)] {
                let since = Timestamp(50 * MINUTE);
                let counted = Counted { org: &org, level, scope, lane, model };
                let found = used_since(&mut reader, counted, since).await.expect("used");
                assert_eq!(found.of(metric), used, "{level:?} {lane:?} {metric:?}");
            }
        }
    }
}
