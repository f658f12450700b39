//! What the fields of the forms mean, and what a cell of the tables says.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::model::{
    AppError, Money,
    budget::{Budget, BudgetEdit, BudgetScope, parse_thresholds},
    error::Fields,
    limit::{ModelScope, parse_limit},
    limits_table::{LimitCell, LimitEdit, LimitRow, PerRate, Rate},
    number::grouped,
};

/// The fields of the limits form as they were typed, one for each [`Rate`]. An empty one inherits, so none may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedLimits {
    pub tokens_per_minute: String,
    pub requests_per_minute: String,
    pub tokens_per_hour: String,
    pub requests_per_hour: String,
    pub tokens_per_day: String,
    pub requests_per_day: String,
}

impl TypedLimits {
    pub fn get(&self, rate: Rate) -> &str {
        match rate {
            Rate::TokensMinute => &self.tokens_per_minute,
            Rate::RequestsMinute => &self.requests_per_minute,
            Rate::TokensHour => &self.tokens_per_hour,
            Rate::RequestsHour => &self.requests_per_hour,
            Rate::TokensDay => &self.tokens_per_day,
            Rate::RequestsDay => &self.requests_per_day,
        }
    }

    fn from_fn(text: impl Fn(Rate) -> String) -> Self {
        Self {
            tokens_per_minute: text(Rate::TokensMinute),
            requests_per_minute: text(Rate::RequestsMinute),
            tokens_per_hour: text(Rate::TokensHour),
            requests_per_hour: text(Rate::RequestsHour),
            tokens_per_day: text(Rate::TokensDay),
            requests_per_day: text(Rate::RequestsDay),
        }
    }

    /// What stands now.
    pub fn of_row(row: &LimitRow) -> Self {
        Self::from_fn(|rate| row.cells[rate].project.map(|limit| limit.to_string()).unwrap_or_default())
    }

    /// What the address of a preview carries.
    pub fn of_query(query: &ParamsMap) -> Self {
        Self::from_fn(|rate| query.get(rate.field()).unwrap_or_default())
    }
}

/// Parses the limits of one row; an empty field inherits.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse_limits(model: &str, typed: &TypedLimits) -> Result<LimitEdit, AppError> {
    let mut fields = Fields::default();
    let model = fields.parse("model", model.parse::<ModelScope>());
    let values = PerRate::from_fn(|rate| fields.parse(rate.field(), parse_limit(typed.get(rate))).flatten());
    match model {
        Some(model) if fields.is_empty() => Ok(LimitEdit { model, values, seen: None }),
        _ => Err(fields.into_error()),
    }
}

/// The two words of the field `when_spent`.
pub const REFUSE: &str = "refuse";
pub const WARN: &str = "warn";

/// The fields of the budget form as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedBudget {
    pub amount: String,
    pub warn_percents: String,
    pub when_spent: String,
    /// The version of the budget that the form showed.
    pub seen: String,
}

/// Parses the form of a budget; an empty amount removes it.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse_budget(scope: &str, amount: &str, warn_percents: &str, when_spent: &str) -> Result<BudgetEdit, AppError> {
    let mut fields = Fields::default();
    let scope = fields.parse("scope", scope.parse::<BudgetScope>());
    if amount.trim().is_empty() {
        return match scope {
            Some(scope) => Ok(BudgetEdit {
                scope,
                budget: None,
                seen: None,
            }),
            None => Err(fields.into_error()),
        };
    }
    let amount = fields.parse("amount", amount.parse::<Money>());
    let warn_percents = fields.parse("warn_percents", parse_thresholds(warn_percents));
    let hard_stop = match when_spent {
        REFUSE => Some(true),
        WARN => Some(false),
        _ => fields.parse("when_spent", Err("Choose whether requests are refused, or people are only warned.")),
    };
    match (scope, amount, warn_percents, hard_stop) {
        (Some(scope), Some(amount), Some(warn_percents), Some(hard_stop)) => {
            let budget = Budget {
                amount,
                warn_percents,
                hard_stop,
            };
            Ok(BudgetEdit {
                scope,
                budget: Some(budget),
                seen: None,
            })
        }
        _ => Err(fields.into_error()),
    }
}

/// A quota in words: grouped digits, or `unlimited`.
pub fn quota(limit: Option<u64>) -> String {
    limit.map_or_else(|| "unlimited".to_owned(), grouped)
}

/// The project's own limit in words: grouped digits, or `inherits`.
pub fn own(limit: Option<u64>) -> String {
    limit.map_or_else(|| "inherits".to_owned(), grouped)
}

/// Units as a share of what holds: whole per cent, 0 to 100; `None` without a limit.
pub fn percent(cell: &LimitCell, units: u64) -> Option<u8> {
    let limit = cell.effective()?;
    let share = u128::from(units) * 100 / u128::from(limit.max(1));
    Some(u8::try_from(share.min(100)).unwrap_or(100))
}

