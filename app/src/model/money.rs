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

/// The largest amount that can be typed: a billion units of the currency. Sums of such amounts never overflow.
pub const MAX_AMOUNT: Money = Money(1_000_000_000_000_000);

/// The text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter an amount such as 250 or 1,000.50: more than 0, at most 1,000,000,000, with up to 6 decimals.")]
pub struct InvalidMoney;

impl std::str::FromStr for Money {
    type Err = InvalidMoney;
    /// Reads what people type: `250`, `$1,000.50`. Decimal throughout, so that no amount changes by being read.
    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        let text = text.trim().trim_start_matches('$');
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let whole: String = whole
            .chars()
            .filter(|c| !matches!(c, ',' | ' ' | '_' | '\u{202f}' | '\u{a0}'))
            .collect();
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 10 || decimals.len() > 6 || !is_number(&whole) || !is_number(decimals) {
            return Err(InvalidMoney);
        }
        let micros: i64 = format!("{whole}{decimals:0<6}").parse().map_err(|_| InvalidMoney)?;
        let amount = Self(micros);
        if amount > Self::ZERO && amount <= MAX_AMOUNT {
            Ok(amount)
        } else {
            Err(InvalidMoney)
        }
    }
}

impl Money {
    /// The amount as [`FromStr`](std::str::FromStr) reads it, for a form: `1000.50`.
    pub fn plain(self) -> String {
        let (whole, micros) = (self.0 / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        let digits = format!("{micros:06}");
        match digits.trim_end_matches('0') {
            "" => whole.to_string(),
            decimals => format!("{whole}.{decimals:0<2}"),
        }
    }

    /// This amount in whole per cent of another, rounded down; 0 for an amount of nothing.
    pub fn percent_of(self, whole: Self) -> u64 {
        let share = i128::from(self.0.max(0)) * 100 / i128::from(whole.0.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
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

    #[test]
    fn a_typed_amount_is_read_to_the_last_digit() {
        for (text, micros) in [
            ("250", 250_000_000),
            (" $1,000.50 ", 1_000_500_000),
            ("0.000001", 1),
            ("1000000000", MAX_AMOUNT.0),
        ] {
            assert_eq!(text.parse(), Ok(Money(micros)), "{text}");
        }
        for bad in [
            "",
            "0",
            "0.00",
            "-5",
            "1e3",
            "1.2345678",
            "1000000000.01",
            "99999999999",
            "ten",
            ".5",
            "1.2.3",
            "+5",
        ] {
            assert_eq!(bad.parse::<Money>(), Err(InvalidMoney), "{bad}");
        }
        for micros in [250_000_000, 1_000_500_000, 1, 1_234_567] {
            assert_eq!(Money(micros).plain().parse(), Ok(Money(micros)));
        }
        assert_eq!(Money(1_000_500_000).plain(), "1000.50");
    }

    #[test]
    fn shares_are_whole_per_cents() {
        assert_eq!(Money(799).percent_of(Money(1_000)), 79);
        assert_eq!(Money(2_500).percent_of(Money(1_000)), 250);
        assert_eq!(Money(-5).percent_of(Money(0)), 0);
    }
}
