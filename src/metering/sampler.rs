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
        // One that arrived in the last minute and was long in coming counts in this one.
        if minute > self.minute || self.minute - minute > 1 {
            self.minute = minute;
            self.seen.clear();
        }
        let seen = self.seen.entry(record.key.clone()).or_default();
        *seen = seen.saturating_add(1);
        *seen <= ROWS_PER_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use app::model::Timestamp;

    use super::*;
    use crate::store::journal::testing::record;

    #[test]
    fn what_was_long_in_coming_resets_no_count() {
        let mut sampler = Sampler::default();
        let mut at = |millis: i64| {
            let mut record = record(1);
            record.arrived_at = Timestamp(millis);
            sampler.keeps(&record)
        };
        let kept = (0..1_000)
            .filter(|number| at(if number % 50 == 0 { 9 * MINUTE + 59_999 } else { 10 * MINUTE }))
            .count();
        assert!(kept <= 61, "{kept}");
        assert!(at(5 * MINUTE), "a clock that was set back begins anew");
    }
}
