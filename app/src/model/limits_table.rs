//! What the Limits page shows and changes: limits by what they count and over which time.

use serde::{Deserialize, Serialize};

use super::{
    Timestamp,
    limit::{Metric, ModelScope, Window},
    receipt::Lane,
    words::words,
};

/// What a limit counts, and over which time. Each has a tab of the Limits page, and a field of its form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    #[default]
    TokensMinute,
    RequestsMinute,
    TokensHour,
    RequestsHour,
    TokensDay,
    RequestsDay,
}

words!(
    Rate,
    "tokens or requests per minute, hour or day",
    TokensMinute = "tpm",
    RequestsMinute = "rpm",
    TokensHour = "tph",
    RequestsHour = "rph",
    TokensDay = "tpd",
    RequestsDay = "rpd",
);

impl Rate {
    pub fn of(metric: Metric, window: Window) -> Self {
        match (metric, window) {
            (Metric::Tokens, Window::Minute) => Self::TokensMinute,
            (Metric::Requests, Window::Minute) => Self::RequestsMinute,
            (Metric::Tokens, Window::Hour) => Self::TokensHour,
            (Metric::Requests, Window::Hour) => Self::RequestsHour,
            (Metric::Tokens, Window::Day) => Self::TokensDay,
            (Metric::Requests, Window::Day) => Self::RequestsDay,
        }
    }

    pub fn metric(self) -> Metric {
        match self {
            Self::TokensMinute | Self::TokensHour | Self::TokensDay => Metric::Tokens,
            Self::RequestsMinute | Self::RequestsHour | Self::RequestsDay => Metric::Requests,
        }
    }

    pub fn window(self) -> Window {
        match self {
            Self::TokensMinute | Self::RequestsMinute => Window::Minute,
            Self::TokensHour | Self::RequestsHour => Window::Hour,
            Self::TokensDay | Self::RequestsDay => Window::Day,
        }
    }

    /// The field of the form, and of the audit record: `tokens_per_minute`.
    pub fn field(self) -> &'static str {
        match self {
            Self::TokensMinute => "tokens_per_minute",
            Self::RequestsMinute => "requests_per_minute",
            Self::TokensHour => "tokens_per_hour",
            Self::RequestsHour => "requests_per_hour",
            Self::TokensDay => "tokens_per_day",
            Self::RequestsDay => "requests_per_day",
        }
    }

    /// `Tokens / min`: a tab.
    pub fn short(self) -> &'static str {
        match self {
            Self::TokensMinute => "Tokens / min",
            Self::RequestsMinute => "Requests / min",
            Self::TokensHour => "Tokens / hour",
            Self::RequestsHour => "Requests / hour",
            Self::TokensDay => "Tokens / day",
            Self::RequestsDay => "Requests / day",
        }
    }

    /// `Tokens per minute`: a label.
    pub fn label(self) -> &'static str {
        match self {
            Self::TokensMinute => "Tokens per minute",
            Self::RequestsMinute => "Requests per minute",
            Self::TokensHour => "Tokens per hour",
            Self::RequestsHour => "Requests per hour",
            Self::TokensDay => "Tokens per day",
            Self::RequestsDay => "Requests per day",
        }
    }
}

/// One value for each [`Rate`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerRate<T>([T; Rate::ALL.len()]);

impl<T> PerRate<T> {
    pub fn from_fn(value: impl FnMut(Rate) -> T) -> Self {
        Self(Rate::ALL.map(value))
    }

    pub fn iter(&self) -> impl Iterator<Item = (Rate, &T)> {
        Rate::ALL.into_iter().zip(&self.0)
    }
}

impl PerRate<Option<u64>> {
    /// The limits of a row as one text, by which a form tells what it was filled from: `700000,,,,,5000`.
    pub fn version(&self) -> String {
        let texts = self.0.map(|value| value.map(|value| value.to_string()).unwrap_or_default());
        texts.join(",")
    }
}

impl<T> std::ops::Index<Rate> for PerRate<T> {
    type Output = T;
    fn index(&self, rate: Rate) -> &T {
        &self.0[rate as usize]
    }
}

impl<T> std::ops::IndexMut<Rate> for PerRate<T> {
    fn index_mut(&mut self, rate: Rate) -> &mut T {
        &mut self.0[rate as usize]
    }
}

/// One quota of a row: what stands at both levels, what holds, and how much of it is in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitCell {
    /// The org quota of the plan; `None` is unlimited.
    pub org: Option<u64>,
    /// The project's own limit; `None` inherits the org's.
    pub project: Option<u64>,
    /// Units of the project that are in use right now: of requests that have ended, and of those under way.
    pub used: u64,
    pub reserved: u64,
    /// The most that was in use at once in the last 24 hours.
    pub peak: u64,
    /// What the own limits of all active projects add up to, for owners and org admins; `None` for everybody else.
    pub allotted: Option<u64>,
}

impl LimitCell {
    /// The lower of both levels; `None` is unlimited.
    pub fn effective(&self) -> Option<u64> {
        match (self.org, self.project) {
            (Some(org), Some(project)) => Some(org.min(project)),
            (org, project) => project.or(org),
        }
    }

