//! Monthly budgets with what the month has cost. Months are calendar months in UTC.

use app::model::{
    KeyId, Listing, Money, Page, Timestamp,
    budget::{Budget, BudgetScope, Spend, SpendMark},
    key::KeyState,
};

use super::{
    Change, Store,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    listing, parse,
};
use crate::access::{Grant, SetLimits, ViewOrg, ViewUsage};

/// A budget in columns; every part is NULL where none was set.
#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    is_org_default: bool,
    amount_micros: Option<i64>,
    warn_percents: Option<String>,
    hard_stop: Option<bool>,
    percent: Option<i64>,
    at: Option<i64>,
    spent: i64,
}

impl Row {
    fn into_model(self, scope: BudgetScope) -> Result<Spend, DbError> {
        let passed = self.percent.zip(self.at);
        Ok(Spend {
            scope,
            name: self.name,
            budget: budget(self.amount_micros, self.warn_percents.as_deref(), self.hard_stop)?,
            spent: Money(self.spent),
            passed: passed.and_then(|(percent, at)| Some((u8::try_from(percent).ok()?, Timestamp(at)))),
            is_org_default: self.is_org_default,
        })
    }
}

fn budget(amount: Option<i64>, warn_percents: Option<&str>, hard_stop: Option<bool>) -> Result<Option<Budget>, DbError> {
    let (Some(amount), Some(warn_percents), Some(hard_stop)) = (amount, warn_percents, hard_stop) else {
        return Ok(None);
    };
    let warn_percents = serde_json::from_str(warn_percents).map_err(|_| DbError::Corrupt(warn_percents.to_owned()))?;
    Ok(Some(Budget {
        amount: Money(amount),
        warn_percents,
        hard_stop,
    }))
}

// A threshold counts as passed while what was spent then reaches it of the amount that stands now: a raised budget takes
// its warnings back.
macro_rules! spend {
    ($columns:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", b.amount_micros, b.warn_percents, b.hard_stop,
                   (SELECT MAX(w.percent) FROM budget_warnings w
                    WHERE w.scope_id = b.scope_id AND w.month = $2 AND w.spent_micros * 100 >= w.percent * b.amount_micros) AS percent,
                   (SELECT MAX(w.at) FROM budget_warnings w
                    WHERE w.scope_id = b.scope_id AND w.month = $2 AND w.spent_micros * 100 >= w.percent * b.amount_micros) AS at, ",
            $from
        )
    };
}

const ORG: &str = spend!(
    "o.id, o.name, FALSE AS is_org_default",
    "(SELECT CAST(coalesce(sum(u.cost_micros), 0) AS BIGINT) FROM usage_days u WHERE u.org_id = o.id AND u.day >= $2) AS spent
     FROM orgs o LEFT JOIN budgets b ON b.scope_id = o.id WHERE o.id = $1"
);
const PROJECT: &str = spend!(
    "p.id, p.name, FALSE AS is_org_default",
    "(SELECT CAST(coalesce(sum(u.cost_micros), 0) AS BIGINT) FROM usage_days u WHERE u.project_id = p.id AND u.day >= $2) AS spent
     FROM projects p LEFT JOIN budgets b ON b.scope_id = p.id WHERE p.id = $1"
);
// $3 is true for owners, who alone see the Organization Default Key. Keys with a budget come first.
const KEYS: &str = spend!(
    "k.id, k.name, k.is_org_default",
    "coalesce(u.cost, 0) AS spent
     FROM api_keys k LEFT JOIN budgets b ON b.scope_id = k.id
     LEFT JOIN (SELECT key_id, CAST(sum(cost_micros) AS BIGINT) AS cost FROM usage_days WHERE project_id = $1 AND day >= $2 GROUP BY key_id) u
            ON u.key_id = k.id
     WHERE k.project_id = $1 AND k.state <> 'revoked' AND (k.is_org_default = FALSE OR $3)
     ORDER BY CASE WHEN b.scope_id IS NULL THEN 1 ELSE 0 END, lower(k.name), k.id LIMIT $4 OFFSET $5"
);
const COUNT_KEYS: &str =
    "SELECT count(*) FROM api_keys k WHERE k.project_id = $1 AND k.state <> 'revoked' AND (k.is_org_default = FALSE OR $2)";

const MARKS: &str = "
    SELECT b.level, MAX(w.percent), b.hard_stop FROM budgets b
    JOIN budget_warnings w ON w.scope_id = b.scope_id AND w.month = $3 AND w.spent_micros * 100 >= w.percent * b.amount_micros
    WHERE b.scope_id IN ($1, $2) GROUP BY b.scope_id, b.level, b.hard_stop ORDER BY b.level";

