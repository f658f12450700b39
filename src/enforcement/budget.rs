//! One monthly budget: what the calendar month (UTC) has cost, and the estimates of the requests under way.

use app::model::{Money, Timestamp, time::DAY};

/// Longer than any month, shorter than two.
const INTO_NEXT_MONTH: i64 = 32 * DAY;

/// Spend of one org, project or key.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    /// First millisecond of the month that is counted.
    month: Timestamp,
    next: Timestamp,
    spent: Money,
    held: Money,
    /// It may not have counted all along.
    pub(super) doubted: bool,
}

impl Budget {
    /// A budget of which the month of `at` has used `spent` so far.
    pub(super) fn new(spent: Money, at: Timestamp) -> Self {
        let month = at.month_start();
        Self {
            month,
            next: month.plus(INTO_NEXT_MONTH).month_start(),
            spent,
            held: Money::ZERO,
            doubted: false,
        }
    }

    /// A new month begins at nothing. A clock that was set back by less than a month stays in the month that it left.
    pub(super) fn advance(&mut self, now: Timestamp) {
        if now >= self.next || self.month.since(now) > INTO_NEXT_MONTH {
            *self = Self::new(Money::ZERO, now);
        }
    }

    /// The month of `at` has spent at least this. What this budget counted by itself is never more than the records say
    /// in the end, so the larger of both is right.
    pub(super) fn raise(&mut self, spent: Money, at: Timestamp) {
        self.advance(at);
        if self.month == at.month_start() {
            self.spent = self.spent.max(spent);
            self.doubted = false;
        }
    }

    /// Spent and held.
    pub(super) fn amounts(&self) -> (Money, Money) {
        (self.spent, self.held)
    }

    pub(super) fn fits(&self, limit: Money, cost: Money) -> bool {
        self.spent + self.held + cost <= limit
    }

    /// Holds an estimate and returns the month that it was held in.
    pub(super) fn take(&mut self, cost: Money) -> Timestamp {
        self.held = self.held + cost;
        self.month
    }

    /// Replaces an estimate by the actual cost. A request counts in the month in which it was admitted, so one that ends
    /// in the next changes nothing any more.
    pub(super) fn settle(&mut self, month: Timestamp, held: Money, actual: Money) {
        if month == self.month {
            self.held = Money((self.held.0.saturating_sub(held.0)).max(0));
            self.spent = self.spent + actual;
        }
    }

    /// Milliseconds until the next month.
    pub(super) fn renews_in(&self, now: Timestamp) -> i64 {
        self.next.since(now).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 30 January 2027, noon.
    const LATE_JANUARY: Timestamp = Timestamp(1_801_310_400_000);

    #[test]
    fn a_month_is_a_calendar_month() {
        let mut budget = Budget::new(Money(70), LATE_JANUARY);
        assert_eq!(budget.month.iso(), "2027-01-01T00:00:00.000Z");
        assert_eq!(budget.next.iso(), "2027-02-01T00:00:00.000Z");
        assert!(budget.fits(Money(100), Money(30)) && !budget.fits(Money(100), Money(31)));
        budget.advance(budget.next.plus(-1));
        assert_eq!(budget.amounts(), (Money(70), Money(0)));
        budget.advance(budget.next);
        assert_eq!(budget.amounts(), (Money(0), Money(0)));
        assert_eq!(budget.next.iso(), "2027-03-01T00:00:00.000Z");
    }

    #[test]
    fn an_estimate_becomes_the_cost() {
        let mut budget = Budget::new(Money(0), LATE_JANUARY);
        let month = budget.take(Money(50));
        assert_eq!(budget.amounts(), (Money(0), Money(50)));
        budget.settle(month, Money(50), Money(20));
        assert_eq!(budget.amounts(), (Money(20), Money(0)));
    }

    #[test]
    fn what_ends_in_the_next_month_counts_in_the_last() {
        let mut budget = Budget::new(Money(0), LATE_JANUARY);
        let month = budget.take(Money(50));
        budget.advance(LATE_JANUARY.plus(3 * DAY));
        budget.settle(month, Money(50), Money(20));
        assert_eq!(budget.amounts(), (Money(0), Money(0)));
    }

    #[test]
    fn a_clock_that_was_set_back_far_starts_anew() {
        let mut budget = Budget::new(Money(70), LATE_JANUARY);
        budget.advance(LATE_JANUARY.plus(-31 * DAY));
        assert_eq!(budget.amounts(), (Money(70), Money(0)), "the last month's clock is only late");
        budget.advance(LATE_JANUARY.plus(-90 * DAY));
        assert_eq!(budget.amounts(), (Money(0), Money(0)));
    }
}