    /// How much of the org's limit the projects' own limits add up to, in whole per cent, for display: rounded up above the limit,
    /// so that no over-commitment reads as 100 %. `None` where it is not known.
    pub fn allotted_percent(&self) -> Option<u64> {
        let (org, allotted) = self.org.zip(self.allotted)?;
        let (hundredfold, org) = (u128::from(allotted) * 100, u128::from(org.max(1)));
        let percent = if self.is_over_committed() {
            hundredfold.div_ceil(org)
        } else {
            hundredfold / org
        };
        u64::try_from(percent).ok()
    }

    /// Whether the projects' own limits add up to more units than the org has.
    pub fn is_over_committed(&self) -> bool {
        self.org.zip(self.allotted).is_some_and(|(org, allotted)| allotted > org)
    }
}

/// One row of the Limits page: a model, or all models together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRow {
    pub model: ModelScope,
    /// `chat · 128k context`, or what the row stands for.
    pub detail: String,
    /// True when the model answers from the built-in simulator.
    pub simulated: bool,
    pub cells: PerRate<LimitCell>,
    /// 429 answers of the last 24 hours for this model in this project and lane, whichever limit it was.
    pub refused_24h: u64,
}

/// What the Limits page shows of one lane: `*` first, then the models that the project may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsTable {
    /// The plan that the org quotas come from.
    pub plan: String,
    /// Whose buckets, and so whose ceilings, the cells show.
    pub lane: Lane,
    /// The ceiling of flex in thousandths of every limit; `None` when the plan has no flex tier.
    pub flex_permille: Option<u64>,
    pub rows: Vec<LimitRow>,
}

/// New values of one row; `None` inherits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitEdit {
    pub model: ModelScope,
    pub values: PerRate<Option<u64>>,
    /// The version of the values that the person saw: others are a conflict then. `None` overwrites whatever stands.
    pub seen: Option<String>,
}

impl LimitEdit {
    /// Pairs of limits of which the first can never be reached: what is left over a longer time is less.
    pub fn unreachable(&self) -> Vec<(Rate, Rate)> {
        let mut pairs = Vec::new();
        for metric in [Metric::Tokens, Metric::Requests] {
            for (shorter, longer) in [
                (Window::Minute, Window::Hour),
                (Window::Minute, Window::Day),
                (Window::Hour, Window::Day),
            ] {
                let (shorter, longer) = (Rate::of(metric, shorter), Rate::of(metric, longer));
                if let (Some(short), Some(long)) = (self.values[shorter], self.values[longer])
                    && short > long
                {
                    pairs.push((shorter, longer));
                }
            }
        }
        pairs
    }
}

/// One limit before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitChange {
    pub rate: Rate,
    pub before: Option<u64>,
    pub after: Option<u64>,
}

/// What a change would do, before it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsPreview {
    /// Only what differs.
    pub changes: Vec<LimitChange>,
    /// 429 answers of the last 7 days of which a receipt is kept and which one of these limits gave.
    pub refused: u64,
    /// How many of them would have fitted at their moment with the new limits.
    pub fitting: u64,
    /// Where the look back ended early, so that there may be more of both; `None` when it reached all 7 days.
    pub looked_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effective_limit_is_the_lower_one() {
        let cell = |org, project| {
            let cell = LimitCell {
                org,
                project,
                ..LimitCell::default()
            };
            cell.effective()
        };
        assert_eq!(cell(Some(10), Some(7)), Some(7));
        assert_eq!(cell(Some(5), Some(7)), Some(5));
        assert_eq!(cell(Some(5), None), Some(5));
        assert_eq!(cell(None, Some(7)), Some(7));
        assert_eq!(cell(None, None), None);
    }

    #[test]
    fn a_rate_is_found_by_what_it_counts() {
        for rate in Rate::ALL {
            assert_eq!(Rate::of(rate.metric(), rate.window()), rate);
            assert_eq!(PerRate::from_fn(|rate| rate)[rate], rate);
            assert_eq!(rate.field(), format!("{}_per_{}", rate.metric().as_str(), rate.window().as_str()));
        }
    }

    #[test]
    fn projects_can_be_allotted_more_than_the_org_has() {
        let cell = |org, allotted| {
            let cell = LimitCell {
                org,
                allotted,
                ..LimitCell::default()
            };
            cell.allotted_percent()
        };
        assert_eq!(cell(Some(1_000_000), Some(1_300_000)), Some(130));
        assert_eq!(cell(Some(1_000_000), Some(1_000_001)), Some(101), "never 100 % when it is more");
        assert_eq!(cell(Some(1_000_000), Some(999_999)), Some(99));
        assert_eq!(cell(None, Some(5)), None);
        assert_eq!(cell(Some(5), None), None);
    }

    #[test]
    fn a_limit_above_that_of_a_longer_time_can_never_be_reached() {
        let mut edit = LimitEdit {
            model: ModelScope::All,
            values: PerRate::default(),
            seen: None,
        };
        edit.values[Rate::TokensMinute] = Some(100);
        edit.values[Rate::TokensHour] = Some(6_000);
        edit.values[Rate::RequestsDay] = Some(50);
        assert_eq!(edit.unreachable(), []);
        edit.values[Rate::TokensDay] = Some(5_000);
        assert_eq!(edit.unreachable(), [(Rate::TokensHour, Rate::TokensDay)]);
    }
}
