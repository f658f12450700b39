//! A mergeable histogram of durations, for quantiles over any set of roll-ups.
//!
//! Log-linear buckets, the idea of `HdrHistogram`: values below 16 have a bucket each, and every power of two above is
//! split into 16 equal buckets. A bucket stands for its middle, so a quantile is off by 1/32 (3.2 %) at most.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// Buckets in a power of two, and their number in bits.
const PARTS: u64 = 16;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// The bucket of the largest value.
const LAST: u16 = 975;

/// How many values fell into each bucket. Values are whole units, here milliseconds.
///
/// As text, every bucket that is not empty is `index:count;`. Buckets may repeat and then add up: joining two texts
/// merges the histograms, which lets a database merge them without reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u16, u64>);

/// A text that is no histogram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a histogram")]
pub struct InvalidHistogram;

impl Histogram {
    /// Counts one value.
    pub fn add(&mut self, value: u64) {
        self.count(index(value), 1);
    }

    /// Takes in everything that the other one counted.
    pub fn merge(&mut self, other: &Self) {
        for (index, count) in &other.0 {
            self.count(*index, *count);
        }
    }

    /// Values counted.
    pub fn total(&self) -> u64 {
        self.0.values().fold(0, |total, count| total.saturating_add(*count))
    }

    /// The value that `per_mille` of 1,000 values do not pass: 500 is the median, 950 the 95th percentile. `None` while
    /// nothing was counted.
    pub fn quantile(&self, per_mille: u32) -> Option<u64> {
        let total = u128::from(self.total());
        let rank = (total * u128::from(per_mille.min(1_000))).div_ceil(1_000).max(1);
        let mut below = 0;
        self.0.iter().find_map(|(index, count)| {
            below += u128::from(*count);
            (below >= rank).then(|| middle(*index))
        })
    }

    fn count(&mut self, index: u16, by: u64) {
        let count = self.0.entry(index).or_default();
        *count = count.saturating_add(by);
    }
}

/// The bucket of a value: 16 for each power of two, behind those of the small values.
fn index(value: u64) -> u16 {
    let Some(shift) = value.checked_ilog2().and_then(|bits| bits.checked_sub(PART_BITS)) else {
        return u16::try_from(value).unwrap_or(LAST);
    };
    u16::try_from(u64::from(shift) * PARTS + (value >> shift)).unwrap_or(LAST)
}

/// The value in the middle of a bucket.
fn middle(index: u16) -> u64 {
    let index = u64::from(index);
    let Some(shift) = (index / PARTS).checked_sub(1) else {
        return index;
    };
    let width = 1 << shift;
    (index % PARTS + PARTS) * width + width / 2
}

impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(index, count)| write!(f, "{index}:{count};"))
    }
}

impl FromStr for Histogram {
    type Err = InvalidHistogram;

    fn from_str(text: &str) -> Result<Self, InvalidHistogram> {
        let mut histogram = Self::default();
        for bucket in text.split_terminator(';') {
            let (index, count) = bucket.split_once(':').ok_or(InvalidHistogram)?;
            let index = index.parse().ok().filter(|index| *index <= LAST).ok_or(InvalidHistogram)?;
            histogram.count(index, count.parse().map_err(|_| InvalidHistogram)?);
        }
        Ok(histogram)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.add(*value);
        }
        histogram
    }

    /// Durations as they come: most are short, some are absurd.
    fn values() -> impl Strategy<Value = Vec<u64>> {
        vec(prop_oneof![0..20u64, 0..5_000u64, 0..10_000_000u64, any::<u64>()], 0..60)
    }

    proptest! {
        #[test]
        fn merging_is_counting_all(a in values(), b in values()) {
            let union = of(&[a.clone(), b.clone()].concat());
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(&merged, &union);
            let joined: Histogram = format!("{}{}", of(&a), of(&b)).parse().expect("joined texts");
            prop_assert_eq!(&joined, &union);
            prop_assert_eq!(union.to_string().parse::<Histogram>(), Ok(union));
        }

        #[test]
        fn a_quantile_is_within_the_error(mut all in values(), per_mille in 0..=1_000u32) {
            let quantile = of(&all).quantile(per_mille);
            all.sort_unstable();
            let rank = (all.len() * per_mille as usize).div_ceil(1_000).max(1);
            let Some(exact) = all.get(rank - 1).copied() else {
                prop_assert_eq!(quantile, None);
                return Ok(());
            };
            let off = quantile.expect("a value").abs_diff(exact);
            prop_assert!(off <= exact / 32 + 1, "{quantile:?} for {exact}");
        }

        #[test]
        fn buckets_follow_the_order_of_values(a in any::<u64>(), b in any::<u64>()) {
            prop_assert!((a > b) || index(a) <= index(b));
            prop_assert_eq!(index(middle(index(a))), index(a));
        }
    }

    #[test]
    fn small_values_are_exact_and_the_largest_has_a_bucket() {
        for value in 0..32 {
            assert_eq!(of(&[value]).quantile(500), Some(value));
        }
        assert_eq!(index(u64::MAX), LAST);
        assert_eq!(of(&[3, 3, 100]).to_string(), "3:2;57:1;");
    }

    #[test]
    fn a_text_that_is_none_is_refused() {
        for bad in ["x", "1", "1:", "1:2;;", "976:1;", "-1:1;", "1:-1;", "1:99999999999999999999;"] {
            assert_eq!(bad.parse::<Histogram>(), Err(InvalidHistogram), "{bad}");
        }
        assert_eq!("".parse(), Ok(Histogram::default()));
    }
}
