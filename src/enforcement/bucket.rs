//! One bucket: exact integer arithmetic in unit·milliseconds, so that refill never rounds.

use app::model::{Timestamp, time::HOUR};

use super::{lows::Lows, shares::Shares};

/// Milliseconds by which times of concurrent requests may come out of order.
const OVERTAKING: i64 = 5_000;

/// What is used of a limit. `used` is in unit·milliseconds (units × length of the window), so a limit of `l` units per
/// window refills by exactly `l` a millisecond. A changed limit keeps what is used.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    used: i128,
    at: Timestamp,
    window: i64,
    /// Units per window that the bucket refills with: the limit of the last decision. `None` before the first.
    limit: Option<u64>,
    /// It may not have counted all along: its limit was away.
    pub(super) doubted: bool,
    /// Units of open reservations. Part of what they took may have refilled already.
    held: u64,
    /// The highest level since the last export, or since this hour began.
    peak: i128,
    /// The hour of the last export and the highest peak that was exported in it.
    exported: (i64, i128),
    lows: Lows,
    /// Only for an org's bucket: who holds it.
    shares: Option<Box<Shares>>,
    /// Changed since the last export.
    pub(super) dirty: bool,
}

impl Bucket {
    pub(super) fn new(window: i64, at: Timestamp) -> Self {
        Self {
            used: 0,
            at,
            window,
            limit: None,
            doubted: false,
            held: 0,
            peak: 0,
            exported: (0, 0),
            lows: Lows::default(),
            shares: None,
            dirty: false,
        }
    }

    /// A bucket as it was stored: whole units in use at a point in time.
    pub(super) fn restored(units: u64, window: i64, at: Timestamp) -> Self {
        let mut bucket = Self::new(window, at);
        bucket.used = bucket.scaled(units);
        bucket
    }

    /// The same, for a bucket that many projects share.
    pub(super) fn shared(mut self) -> Self {
        self.shares = Some(Box::new(Shares::new()));
        self
    }

    fn scaled(&self, units: u64) -> i128 {
        i128::from(units) * i128::from(self.window)
    }

    fn used_at(&self, limit: u64, now: Timestamp) -> i128 {
        let elapsed = now.since(self.at).max(0);
        (self.used - i128::from(limit) * i128::from(elapsed)).max(0)
    }

    /// Brings the bucket to `now` and lets it refill with this limit from there on: the time before was another's.
    pub(super) fn refill(&mut self, limit: u64, now: Timestamp) {
        self.advance(self.limit.unwrap_or(limit), now);
        self.limit = Some(limit);
    }

    /// Brings the bucket to `now` when a request ends, whatever limit had admitted it.
    pub(super) fn elapse(&mut self, now: Timestamp) {
        self.advance(self.limit.unwrap_or(0), now);
    }

    /// A clock that runs backwards refills nothing. By a little it does so all the time, as threads overtake each other,
    /// and the bucket waits for it to catch up; a clock that was set back is followed, or the bucket would stand still for
    /// as long.
    fn advance(&mut self, limit: u64, now: Timestamp) {
        let before = self.used;
        self.used = self.used_at(limit, now);
        if let Some(shares) = &mut self.shares {
            shares.drain(before, self.used);
        }
        if now > self.at || self.at.since(now) > OVERTAKING {
            if hour(now) != hour(self.at) {
                self.peak = self.used;
            }
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

    /// Takes `amount` for a project and returns the hold that [`Self::settle`] wants back.
    pub(super) fn take(&mut self, amount: u64, project: u32) -> u64 {
        let scaled = self.scaled(amount);
        self.held = self.held.saturating_add(amount);
        self.add(scaled, project);
        self.lows.open()
    }

    fn add(&mut self, change: i128, project: u32) {
        self.used += change;
        self.peak = self.peak.max(self.used);
        self.dirty = true;
        if let Some(shares) = &mut self.shares {
            shares.add(project, change);
        }
    }

    /// Replaces the `reserved` units of a hold by the `actual` ones: debt, or a refund. Returned is only what is still
    /// in the bucket: what has refilled since the reservation is not given back a second time.
    pub(super) fn settle(&mut self, hold: u64, reserved: u64, actual: u64, project: u32) {
        let low = self.lows.close(hold);
        self.held = self.held.saturating_sub(reserved);
        let change = self.scaled(actual) - self.scaled(reserved);
        if change != 0 {
            self.add(change.max(-low.min(self.used)), project);
            self.lows.observe(self.used);
        }
    }

    /// Has at least this much in use: it counted too little while its limit was away.
    pub(super) fn raise(&mut self, units: u64, now: Timestamp) {
        self.elapse(now);
        let missing = self.scaled(units) - self.used;
        if missing > 0 {
            self.used += missing;
            self.peak = self.peak.max(self.used);
            self.lows.observe(self.used);
            self.dirty = true;
        }
        self.doubted = false;
    }

    /// The level right now, for [`Reading`]s. The bucket must be at `now`.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            used: self.used,
            held: self.held,
        }
    }

