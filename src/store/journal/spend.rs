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

/// Requests and tokens in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub requests: u64,
    pub tokens: u64,
}

/// What a bucket counts, apart from its metric.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    pub org: &'a str,
    pub level: Level,
    /// Id of the org, project or key.
    pub scope: &'a str,
    pub lane: Lane,
    pub model: &'a ModelScope,
}

/// The rows of a table that a bucket counts, for the parameters of [`used_since`].
macro_rules! counted {
    ($key:literal) => {
        concat!(
            "org_id = $1 AND CASE $2 WHEN 'org' THEN org_id WHEN 'project' THEN project_id ELSE ",
            $key,
            " END = $3 AND ($4 = '*' OR model = $4) AND CASE tier WHEN 'flex' THEN 'flex' ELSE 'standard' END = $5"
        )
    };
}

// Of the first hour only the end counts: what it has as a whole says whether its records have to be read.
const WHOLE_HOURS: &str = concat!(
    "SELECT CAST(coalesce(sum(CASE WHEN hour >= $7 THEN requests ELSE 0 END), 0) AS BIGINT),
            CAST(coalesce(sum(CASE WHEN hour >= $7 THEN settled ELSE 0 END), 0) AS BIGINT),
            CAST(coalesce(sum(CASE WHEN hour < $7 THEN requests ELSE 0 END), 0) AS BIGINT)
     FROM usage_hours WHERE hour >= $6 AND ",
    counted!("key_id")
);
const FIRST_HOUR: &str = concat!(
    "SELECT count(*), CAST(coalesce(sum(settled), 0) AS BIGINT)
     FROM requests WHERE arrived_at >= $6 AND arrived_at < $7 AND refused_level IS NULL AND coalesce(error_code, '') <> 'queue_exceeded' AND ",
    counted!("coalesce(key_id, '')")
);

/// What a bucket would hold without refill if it had counted since `since`: admitted requests, and the tokens that they
/// settled at. It reads the roll-up, and at most one hour of records.
pub async fn used_since(reader: &mut Reader, counted: Counted<'_>, since: Timestamp) -> Result<Used, DbError> {
    let Counted {
        org,
        level,
        scope,
        lane,
        model,
    } = counted;
    let (level, model, lane) = (level.as_str(), model.as_str(), lane.as_str());
    let whole = since.0.saturating_add(HOUR - 1).div_euclid(HOUR) * HOUR;
    let first = since.0.div_euclid(HOUR) * HOUR;
    let (mut requests, mut tokens, in_first) =
        fetch_one!(reader, (i64, i64, i64), WHOLE_HOURS, org, level, scope, model, lane, first, whole)?;
    if in_first > 0 {
        let (more, settled) = fetch_one!(reader, (i64, i64), FIRST_HOUR, org, level, scope, model, lane, since.0, whole)?;
        requests = requests.saturating_add(more);
        tokens = tokens.saturating_add(settled);
    }
    Ok(Used {
        requests: count(requests),
        tokens: count(tokens),
    })
}

impl Used {
    /// Units of a metric.
    pub fn of(self, metric: Metric) -> u64 {
        match metric {
            Metric::Requests => self.requests,
            Metric::Tokens => self.tokens,
        }
    }
}