impl Store {
    /// The organization's own budget.
    pub async fn org_spend(&self, grant: &Grant<ViewOrg>) -> Result<Spend, DbError> {
        let mut reader = self.db.read().await?;
        let month = self.ambient.now().month_start().0;
        fetch_one!(&mut reader, Row, ORG, grant.org().id.as_str(), month)?.into_model(BudgetScope::Org)
    }

    /// The project's budget.
    pub async fn project_spend(&self, grant: &Grant<ViewUsage>) -> Result<Spend, DbError> {
        let mut reader = self.db.read().await?;
        let month = self.ambient.now().month_start().0;
        fetch_one!(&mut reader, Row, PROJECT, grant.project().id.as_str(), month)?.into_model(BudgetScope::Project)
    }

    /// The keys of the project that are not revoked, with and without a budget.
    pub async fn key_spends(&self, grant: &Grant<ViewUsage>, page: &Page) -> Result<Listing<Spend>, DbError> {
        let (project, is_owner) = (grant.project().id.as_str(), grant.sees_org_default_key());
        let now = self.ambient.now();
        let month = now.month_start().0;
        let mut reader = self.db.read().await?;
        let (size, offset) = (i64::from(Page::SIZE), page.offset());
        let rows = fetch_all!(&mut reader, Row, KEYS, project, month, is_owner, size, offset)?;
        let (total,) = fetch_one!(&mut reader, (i64,), COUNT_KEYS, project, is_owner)?;
        let into_model = |row: Row| {
            let key = parse(&row.id)?;
            row.into_model(BudgetScope::Key(key))
        };
        listing(rows, into_model, (total, total), page, now)
    }

    /// The budgets among these two scopes (an org, a project) that passed a threshold this month. An empty id is none.
    pub(super) async fn spend_marks(&self, on: &mut impl Connection, org: &str, project: &str) -> Result<Vec<SpendMark>, DbError> {
        let month = self.ambient.now().month_start().0;
        let rows = fetch_all!(on, (String, i64, bool), MARKS, org, project, month)?;
        rows.into_iter()
            .map(|(level, percent, hard_stop)| {
                Ok(SpendMark {
                    level: parse(level)?,
                    percent: u8::try_from(percent).unwrap_or(u8::MAX),
                    hard_stop,
                })
            })
            .collect()
    }
}

impl Change<SetLimits> {
    /// Name of a key of the project whose budget can be set; `None` for one that is revoked, not in the project, or not to
    /// be known.
    pub async fn budgeted_key(&mut self, key: &KeyId) -> Result<Option<String>, DbError> {
        const SQL: &str = "SELECT name, state FROM api_keys WHERE id = $1 AND project_id = $2 AND (is_org_default = FALSE OR $3)";
        let (project, is_owner) = (self.grant().project().id.clone(), self.grant().sees_org_default_key());
        let row = fetch_optional!(self, (String, String), SQL, key.as_str(), project.as_str(), is_owner)?;
        let Some((name, state)) = row else { return Ok(None) };
        Ok((parse::<KeyState>(state)? != KeyState::Revoked).then_some(name))
    }

    pub async fn budget(&mut self, scope: &str) -> Result<Option<Budget>, DbError> {
        const SQL: &str = "SELECT amount_micros, warn_percents, hard_stop FROM budgets WHERE scope_id = $1 AND org_id = $2";
        let org = self.grant().org().id.clone();
        match fetch_optional!(self, (i64, String, bool), SQL, scope, org.as_str())? {
            Some((amount, percents, hard_stop)) => budget(Some(amount), Some(&percents), Some(hard_stop)),
            None => Ok(None),
        }
    }

    /// Sets or removes the budget of a scope whose right to it was checked.
    pub async fn set_budget(&mut self, scope: &BudgetScope, id: &str, budget: Option<&Budget>) -> Result<(), DbError> {
        const SET: &str = "
            INSERT INTO budgets (scope_id, level, org_id, amount_micros, warn_percents, hard_stop, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (scope_id) DO UPDATE SET amount_micros = excluded.amount_micros, warn_percents = excluded.warn_percents,
                hard_stop = excluded.hard_stop, updated_at = excluded.updated_at";
        const CLEAR: &str = "DELETE FROM budgets WHERE scope_id = $1 AND org_id = $2";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        match budget {
            Some(budget) => {
                let percents = serde_json::to_string(&budget.warn_percents).map_err(|error| DbError::Corrupt(error.to_string()))?;
                execute!(
                    self,
                    SET,
                    id,
                    scope.level().as_str(),
                    org.as_str(),
                    budget.amount.0,
                    percents,
                    budget.hard_stop,
                    now
                )?
            }
            None => execute!(self, CLEAR, id, org.as_str())?,
        };
        Ok(())
    }
}