    /// The same at `now`, without changing anything.
    pub(super) fn reading_at(&self, limit: u64, now: Timestamp) -> Reading {
        Reading {
            used: self.used_at(limit, now),
            held: self.held,
        }
    }

    /// The level for storage: whole units in use, rounded up, when, and the highest of the hour: 0 unless it rose since the last
    /// call.
    pub(super) fn export(&mut self) -> (u64, Timestamp, u64) {
        self.dirty = false;
        let peak = std::mem::replace(&mut self.peak, self.used);
        let hour = hour(self.at);
        let rose = self.exported.0 != hour || peak > self.exported.1;
        if rose {
            self.exported = (hour, peak);
        }
        (
            units(self.used, self.window),
            self.at,
            if rose { units(peak, self.window) } else { 0 },
        )
    }

    /// Projects with the whole units that they hold.
    pub(super) fn holders(&self) -> impl Iterator<Item = (u32, u64)> {
        let window = self.window;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a positive share, to be shown"
        )]
        let whole = move |amount: f64| (amount / window as f64).round() as u64;
        let shares = self.shares.as_deref().into_iter().flat_map(Shares::iter);
        shares.map(move |(project, amount)| (project, whole(amount)))
    }
}

/// A bucket's level at one moment, in its own unit: cheap to take under the lock, divided later.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    used: i128,
    held: u64,
}

impl Reading {
    /// Units in use, rounded up, reserved ones included; above the limit when in debt.
    pub(super) fn total(self, window: i64) -> u64 {
        units(self.used, window)
    }

    /// Units reserved by requests under way, as far as they have not refilled.
    pub(super) fn reserved(self, window: i64) -> u64 {
        self.held.min(self.total(window))
    }

    /// The level after `amount` was taken.
    pub(super) fn after(self, amount: u64, window: i64) -> Self {
        Self {
            used: self.used + i128::from(amount) * i128::from(window),
            held: self.held.saturating_add(amount),
        }
    }

    /// Milliseconds until nothing is in use.
    pub(super) fn reset(self, limit: u64) -> i64 {
        if limit == 0 { i64::MAX } else { ceil_div(self.used, limit) }
    }
}

fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR)
}

fn units(used: i128, window: i64) -> u64 {
    u64::try_from(used.unsigned_abs().div_ceil(u128::from(window.unsigned_abs()))).unwrap_or(u64::MAX)
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
        (bucket.wait(limit, amount) == Some(0)).then(|| bucket.take(amount, 0))
    }

    fn level(bucket: &mut Bucket) -> (u64, Timestamp) {
        let (used, at, _) = bucket.export();
        (used, at)
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
            let hold = settled.take(reserved, 0);
            settled.settle(hold, reserved, actual, 0);
            direct.take(actual, 0);
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
            bucket.settle(hold, 100, 0, 0);
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
        assert_eq!(bucket.reading().total(MINUTE), 90);
        assert_eq!(bucket.wait(50, 50), Some(108_000));
        assert_eq!(bucket.wait(50, 51), None);
    }

    #[test]
    fn a_clock_that_runs_backwards_refills_nothing() {
        let mut bucket = Bucket::restored(10, MINUTE, Timestamp(MINUTE));
        for early in [1, OVERTAKING] {
            bucket.refill(10, Timestamp(MINUTE - early));
            assert_eq!(level(&mut bucket), (10, Timestamp(MINUTE)), "no time is credited twice");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_freeze_the_bucket() {
        let day = 24 * 60 * MINUTE;
        let mut bucket = Bucket::restored(10, MINUTE, Timestamp(day));
        bucket.refill(10, Timestamp(0));
        assert_eq!(level(&mut bucket), (10, Timestamp(0)));
        bucket.refill(10, Timestamp(MINUTE));
        assert_eq!(level(&mut bucket), (0, Timestamp(MINUTE)));
    }
}
