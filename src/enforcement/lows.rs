//! How far a bucket emptied since each open reservation: the most that the reservation can still give back.
//!
//! If the bucket of a reservation of 100 drained to 30 in the meantime, 70 of it have refilled already, and a refund of
//! more than 30 would hand the same units out twice. Reservations that have seen the same low are kept as one group, so
//! the work is constant on average and the memory is bounded by the open reservations.

/// Open holds in order of age, grouped by the lowest level seen since. Lows rise from the oldest group to the newest.
#[derive(Clone, Debug, Default)]
pub(super) struct Lows {
    groups: Vec<Group>,
    next: u64,
}

#[derive(Clone, Debug)]
struct Group {
    /// The oldest hold of the group; its others are older than the next group's first.
    first: u64,
    open: u32,
    low: i128,
}

impl Lows {
    /// A new hold, which has seen nothing yet.
    pub(super) fn open(&mut self) -> u64 {
        let first = self.next;
        self.next += 1;
        self.groups.push(Group {
            first,
            open: 1,
            low: i128::MAX,
        });
        first
    }

    /// The bucket stands at `level`: groups that stood higher have seen it now and become one.
    pub(super) fn observe(&mut self, level: i128) {
        let keep = self.groups.partition_point(|group| group.low < level);
        let mut higher = self.groups.drain(keep..);
        if let Some(mut merged) = higher.next() {
            merged.open += higher.map(|group| group.open).sum::<u32>();
            merged.low = level;
            self.groups.push(merged);
        }
    }

    /// Ends a hold and returns the lowest level since it was opened.
    pub(super) fn close(&mut self, hold: u64) -> i128 {
        let index = self.groups.partition_point(|group| group.first <= hold).saturating_sub(1);
        let Some(group) = self.groups.get_mut(index) else {
            return 0;
        };
        let low = group.low;
        group.open -= 1;
        if group.open == 0 {
            self.groups.remove(index);
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The groups answer as one running minimum for each hold would.
        #[test]
        fn groups_equal_running_minima(steps in prop::collection::vec((0u8..3, 0i128..50, 0usize..8), 1..80)) {
            let mut lows = Lows::default();
            let mut model: Vec<(u64, i128)> = Vec::new();
            for (kind, level, pick) in steps {
                match kind {
                    0 => model.push((lows.open(), i128::MAX)),
                    1 => {
                        lows.observe(level);
                        for (_, low) in &mut model {
                            *low = (*low).min(level);
                        }
                    }
                    _ if !model.is_empty() => {
                        let (hold, low) = model.remove(pick % model.len());
                        prop_assert_eq!(lows.close(hold), low);
                    }
                    _ => {}
                }
                prop_assert!(lows.groups.len() <= model.len());
            }
            for (hold, low) in model {
                prop_assert_eq!(lows.close(hold), low);
            }
        }
    }
}
