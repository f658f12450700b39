//! Refusals under a flood are aggregated, so that receipts cannot fill the disk.

use std::collections::HashMap;

use app::model::{KeyId, time::MINUTE};

use super::Record;

/// Full rows of refusals kept per key and minute; the rest is only counted.
const ROWS_PER_MINUTE: u32 = 60;

/// Counts the refusals of the running minute by key.
#[derive(Default)]
pub(super) struct Sampler {
    minute: i64,
    seen: HashMap<Option<KeyId>, u32>,
}

impl Sampler {
    /// True while this key's refusals of this minute are few enough to be kept one by one.
    pub(super) fn keeps(&mut self, record: &Record) -> bool {
        let minute = record.arrived_at.0.div_euclid(MINUTE);
        if minute != self.minute {
            self.minute = minute;
            self.seen.clear();
        }
        let seen = self.seen.entry(record.key.clone()).or_default();
        *seen = seen.saturating_add(1);
        *seen <= ROWS_PER_MINUTE
    }
}
