//! One bucket: exact integer arithmetic in unit·milliseconds, so that refill never rounds.

use app::model::Timestamp;

use super::lows::Lows;

/// Milliseconds by which times of concurrent requests may come out of order.
const OVERTAKING: i64 = 5_000;

/// What is used of a limit. `used` is in unit·milliseconds (units × length of the window), so a limit of `l` units per
/// window refills by exactly `l` a millisecond. The limit itself is a parameter of every step: a changed limit keeps
/// what is used.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    used: i128,
    at: Timestamp,
    window: i64,
    lows: Lows,
    /// Changed since the last export.
    pub(super) dirty: bool,
}

impl Bucket {
    pub(super) fn new(window: i64, at: Timestamp) -> Self {
        Self {
            used: 0,
            at,
            window,
            lows: Lows::default(),
            dirty: false,
        }
    }

    /// A bucket as it was stored: whole units in use at a point in time.
    pub(super) fn restored(units: u64, window: i64, at: Timestamp) -> Self {
        let mut bucket = Self::new(window, at);
        bucket.used = bucket.scaled(units);
        bucket
    }

    fn scaled(&self, units: u64) -> i128 {
        i128::from(units) * i128::from(self.window)
    }

    fn used_at(&self, limit: u64, now: Timestamp) -> i128 {
        let elapsed = now.since(self.at).max(0);
        (self.used - i128::from(limit) * i128::from(elapsed)).max(0)
    }

    /// Brings the bucket to `now`. A clock that runs backwards refills nothing. By a little it does so all the time, as
    /// threads overtake each other, and the bucket waits for it to catch up; a clock that was set back is followed, or
    /// the bucket would stand still for as long.
    pub(super) fn refill(&mut self, limit: u64, now: Timestamp) {
        self.used = self.used_at(limit, now);
        if now > self.at || self.at.since(now) > OVERTAKING {
            self.at = now;
        }
        self.lows.observe(self.used);
    }

    /// Milliseconds until `amount` fits: 0 when it fits now, `None` when it never can. The bucket must be at `now`.
    pub(super) fn wait(&self, limit: u64, amount: u64) -> Option<i64> {
        if amount > limit {
            return None;
        }
        let excess = self.used + self.scaled(amount) - self.scaled(limit);
        Some(if excess <= 0 { 0 } else { ceil_div(excess, limit) })
    }

    /// Takes `amount` and returns the hold that [`Self::settle`] wants back.
    pub(super) fn take(&mut self, amount: u64) -> u64 {
        self.used += self.scaled(amount);
        self.dirty = true;
        self.lows.open()
    }

    /// Replaces the `reserved` units of a hold by the `actual` ones: debt, or a refund. Returned is only what is still
    /// in the bucket: what has refilled since the reservation is not given back a second time.
    pub(super) fn settle(&mut self, hold: u64, reserved: u64, actual: u64) {
        let low = self.lows.close(hold);
        let change = self.scaled(actual) - self.scaled(reserved);
        if change != 0 {
            self.used += change.max(-low.min(self.used));
            self.lows.observe(self.used);
            self.dirty = true;
        }
    }

    /// Units in use at `now`, rounded up, without changing anything.
    pub(super) fn units(&self, limit: u64, now: Timestamp) -> u64 {
        u64::try_from(self.used_at(limit, now).div_euclid(i128::from(self.window)))
            .unwrap_or(u64::MAX)
            .saturating_add(u64::from(self.used_at(limit, now).rem_euclid(i128::from(self.window)) != 0))
    }

    /// The level for storage: whole units in use, rounded up, and when.
    pub(super) fn level(&self) -> (u64, Timestamp) {
        (self.units(0, self.at), self.at)
    }

    /// Milliseconds until nothing is in use.
    pub(super) fn reset(&self, limit: u64) -> i64 {
        if limit == 0 { i64::MAX } else { ceil_div(self.used, limit) }
    }
}

