//! What may be stored a moment later than its records, because nobody is billed or refused by it: the last use of keys, and
//! the peaks of buckets. It gathers in memory, so that a batch has little to write and a busy key or bucket is written seldom.

use std::collections::{BTreeMap, HashMap};

use app::model::{KeyId, OrgId, Timestamp, time::HOUR};

use super::{
    Record,
    levels::{hour, place},
    signed,
};
use crate::{
    enforcement::{BucketKey, BucketLevel},
    store::{
        bulk::{Bulk, execute_rows},
        db::{DbError, Tx, execute},
    },
};

// Both engines name the columns of a list of values `column1`, `column2`.
static LAST_USED: Bulk = Bulk::new(
    "UPDATE api_keys SET last_used_at = v.column2 FROM (VALUES ",
    2,
    ") AS v WHERE api_keys.id = v.column1 AND (api_keys.last_used_at IS NULL OR api_keys.last_used_at < v.column2)",
);

static PEAK: Bulk = Bulk::new(
    "INSERT INTO bucket_peaks (org_id, scope_id, lane, model, metric, period, hour, peak) VALUES ",
    8,
    " ON CONFLICT (scope_id, lane, model, metric, period, hour) DO UPDATE SET peak = excluded.peak WHERE bucket_peaks.peak < excluded.peak",
);

/// Peaks are kept this long.
const PEAKS_KEPT: i64 = 48 * HOUR;
/// Peaks that one statement deletes at most, so that no batch waits long for it.
const PEAKS_DELETED: i64 = 1_000;

const FORGET: &str = "
DELETE FROM bucket_peaks WHERE (scope_id, lane, model, metric, period, hour) IN
    (SELECT scope_id, lane, model, metric, period, hour FROM bucket_peaks WHERE hour < $1 ORDER BY hour LIMIT $2)";

#[derive(Debug, Default)]
pub(super) struct Late {
    last_used: BTreeMap<KeyId, Timestamp>,
    /// By bucket and hour.
    peaks: HashMap<(BucketKey, i64), (OrgId, u64)>,
}

impl Late {
    pub(super) fn is_empty(&self) -> bool {
        self.last_used.is_empty() && self.peaks.is_empty()
    }

    /// Takes notice of a batch; of one that is tried again as well.
    pub(super) fn observe(&mut self, records: &[&Record], levels: &[BucketLevel]) {
        for record in records {
            if let Some(key) = &record.key {
                match self.last_used.get_mut(key) {
                    Some(last) => *last = record.arrived_at.max(*last),
                    None => {
                        self.last_used.insert(key.clone(), record.arrived_at);
                    }
                }
            }
        }
        for level in levels.iter().filter(|level| level.peak > 0) {
            let of_the_hour = self.peaks.entry((level.key.clone(), hour(level.at)));
            let (_, peak) = of_the_hour.or_insert_with(|| (level.org.clone(), 0));
            *peak = level.peak.max(*peak);
        }
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<(), DbError> {
        let used: Vec<_> = self.last_used.iter().collect();
        execute_rows!(tx, LAST_USED, &used, |query, row| query.bind(row.0.as_str()).bind(row.1.0))?;
        let mut peaks: Vec<_> = self.peaks.iter().collect();
        peaks.sort_unstable_by(|((a, hour), _), ((b, other), _)| place(a).cmp(&place(b)).then(hour.cmp(other)));
        execute_rows!(tx, PEAK, &peaks, |query, row| query
            .bind(row.1.0.as_str())
            .bind(row.0.0.scope.as_str())
            .bind(row.0.0.lane.as_str())
            .bind(row.0.0.model.as_str())
            .bind(row.0.0.metric.as_str())
            .bind(row.0.0.window.as_str())
            .bind(row.0.1)
            .bind(signed(row.1.1)))
    }

    /// It was committed.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Deletes peaks that are older than 48 hours; true while there are more of them.
pub async fn forget_peaks(tx: &mut Tx, now: Timestamp) -> Result<bool, DbError> {
    let deleted = execute!(tx, FORGET, now.0.saturating_sub(PEAKS_KEPT), PEAKS_DELETED)?;
    Ok(deleted >= PEAKS_DELETED.unsigned_abs())
}
