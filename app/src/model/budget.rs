//! Monthly budgets: how much an organization, a project or a key may spend in a calendar month (UTC).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{KeyId, Listing, Money, Timestamp, limit::Level};

/// The most thresholds of one budget.
pub const MAX_THRESHOLDS: usize = 8;

/// What was set for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub amount: Money,
    /// Per cents at which people are warned: ascending, each once, from 1 to 100.
    pub warn_percents: Vec<u8>,
    /// True: requests that would pass the amount are refused. False: the budget only warns.
    pub hard_stop: bool,
}

impl Budget {
    /// The thresholds in words: `50, 80, 100`; empty without any.
    pub fn thresholds(&self) -> String {
        self.warn_percents.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// A budget as one text, by which a form tells what it was filled from.
pub fn version(budget: Option<&Budget>) -> String {
    budget.map_or_else(
        || "none".to_owned(),
        |budget| format!("{}; {}; {}", budget.amount.0, budget.thresholds(), budget.hard_stop),
    )
}

/// Parses the thresholds of a form: whole per cents, separated by commas or spaces; empty for none.
///
/// # Errors
/// Anything but up to [`MAX_THRESHOLDS`] whole numbers from 1 to 100.
pub fn parse_thresholds(text: &str) -> Result<Vec<u8>, InvalidThresholds> {
    let words = text
        .split([',', ' ', ';'])
        .map(|word| word.trim_end_matches('%'))
        .filter(|word| !word.is_empty());
    let mut percents = words
        .map(|word| word.parse().ok().filter(|percent| (1..=100).contains(percent)))
        .collect::<Option<Vec<u8>>>()
        .ok_or(InvalidThresholds)?;
    percents.sort_unstable();
    percents.dedup();
    if percents.len() > MAX_THRESHOLDS {
        return Err(InvalidThresholds);
    }
    Ok(percents)
}

/// The text is no list of thresholds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter up to 8 whole per cents from 1 to 100, such as 50, 80, 100.")]
pub struct InvalidThresholds;

/// Whose budget, seen from a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BudgetScope {
    /// The organization of the project.
    Org,
    Project,
    /// A key of the project.
    Key(KeyId),
}

impl BudgetScope {
    pub fn level(&self) -> Level {
        match self {
            Self::Org => Level::Org,
            Self::Project => Level::Project,
            Self::Key(_) => Level::Key,
        }
    }
}

impl fmt::Display for BudgetScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org => f.write_str("org"),
            Self::Project => f.write_str("project"),
            Self::Key(key) => f.write_str(key.as_str()),
        }
    }
}

impl FromStr for BudgetScope {
    type Err = super::ids::InvalidId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "org" => Ok(Self::Org),
            "project" => Ok(Self::Project),
            key => key.parse().map(Self::Key),
        }
    }
}

/// A budget with what the month has cost so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    pub scope: BudgetScope,
    pub name: String,
    /// `None`: nothing was set, only the spend is shown.
    pub budget: Option<Budget>,
    /// This month's cost of the requests that have ended.
    pub spent: Money,
    /// The highest threshold that was passed this month, and when.
    pub passed: Option<(u8, Timestamp)>,
    /// The Organization Default Key; only owners get to see it.
    pub is_org_default: bool,
}

impl Spend {
    /// How much of the budget is spent, in whole per cent; `None` without one.
    pub fn percent(&self) -> Option<u64> {
        self.budget.as_ref().map(|budget| self.spent.percent_of(budget.amount))
    }
}

/// What the Spend tab shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// First millisecond of the month.
    pub month: Timestamp,
    /// For owners and org admins only.
    pub org: Option<Spend>,
    pub project: Spend,
    pub keys: Listing<Spend>,
}

/// A new budget, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetEdit {
    pub scope: BudgetScope,
    pub budget: Option<Budget>,
    /// The version of the budget that the person saw: another one is a conflict then. `None` overwrites whatever stands.
    pub seen: Option<String>,
}

/// A budget whose threshold was passed this month: shown at the top of every page that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendMark {
    /// Org or project.
    pub level: Level,
    /// The highest threshold that was passed.
    pub percent: u8,
    /// Whether requests are refused when all is spent.
    pub hard_stop: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_as_people_write_them() {
        assert_eq!(parse_thresholds(""), Ok(vec![]));
        assert_eq!(parse_thresholds("80, 50,100 50%"), Ok(vec![50, 80, 100]));
        for bad in ["0", "101", "fifty", "-5", "1 2 3 4 5 6 7 8 9", "50.5"] {
            assert_eq!(parse_thresholds(bad), Err(InvalidThresholds), "{bad}");
        }
    }

    #[test]
    fn a_scope_survives_its_text() {
        let key: KeyId = crate::model::TypedId::from_bits(5);
        for scope in [BudgetScope::Org, BudgetScope::Project, BudgetScope::Key(key)] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert!("proj_x".parse::<BudgetScope>().is_err());
    }
}
