//! Levels of buckets, which a restart continues from.

use app::model::{Timestamp, time::HOUR};

use super::signed;
use crate::{
    enforcement::{BucketKey, BucketLevel},
    metering::failpoint::failpoint,
    store::{
        bulk::{Bulk, execute_rows},
        db::{DbError, Reader, Tx, fetch_all},
        parse,
    },
};

static LEVEL: Bulk = Bulk::new(
    "INSERT INTO bucket_levels (org_id, scope_id, level, lane, model, metric, period, used, at) VALUES ",
    9,
    " ON CONFLICT (scope_id, lane, model, metric, period) DO UPDATE SET used = excluded.used, at = excluded.at",
);

const LEVELS: &str = "SELECT org_id, scope_id, level, lane, model, metric, period, used, at FROM bucket_levels";

/// Stores the levels. Every writer goes through the buckets in the same order, so that two of them never wait for each other.
pub(super) async fn store(tx: &mut Tx, levels: &[BucketLevel]) -> Result<(), DbError> {
    let mut rows: Vec<&BucketLevel> = levels.iter().collect();
    rows.sort_unstable_by(|a, b| place(&a.key).cmp(&place(&b.key)));
    execute_rows!(tx, LEVEL, &rows, |query, row| query
        .bind(row.org.as_str())
        .bind(row.key.scope.as_str())
        .bind(row.key.level.as_str())
        .bind(row.key.lane.as_str())
        .bind(row.key.model.as_str())
        .bind(row.key.metric.as_str())
        .bind(row.key.window.as_str())
        .bind(signed(row.used))
        .bind(row.at.0))?;
    failpoint("levels");
    Ok(())
}

/// The first millisecond of its hour.
pub(super) fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR) * HOUR
}

/// The primary key of a bucket's row.
pub(super) fn place(key: &BucketKey) -> [&str; 5] {
    [
        &key.scope,
        key.lane.as_str(),
        key.model.as_str(),
        key.metric.as_str(),
        key.window.as_str(),
    ]
}

/// The stored bucket levels, for the start.
pub async fn bucket_levels(reader: &mut Reader) -> Result<Vec<BucketLevel>, DbError> {
    type Row = (String, String, String, String, String, String, String, i64, i64);
    let rows = fetch_all!(reader, Row, LEVELS)?;
    rows.into_iter()
        .map(|(org, scope, level, lane, model, metric, window, used, at)| {
            Ok(BucketLevel {
                org: parse(&org)?,
                key: BucketKey {
                    level: parse(&level)?,
                    scope,
                    lane: parse(&lane)?,
                    model: parse(&model)?,
                    metric: parse(&metric)?,
                    window: parse(&window)?,
                },
                used: u64::try_from(used).unwrap_or(0),
                at: Timestamp(at),
                peak: 0,
            })
        })
        .collect()
}
