//! Thresholds of budgets that were passed, once a month each, with their audit records.

use std::collections::HashMap;

use app::model::{Money, OrgId, Timestamp, limit::Level};

use super::{
    Store, audit,
    change::TOUCH_ORG,
    db::{DbError, Tx, execute, fetch_all, fetch_one},
    parse,
};
use crate::{
    access::Caller,
    audit::{Chain, Event},
};

/// A threshold of a budget that the month's spend has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub org: OrgId,
    pub level: Level,
    /// Id of the org, project or key.
    pub scope: String,
    /// The first millisecond of the month, in UTC.
    pub month: Timestamp,
    /// Percent of the amount; 100 is the budget itself.
    pub percent: u32,
    pub spent: Money,
    pub amount: Money,
}

/// A budget and the month's cost of its scope, in micro-units.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Spend {
    level: String,
    pub scope_id: String,
    amount_micros: i64,
    warn_percents: String,
    pub spent: i64,
}

const ORGS: &str = "SELECT DISTINCT org_id FROM budgets";

const SPENDS: &str = "
    SELECT b.level, b.scope_id, b.amount_micros, b.warn_percents, CAST(CASE b.level
        WHEN 'org' THEN (SELECT coalesce(sum(cost_micros), 0) FROM usage_days WHERE org_id = b.org_id AND day >= $2)
        WHEN 'project' THEN (SELECT coalesce(sum(cost_micros), 0) FROM usage_days WHERE project_id = b.scope_id AND day >= $2)
        ELSE (SELECT coalesce(sum(cost_micros), 0) FROM usage_days
              WHERE project_id = (SELECT project_id FROM api_keys WHERE id = b.scope_id) AND day >= $2 AND key_id = b.scope_id)
        END AS BIGINT) AS spent
    FROM budgets b WHERE b.org_id = $1 ORDER BY b.scope_id";

// A warning of a smaller amount says nothing about the one that was raised since.
const WARNED: &str = "SELECT scope_id, percent, spent_micros FROM budget_warnings WHERE org_id = $1 AND month = $2";

const WARN: &str = "
    INSERT INTO budget_warnings (scope_id, month, percent, org_id, spent_micros, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (scope_id, month, percent) DO UPDATE SET spent_micros = excluded.spent_micros, at = excluded.at
    WHERE budget_warnings.spent_micros < $7";

const NAME: &str = "
    SELECT CASE $1 WHEN 'org' THEN (SELECT name FROM orgs WHERE id = $2) WHEN 'project' THEN (SELECT name FROM projects WHERE id = $2)
                   ELSE (SELECT name FROM api_keys WHERE id = $2) END,
           CASE $1 WHEN 'org' THEN NULL WHEN 'project' THEN $2 ELSE (SELECT project_id FROM api_keys WHERE id = $2) END";

impl Store {
    /// The orgs that have budgets at any level.
    pub(crate) async fn orgs_with_budgets(&self) -> Result<Vec<OrgId>, DbError> {
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String,), ORGS)?;
        rows.into_iter().map(|(org,)| parse(org)).collect()
    }

    /// The budgets of the org, its projects and its keys, with what this month has cost each.
    pub(crate) async fn month_spends(&self, org: &OrgId) -> Result<Vec<Spend>, DbError> {
        let month = self.ambient.now().month_start();
        let mut reader = self.db.read().await?;
        fetch_all!(&mut reader, Spend, SPENDS, org.as_str(), month.0)
    }

    /// Thresholds that these spends have reached, and that have no warning yet.
    pub(crate) async fn passed_thresholds(&self, org: &OrgId, spends: Vec<Spend>) -> Result<Vec<Passed>, DbError> {
        if spends.is_empty() {
            return Ok(Vec::new());
        }
        let month = self.ambient.now().month_start();
        let mut reader = self.db.read().await?;
        let warned = fetch_all!(&mut reader, (String, i64, i64), WARNED, org.as_str(), month.0)?;
        let warned: HashMap<(String, i64), i64> = warned
            .into_iter()
            .map(|(scope, percent, spent)| ((scope, percent), spent))
            .collect();
        let mut passed = Vec::new();
        for spend in spends {
            let (scope, amount, spent) = (spend.scope_id, spend.amount_micros, spend.spent);
            let mut percents: Vec<u32> = serde_json::from_str(&spend.warn_percents)
                .map_err(|error| DbError::Corrupt(format!("warn_percents of {scope}: {error}")))?;
            percents.push(100);
            percents.sort_unstable();
            percents.dedup();
            percents.retain(|percent| {
                let threshold = threshold(amount, *percent);
                let warned = warned.get(&(scope.clone(), i64::from(*percent)));
                spent >= threshold && warned.is_none_or(|warned| *warned < threshold)
            });
            let level = parse(spend.level)?;
            passed.extend(percents.into_iter().map(|percent| Passed {
                org: org.clone(),
                level,
                scope: scope.clone(),
                month,
                percent,
                spent: Money(spent),
                amount: Money(amount),
            }));
        }
        Ok(passed)
    }

    /// Writes the warning and its audit record, both or none; false when somebody else did so before.
    pub(crate) async fn warn(&self, passed: &Passed) -> Result<bool, DbError> {
        let mut tx = self.db.write().await?;
        execute!(&mut tx, TOUCH_ORG, passed.org.as_str())?;
        let new = execute!(
            &mut tx,
            WARN,
            passed.scope.as_str(),
            passed.month.0,
            i64::from(passed.percent),
            passed.org.as_str(),
            passed.spent.0,
            self.ambient.now().0,
            threshold(passed.amount.0, passed.percent)
        )?;
        if new == 0 {
            return Ok(false);
        }
        let event = event(&mut tx, passed).await?;
        let chain = Chain::Org(passed.org.clone());
        audit::append(&mut tx, &self.ambient, &Caller::system(), &chain, event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// The spend that reaches a percentage of an amount, rounded up.
fn threshold(amount: i64, percent: u32) -> i64 {
    let hundredths = i128::from(amount) * i128::from(percent);
    i64::try_from((hundredths + 99) / 100).unwrap_or(i64::MAX)
}

async fn event(tx: &mut Tx, passed: &Passed) -> Result<Event, DbError> {
    let level = passed.level.as_str();
    let (name, project) = fetch_one!(tx, (Option<String>, Option<String>), NAME, level, passed.scope.as_str())?;
    let action = if passed.percent < 100 { "budget.warned" } else { "budget.reached" };
    let name = name.unwrap_or_else(|| passed.scope.clone());
    let event = Event {
        target_kind: match passed.level {
            Level::Org => "org",
            Level::Project => "project",
            Level::Key => "api_key",
        },
        project: project.map(parse).transpose()?,
        ..Event::new(action, &passed.scope, name)
    };
    Ok(event
        .set("percent", passed.percent)
        .set("spent", passed.spent.display())
        .set("amount", passed.amount.display()))
}
