//! A receipt in two parts: what the rules say, which thousands of requests share, and the figures of one request.

use serde::{Deserialize, Serialize};

use super::{
    Money,
    limit::{Level, Metric, ModelScope, Window},
    receipt::{BucketLine, BudgetLine, Holder, Lane, Others, Receipt, RefusedBy},
};

/// The limits and budgets that a request had to pass. They are stored without names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    pub lane: Lane,
    pub limits: Vec<LimitRule>,
    pub budgets: Vec<BudgetRule>,
}

/// Level, model, metric, window, units per window, and whether the line repeats the org's limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRule(pub Level, pub ModelScope, pub Metric, pub Window, pub u64, pub bool);

/// Level, amount a month, and whether it stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRule(pub Level, pub Money, pub bool);

/// What one request found and asked for. Its lists follow those of the [`RuleSet`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Tokens and cost that were asked for.
    pub asked: (u64, Money),
    /// Units used and reserved, and milliseconds until nothing is in use.
    pub buckets: Vec<(u64, u64, i64)>,
    /// Spent and reserved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<(Money, Money)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<RefusedBy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<Holder>,
    #[serde(default, skip_serializing_if = "is_nobody")]
    pub others: Others,
}

fn is_nobody(others: &Others) -> bool {
    *others == Others::default()
}

impl Receipt {
    /// The whole receipt; `None` when the parts are not of the same request.
    pub fn join(rules: &RuleSet, figures: Figures) -> Option<Self> {
        if rules.limits.len() != figures.buckets.len() || rules.budgets.len() != figures.budgets.len() {
            return None;
        }
        let (tokens, cost) = figures.asked;
        let buckets = rules.limits.iter().zip(figures.buckets);
        let budgets = rules.budgets.iter().zip(figures.budgets);
        Some(Self {
            lane: rules.lane,
            buckets: buckets
                .map(|(rule, (used, reserved, reset_ms))| BucketLine {
                    level: rule.0,
                    model: rule.1.clone(),
                    metric: rule.2,
                    window: rule.3,
                    limit: rule.4,
                    inherited: rule.5,
                    used,
                    reserved,
                    asked: match rule.2 {
                        Metric::Requests => 1,
                        Metric::Tokens => tokens,
                    },
                    reset_ms,
                })
                .collect(),
            budgets: budgets
                .map(|(rule, (spent, reserved))| BudgetLine {
                    level: rule.0,
                    limit: rule.1,
                    hard_stop: rule.2,
                    spent,
                    reserved,
                    asked: cost,
                })
                .collect(),
            refused_by: figures.refused_by,
            retry_after_ms: figures.retry_after_ms,
            holders: figures.holders,
            others: figures.others,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> (RuleSet, Figures) {
        let rules = RuleSet {
            lane: Lane::Flex,
            limits: vec![
                LimitRule(Level::Org, ModelScope::All, Metric::Tokens, Window::Minute, 1_000_000, false),
                LimitRule(Level::Project, ModelScope::All, Metric::Requests, Window::Day, 500, true),
            ],
            budgets: vec![BudgetRule(Level::Key, Money(9), true)],
        };
        let figures = Figures {
            asked: (96_000, Money(2)),
            buckets: vec![(880_000, 72_000, 57_120), (12, 0, 900)],
            budgets: vec![(Money(8), Money(1))],
            refused_by: Some(RefusedBy::Bucket(0)),
            retry_after_ms: Some(2_880),
            ..Figures::default()
        };
        (rules, figures)
    }

    #[test]
    fn the_parts_survive_their_stored_form_and_make_the_receipt() {
        let (rules, figures) = parts();
        let text = serde_json::to_string(&rules).expect("JSON");
        assert!(text.contains(r#"["org","*","tokens","minute",1000000,false]"#), "{text}");
        assert_eq!(serde_json::from_str::<RuleSet>(&text).expect("rules"), rules);
        let text = serde_json::to_string(&figures).expect("JSON");
        assert!(
            text.contains("[[880000,72000,57120],[12,0,900]]") && !text.contains("holders"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Figures>(&text).expect("figures"), figures);

        let receipt = Receipt::join(&rules, figures).expect("they fit");
        assert_eq!(
            (receipt.lane, receipt.refused_by, receipt.retry_after_ms),
            (Lane::Flex, Some(RefusedBy::Bucket(0)), Some(2_880))
        );
        let [tokens, requests] = &receipt.buckets[..] else {
            panic!("two lines")
        };
        assert_eq!(
            (tokens.asked, tokens.used, tokens.reserved, tokens.short_by()),
            (96_000, 880_000, 72_000, 48_000)
        );
        assert_eq!(
            (requests.asked, requests.limit, requests.inherited, requests.reset_ms),
            (1, 500, true, 900)
        );
        assert_eq!(
            (receipt.budgets[0].asked, receipt.budgets[0].spent, receipt.budgets[0].hard_stop),
            (Money(2), Money(8), true)
        );
    }

    #[test]
    fn parts_of_different_requests_make_none() {
        let (rules, mut figures) = parts();
        figures.buckets.pop();
        assert_eq!(Receipt::join(&rules, figures), None);
    }
}
