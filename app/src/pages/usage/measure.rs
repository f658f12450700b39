//! What the chart draws, and how its numbers read.

use crate::model::{
    Money,
    number::{compact, grouped},
    usage::DayOfModel,
};

/// The number that a column shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    #[default]
    Cost,
    Requests,
    Tokens,
}

/// Micro-units of one whole currency unit.
const UNIT: u64 = 1_000_000;

impl Measure {
    pub const ALL: [Self; 3] = [Self::Cost, Self::Requests, Self::Tokens];

    /// The value of `?metric=`; an unknown one shows the cost.
    pub fn from_query(text: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|measure| Some(measure.as_str()) == text)
            .unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Requests => "requests",
            Self::Tokens => "tokens",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Cost => "Cost",
            Self::Requests => "Requests",
            Self::Tokens => "Tokens",
        }
    }

    /// The number of one model on one day: micro-units for the cost, where a negative one (a refund) draws nothing.
    pub fn of_day(self, day: &DayOfModel) -> u64 {
        match self {
            Self::Cost => u64::try_from(day.cost.0).unwrap_or(0),
            Self::Requests => day.requests,
            Self::Tokens => day.tokens,
        }
    }

    /// The exact number, for tables and column labels.
    pub fn exact(self, value: u64) -> String {
        match self {
            Self::Cost => money(value).display(),
            Self::Requests | Self::Tokens => grouped(value),
        }
    }

    /// The short number beside a grid line.
    pub fn tick(self, value: u64) -> String {
        match self {
            Self::Cost if value == 0 => "$0".to_owned(),
            Self::Cost if value.is_multiple_of(UNIT) => format!("${}", compact(value / UNIT)),
            Self::Cost => money(value).display(),
            Self::Requests | Self::Tokens => compact(value),
        }
    }
}

fn money(micros: u64) -> Money {
    Money(i64::try_from(micros).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_short_and_tables_exact() {
        assert_eq!(Measure::Cost.tick(125 * UNIT), "$125");
        assert_eq!(Measure::Cost.tick(20_000 * UNIT), "$20.0 k");
        assert_eq!(Measure::Cost.tick(50_000), "$0.05");
        assert_eq!(Measure::Cost.tick(0), "$0");
        assert_eq!(Measure::Tokens.tick(250_000_000), "250 M");
        assert_eq!(Measure::Tokens.exact(1_234_567), "1,234,567");
        assert_eq!(Measure::Cost.exact(1_204_110_000), "$1,204.11");
    }

    #[test]
    fn the_query_names_every_measure() {
        for measure in Measure::ALL {
            assert_eq!(Measure::from_query(Some(measure.as_str())), measure);
        }
        assert_eq!(Measure::from_query(Some("latency")), Measure::Cost);
        assert_eq!(Measure::from_query(None), Measure::Cost);
    }
}
