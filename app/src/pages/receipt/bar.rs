//! The bars of buckets and budgets, in hundredths of a per cent of their width.

use crate::model::receipt::{BucketLine, BudgetLine};

/// The whole width.
pub const FULL: u64 = 10_000;
/// Where the limit stands while nothing goes far beyond it.
const LIMIT_AT: u64 = 9_000;

/// A stretch of a bar: where it begins, and how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub x: u64,
    pub width: u64,
}

/// What lies one after the other in a bucket, up to its limit and beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    pub used: Span,
    pub reserved: Span,
    pub asked: Span,
    pub over: Span,
    /// Where the limit stands.
    pub limit: u64,
}

impl Bar {
    pub fn of_bucket(line: &BucketLine) -> Self {
        Self::new(line.limit, [line.used, line.reserved, line.asked])
    }

    pub fn of_budget(line: &BudgetLine) -> Self {
        let units = |money: crate::model::Money| u64::try_from(money.0).unwrap_or(0);
        Self::new(units(line.limit), [units(line.spent), units(line.reserved), units(line.asked)])
    }

    /// `parts` are used, reserved and asked. What reaches beyond the limit is `over`, whichever part it belongs to.
    fn new(limit: u64, parts: [u64; 3]) -> Self {
        let limit = u128::from(limit.max(1));
        let total: u128 = parts.iter().map(|part| u128::from(*part)).sum();
        // Units that the whole width stands for: so that the limit keeps its place, or that all fits.
        let width = (limit * u128::from(FULL) / u128::from(LIMIT_AT)).max(total).max(1);
        let at = |units: u128| u64::try_from(units * u128::from(FULL) / width).unwrap_or(FULL);
        let mut end = 0;
        let [used, reserved, asked] = parts.map(|part| {
            let start = end;
            end += u128::from(part);
            let (from, to) = (at(start.min(limit)), at(end.min(limit)));
            Span { x: from, width: to - from }
        });
        let (from, to) = (at(limit), at(total.max(limit)));
        Self {
            used,
            reserved,
            asked,
            over: Span { x: from, width: to - from },
            limit: from,
        }
    }
}

/// `12.34%`, for an attribute of SVG.
pub fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A share in tenths of a per cent: `54.8 %`.
pub fn share(part: u64, whole: u64) -> String {
    let permille = u128::from(part) * 1_000 / u128::from(whole.max(1));
    format!("{}.{} %", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(x: u64, width: u64) -> Span {
        Span { x, width }
    }

    #[test]
    fn what_fits_ends_before_the_limit() {
        let bar = Bar::new(1_000, [300, 100, 50]);
        assert_eq!(
            (bar.used, bar.reserved, bar.asked),
            (span(0, 2_700), span(2_700, 900), span(3_600, 450))
        );
        assert_eq!((bar.over.width, bar.limit), (0, 9_000));
    }

    #[test]
    fn what_is_missing_stands_beyond_the_limit() {
        let bar = Bar::new(1_000_000, [880_000, 72_000, 96_000]);
        assert_eq!((bar.asked, bar.over), (span(8_568, 432), span(9_000, 432)));
    }

    #[test]
    fn debt_and_huge_requests_stay_inside() {
        for parts in [[5_000, 0, 1], [0, 0, u64::MAX], [u64::MAX; 3]] {
            let bar = Bar::new(1_000, parts);
            assert!(bar.limit < 9_000 && bar.over.x + bar.over.width <= FULL, "{bar:?}");
            assert_eq!(bar.used.width + bar.reserved.width + bar.asked.width, bar.limit);
        }
        assert_eq!(Bar::new(0, [0; 3]).used.width, 0);
    }

    #[test]
    fn shares_have_one_decimal() {
        assert_eq!(share(548_000, 1_000_000), "54.8 %");
        assert_eq!(share(1, 0), "100.0 %");
        assert_eq!(percent(8_568), "85.68%");
    }
}