fn ceil_div(value: i128, by: u64) -> i64 {
    let by = i128::from(by);
    i64::try_from((value + by - 1) / by).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;

    /// Admits when it fits, as the engine does.
    fn ask(bucket: &mut Bucket, limit: u64, amount: u64, now: i64) -> Option<u64> {
        bucket.refill(limit, Timestamp(now));
        (bucket.wait(limit, amount) == Some(0)).then(|| bucket.take(amount))
    }

    proptest! {
        /// The law: in any interval t a bucket admits at most limit × (1 + t / window).
        #[test]
        fn no_interval_admits_more(limit in 1u64..500, steps in prop::collection::vec((0i64..20_000, 0u64..200), 1..60)) {
            let mut bucket = Bucket::new(MINUTE, Timestamp(0));
            let mut now = 0;
            let mut admitted: Vec<(i64, u64)> = Vec::new();
            for (pause, amount) in steps {
                now += pause;
                if ask(&mut bucket, limit, amount, now).is_some() {
                    admitted.push((now, amount));
                }
            }
            for (first, (from, _)) in admitted.iter().enumerate() {
                let mut sum = 0;
                for (at, amount) in &admitted[first..] {
                    sum += i128::from(*amount);
                    prop_assert!(sum * i128::from(MINUTE) <= i128::from(limit) * i128::from(MINUTE + at - from));
                }
            }
        }

        /// Reserve and settle at one moment is the same as taking the actual amount.
        #[test]
        fn reserve_and_settle_is_the_actual_use(before in 0u64..1_000, reserved in 0u64..1_000, actual in 0u64..3_000) {
            let limit = 2_000;
            let mut settled = Bucket::restored(before, MINUTE, Timestamp(0));
            let mut direct = settled.clone();
            settled.refill(limit, Timestamp(7));
            direct.refill(limit, Timestamp(7));
            let hold = settled.take(reserved);
            settled.settle(hold, reserved, actual);
            direct.take(actual);
            prop_assert_eq!(settled.used, direct.used);
        }

        /// After exactly the announced wait the amount fits, and one millisecond earlier it does not.
        #[test]
        fn the_announced_wait_is_exact(limit in 1u64..5_000, used in 0u64..20_000, amount in 1u64..5_000) {
            let mut bucket = Bucket::restored(used, MINUTE, Timestamp(0));
            bucket.refill(limit, Timestamp(0));
            match bucket.wait(limit, amount) {
                None => prop_assert!(amount > limit),
                Some(0) => prop_assert!(used + amount <= limit),
                Some(wait) => {
                    prop_assert!(ask(&mut bucket.clone(), limit, amount, wait - 1).is_none());
                    prop_assert!(ask(&mut bucket, limit, amount, wait).is_some());
                }
            }
        }
    }

    #[test]
    fn holds_that_refilled_long_ago_buy_no_burst() {
        let mut bucket = Bucket::new(MINUTE, Timestamp(0));
        let holds: Vec<u64> = (0..5)
            .map(|minute| ask(&mut bucket, 100, 100, minute * MINUTE).expect("refilled"))
            .collect();
        let mut burst = 0;
        for hold in holds {
            bucket.refill(100, Timestamp(5 * MINUTE));
            bucket.settle(hold, 100, 0);
            while ask(&mut bucket, 100, 100, 5 * MINUTE).is_some() {
                burst += 100;
            }
        }
        assert_eq!(burst, 100);
    }

    #[test]
    fn a_changed_limit_keeps_what_is_used_and_debt_delays() {
        let mut bucket = Bucket::restored(90, MINUTE, Timestamp(0));
        bucket.refill(50, Timestamp(0));
        assert_eq!(bucket.units(50, Timestamp(0)), 90);
        assert_eq!(bucket.wait(50, 50), Some(108_000));
        assert_eq!(bucket.wait(50, 51), None);
    }

    #[test]
    fn a_clock_that_runs_backwards_refills_nothing() {
        let mut bucket = Bucket::restored(10, MINUTE, Timestamp(MINUTE));
        for early in [1, OVERTAKING] {
            bucket.refill(10, Timestamp(MINUTE - early));
            assert_eq!(bucket.level(), (10, Timestamp(MINUTE)), "no time is credited twice");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_freeze_the_bucket() {
        let day = 24 * 60 * MINUTE;
        let mut bucket = Bucket::restored(10, MINUTE, Timestamp(day));
        bucket.refill(10, Timestamp(0));
        assert_eq!(bucket.level(), (10, Timestamp(0)));
        bucket.refill(10, Timestamp(MINUTE));
        assert_eq!(bucket.level(), (0, Timestamp(MINUTE)));
    }
}
