//! Usage out of the hourly roll-up.

use app::model::{
    Money, Timestamp,
    usage::{DayOfModel, Range, Totals, UsageReport},
};

use super::{
    Store, count,
    db::{DbError, fetch_all, fetch_one},
    parse,
};
use crate::access::{Grant, ViewOrg, ViewUsage};

#[derive(sqlx::FromRow)]
struct TotalsRow {
    requests: i64,
    tokens_in: i64,
    tokens_cached: i64,
    tokens_out: i64,
    cost: i64,
    errors: i64,
    refused_org: i64,
    refused_project: i64,
}

// $2 is NULL for the whole org.
const TOTALS: &str = "
    SELECT CAST(coalesce(sum(requests), 0) AS BIGINT) AS requests, CAST(coalesce(sum(tokens_in), 0) AS BIGINT) AS tokens_in,
           CAST(coalesce(sum(tokens_cached), 0) AS BIGINT) AS tokens_cached, CAST(coalesce(sum(tokens_out), 0) AS BIGINT) AS tokens_out,
           CAST(coalesce(sum(cost_micros), 0) AS BIGINT) AS cost, CAST(coalesce(sum(errors), 0) AS BIGINT) AS errors,
           CAST(coalesce(sum(refused_org), 0) AS BIGINT) AS refused_org, CAST(coalesce(sum(refused_project), 0) AS BIGINT) AS refused_project
    FROM usage_hours WHERE org_id = $1 AND (CAST($2 AS TEXT) IS NULL OR project_id = $2) AND hour >= $3";
const DAYS: &str = "
    SELECT (hour / 86400000) * 86400000 AS day, model, CAST(sum(requests) AS BIGINT), CAST(sum(tokens_in + tokens_out) AS BIGINT),
           CAST(sum(cost_micros) AS BIGINT)
    FROM usage_hours WHERE org_id = $1 AND (CAST($2 AS TEXT) IS NULL OR project_id = $2) AND hour >= $3
    GROUP BY (hour / 86400000) * 86400000, model ORDER BY 1, 2";

impl Store {
    pub async fn project_usage(&self, grant: &Grant<ViewUsage>, range: Range) -> Result<UsageReport, DbError> {
        self.usage(grant.org().id.as_str(), Some(grant.project().id.as_str()), range).await
    }

    pub async fn org_usage(&self, grant: &Grant<ViewOrg>, range: Range) -> Result<UsageReport, DbError> {
        self.usage(grant.org().id.as_str(), None, range).await
    }

    async fn usage(&self, org: &str, project: Option<&str>, range: Range) -> Result<UsageReport, DbError> {
        let now = self.ambient.now();
        let from = range.start(now);
        let mut reader = self.db.read().await?;
        let totals = fetch_one!(&mut reader, TotalsRow, TOTALS, org, project, from.0)?;
        let days = fetch_all!(&mut reader, (i64, String, i64, i64, i64), DAYS, org, project, from.0)?;
        Ok(UsageReport {
            from,
            now,
            totals: Totals {
                requests: count(totals.requests),
                tokens_in: count(totals.tokens_in),
                tokens_cached: count(totals.tokens_cached),
                tokens_out: count(totals.tokens_out),
                cost: Money(totals.cost),
                errors: count(totals.errors),
                refused_org: count(totals.refused_org),
                refused_project: count(totals.refused_project),
            },
            days: days
                .into_iter()
                .map(|(day, model, requests, tokens, cost)| {
                    Ok(DayOfModel {
                        day: Timestamp(day),
                        model: parse(model)?,
                        requests: count(requests),
                        tokens: count(tokens),
                        cost: Money(cost),
                    })
                })
                .collect::<Result<_, DbError>>()?,
            simulated: Vec::new(),
        })
    }
}