/// Thousandths as a plain number: `2`, `1.5`, `0.125`.
pub fn multiple(permille: u64) -> String {
    let text = format!("{}.{:03}", permille / 1_000, permille % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What the head of the table says about the projects together; nothing for those who must not know of other projects.
pub fn commitment(rows: &[LimitRow], rate: Rate) -> Option<String> {
    let cells = || rows.iter().map(|row| &row.cells[rate]);
    let most = cells().filter_map(LimitCell::allotted_percent).max()?;
    let any = cells().any(|cell| cell.org.is_some() && cell.allotted.is_some_and(|units| units > 0));
    let over = cells().filter(|cell| cell.is_over_committed()).count();
    Some(match (most, over) {
        _ if !any => "No project has a limit of its own here.".to_owned(),
        (0, _) => "Projects together are allotted less than 1 % of the organization’s limit.".to_owned(),
        (_, 0) => format!("Projects together are allotted at most {most} % of the organization’s limit."),
        (_, 1) => format!("Projects together are allotted {most} % of the organization’s limit — over-committed on 1 row"),
        (_, over) => format!("Projects together are allotted up to {most} % of the organization’s limit — over-committed on {over} rows"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_limit_inherits() {
        let typed = TypedLimits {
            tokens_per_minute: "700,000".to_owned(),
            ..TypedLimits::default()
        };
        let edit = parse_limits("*", &typed).expect("valid");
        assert_eq!(edit.model, ModelScope::All);
        for (rate, value) in edit.values.iter() {
            assert_eq!(*value, (rate == Rate::TokensMinute).then_some(700_000));
        }
    }

    #[test]
    fn a_field_that_is_missing_is_not_read_as_inherit() {
        let all = serde_json::to_value(TypedLimits::default()).expect("JSON");
        for rate in Rate::ALL {
            let mut body = all.clone();
            body.as_object_mut().expect("an object").remove(rate.field());
            assert!(serde_json::from_value::<TypedLimits>(body).is_err(), "{}", rate.field());
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let typed = TypedLimits {
            requests_per_hour: "0".to_owned(),
            tokens_per_day: "many".to_owned(),
            ..TypedLimits::default()
        };
        let error = parse_limits("atlas-mini", &typed).expect_err("two wrong limits");
        assert!(error.on_field("requests_per_hour").is_some() && error.on_field("tokens_per_day").is_some());
        assert!(
            parse_limits("a model", &TypedLimits::default())
                .expect_err("no model")
                .on_field("model")
                .is_some()
        );
    }

    #[test]
    fn a_budget_is_read_whole_or_removed() {
        let edit = parse_budget("project", "1,000.50", "100 80", REFUSE).expect("valid");
        let expected = Budget {
            amount: Money(1_000_500_000),
            warn_percents: vec![80, 100],
            hard_stop: true,
        };
        assert_eq!((edit.scope, edit.budget), (BudgetScope::Project, Some(expected)));
        let removed = parse_budget("org", " ", "nonsense", "").expect("valid");
        assert_eq!((removed.scope, removed.budget), (BudgetScope::Org, None));
        let error = parse_budget("project", "a lot", "half", "explode").expect_err("all wrong");
        for field in ["amount", "warn_percents", "when_spent"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn commitment_is_decided_on_units() {
        let rows = |allotted: u64| {
            let mut cells = PerRate::<LimitCell>::default();
            cells[Rate::TokensMinute] = LimitCell {
                org: Some(1_000_000),
                allotted: Some(allotted),
                ..LimitCell::default()
            };
            vec![LimitRow {
                model: ModelScope::All,
                detail: String::new(),
                simulated: false,
                cells,
                refused_24h: 0,
            }]
        };
        let says = |allotted| commitment(&rows(allotted), Rate::TokensMinute).expect("known");
        assert!(says(0).starts_with("No project"), "{}", says(0));
        assert!(says(1).contains("less than 1 %"), "{}", says(1));
        assert!(says(1_000_000).contains("at most 100 %"), "{}", says(1_000_000));
        assert!(says(1_000_001).contains("101 %") && says(1_000_001).contains("over-committed"));
    }

    #[test]
    fn use_is_a_share_of_what_holds() {
        let cell = |org, project| LimitCell {
            org,
            project,
            ..LimitCell::default()
        };
        assert_eq!(percent(&cell(Some(1_000), Some(200)), 50), Some(25));
        let debt = percent(&cell(Some(1_000), None), 5_000);
        assert_eq!(debt, Some(100), "debt does not overflow the meter");
        assert_eq!(percent(&cell(None, None), 5), None);
        assert_eq!(quota(None), "unlimited");
        assert_eq!(own(None), "inherits");
        assert_eq!([2_000, 10_000, 1_500, 125].map(multiple), ["2", "10", "1.5", "0.125"]);
    }
}
