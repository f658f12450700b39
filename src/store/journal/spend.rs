//! What was used before the enforcement began to count: seeds for new buckets and budgets.

use app::model::{
    Money, Timestamp,
    limit::{Level, Metric, ModelScope},
    receipt::Lane,
    time::HOUR,
};

use crate::store::{
    count,
    db::{DbError, Reader, fetch_one},
};

// $1 is the org and stands in every statement: an id of another org finds nothing.
const SPENT: &str = "
    SELECT CAST(coalesce(sum(cost_micros), 0) AS BIGINT) FROM usage_days
    WHERE org_id = $1 AND day >= $4
      AND CASE $2 WHEN 'org' THEN org_id WHEN 'project' THEN project_id ELSE key_id END = $3";

/// The cost of the month that begins at `month_start`, of an org, a project or a key (`scope` is its id).
pub async fn spent(reader: &mut Reader, org: &str, level: Level, scope: &str, month_start: Timestamp) -> Result<Money, DbError> {
    let (micros,) = fetch_one!(reader, (i64,), SPENT, org, level.as_str(), scope, month_start.0)?;
    Ok(Money(micros))
}

// Whole hours come from the roll-up; the first hour, of which only the end counts, from the records.
const USED: &str = "
    SELECT CAST(coalesce(sum(requests), 0) AS BIGINT), CAST(coalesce(sum(settled), 0) AS BIGINT) FROM (
        SELECT org_id, project_id, key_id, model, tier, requests, settled FROM usage_hours WHERE org_id = $1 AND hour >= $7
        UNION ALL
        SELECT org_id, project_id, coalesce(key_id, ''), model, tier, 1, settled FROM requests
        WHERE org_id = $1 AND arrived_at >= $6 AND arrived_at < $7 AND refused_level IS NULL
    ) used
    WHERE CASE $2 WHEN 'org' THEN org_id WHEN 'project' THEN project_id ELSE key_id END = $3
      AND ($4 = '*' OR model = $4)
      AND CASE tier WHEN 'flex' THEN 'flex' ELSE 'standard' END = $5";

/// What a bucket would hold without refill if it had counted since `since`: admitted requests, or the tokens that they
/// settled at. It reads at most one hour of records.
#[expect(clippy::too_many_arguments, reason = "the parts of a bucket's name, which the enforcement owns")]
pub async fn used_since(
    reader: &mut Reader,
    org: &str,
    level: Level,
    scope: &str,
    lane: Lane,
    model: &ModelScope,
    metric: Metric,
    since: Timestamp,
) -> Result<u64, DbError> {
    let whole = since.0.saturating_add(HOUR - 1).div_euclid(HOUR) * HOUR;
    let (requests, tokens) = fetch_one!(
        reader,
        (i64, i64),
        USED,
        org,
        level.as_str(),
        scope,
        model.as_str(),
        lane.as_str(),
        since.0,
        whole
    )?;
    Ok(count(match metric {
        Metric::Requests => requests,
        Metric::Tokens => tokens,
    }))
}
