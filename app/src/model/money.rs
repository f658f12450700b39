//! Money: decimal, in micro-units of the installation's currency (`1_000_000` = 1.00). Never a float.

use serde::{Deserialize, Serialize};

use super::number::grouped;

/// An amount in micro-units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money(pub i64);

impl Money {
    pub const ZERO: Self = Self(0);

    /// Two decimals, rounded half away from zero, with the currency's sign: `$1,204.11`.
    /// An amount below one cent keeps its digits (`$0.000125`), so that a small cost never reads as free.
    pub fn display(self) -> String {
        let sign = if self.0 < 0 { "−" } else { "" };
        let micros = self.0.unsigned_abs();
        if micros != 0 && micros < 10_000 {
            let digits = format!("{micros:06}");
            return format!("{sign}$0.{}", digits.trim_end_matches('0'));
        }
        let cents = (micros + 5_000) / 10_000;
        format!("{sign}${}.{:02}", grouped(cents / 100), cents % 100)
    }
}

impl std::ops::Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| total + amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_money() {
        assert_eq!(Money(0).display(), "$0.00");
        assert_eq!(Money(1_204_110_000).display(), "$1,204.11");
        assert_eq!(Money(125).display(), "$0.000125");
        assert_eq!(Money(2_500).display(), "$0.0025");
        assert_eq!(Money(9_999_995_000).display(), "$10,000.00");
        assert_eq!(Money(-1_500_000).display(), "−$1.50");
    }
}
