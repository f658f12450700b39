//! The metering journal and what is kept with it: hourly roll-up, last use of keys, bucket levels. One writer.

use std::collections::BTreeMap;

use app::model::{AccountId, KeyId, ModelId, Money, OrgId, ProjectId, RequestId, Timestamp, limit::Level, time::HOUR};

use super::{
    db::{DbError, Reader, Tx, execute, fetch_all},
    parse,
};
use crate::{
    catalog::Tier,
    enforcement::{BucketKey, BucketLevel, Decision},
};

/// One gateway request, admitted or refused by a limit.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: RequestId,
    /// `X-Client-Request-Id` as sent.
    pub client_request_id: Option<String>,
    pub org: OrgId,
    pub project: ProjectId,
    pub key: Option<KeyId>,
    pub account: Option<AccountId>,
    pub model: ModelId,
    pub tier: Tier,
    /// HTTP status of the answer; 499 when the client left before it.
    pub status: u16,
    pub error_code: Option<&'static str>,
    /// The level whose limit refused it; such a record used nothing.
    pub refused: Option<Level>,
    pub simulated: bool,
    /// The tokens are not the upstream's own count.
    pub estimated: bool,
    pub tokens: Tokens,
    pub cost: Money,
    pub arrived_at: Timestamp,
    pub latency_ms: i64,
    pub first_token_ms: Option<i64>,
    /// `max_completion_tokens` as sent.
    pub asked_output: Option<u64>,
    /// Tokens: expected, reserved in the buckets, and in the buckets in the end.
    pub estimate: u64,
    pub reserved: u64,
    pub settled: u64,
    /// What every bucket and budget said.
    pub decision: Option<Decision>,
}

/// Tokens of one request; `cached` ones are part of `input`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
}

impl Tokens {
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// A record and how much of it is kept.
#[derive(Clone, Debug)]
pub struct Entry {
    pub record: Record,
    /// False for a refusal in a flood: it is counted in the roll-up and leaves no row of its own.
    pub keep_row: bool,
}

#[derive(Default)]
struct Hour {
    org: String,
    requests: i64,
    input: i64,
    cached: i64,
    output: i64,
    cost: i64,
    errors: i64,
    refused_org: i64,
    refused_project: i64,
}

const INSERT: &str = "
INSERT INTO requests (id, client_request_id, org_id, project_id, key_id, account_id, model, tier, status, error_code, refused_level,
                      simulated, estimated, tokens_in, tokens_cached, tokens_out, cost_micros, arrived_at, latency_ms, first_token_ms,
                      asked_output, estimate, reserved, settled, buckets)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
ON CONFLICT (id) DO NOTHING";

/// A sum of one hour at most: PostgreSQL refuses what overflows, and one such row would hold up all that follow. Reports
/// can add up 9,000 hours at this ceiling.
const CEILING: i64 = 1_000_000_000_000_000;

/// `column = column + excluded.column`, up to [`CEILING`].
macro_rules! plus {
    ($column:literal) => {
        concat!(
            $column,
            " = CASE WHEN usage_hours.",
            $column,
            " > 1000000000000000 - excluded.",
            $column,
            " THEN 1000000000000000 ELSE usage_hours.",
            $column,
            " + excluded.",
            $column,
            " END"
        )
    };
}

const ROLL_UP: &str = concat!(
    "
INSERT INTO usage_hours (project_id, model, hour, org_id, requests, tokens_in, tokens_cached, tokens_out, cost_micros, errors,
                         refused_org, refused_project, key_id, tier, latency, first_token)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 'default', '', '')
ON CONFLICT (project_id, hour, model, key_id, tier) DO UPDATE SET
    requests = usage_hours.requests + excluded.requests,
    errors = usage_hours.errors + excluded.errors,
    refused_org = usage_hours.refused_org + excluded.refused_org,
    refused_project = usage_hours.refused_project + excluded.refused_project, ",
    plus!("tokens_in"),
    ", ",
    plus!("tokens_cached"),
    ", ",
    plus!("tokens_out"),
    ", ",
    plus!("cost_micros"),
);

const LAST_USED: &str = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";

const LEVEL: &str = "
INSERT INTO bucket_levels (org_id, scope_id, level, lane, model, metric, period, used, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (scope_id, lane, model, metric, period) DO UPDATE SET used = excluded.used, at = excluded.at";

const LEVELS: &str = "SELECT org_id, scope_id, level, lane, model, metric, period, used, at FROM bucket_levels";

/// Writes a batch and the bucket levels that go with it. A record whose id is known already changes nothing, so a batch
/// may be written again after a failure whose outcome is unknown. Only refusals of a flood leave no row to be known by: if
/// the failed commit had reached the disk after all, those of that one batch count twice among the refusals. Usage and
/// cost cannot.
pub async fn write(tx: &mut Tx, batch: &[Entry], levels: &[BucketLevel]) -> Result<(), DbError> {
    let mut hours: BTreeMap<(&str, &str, i64), Hour> = BTreeMap::new();
    let mut used: BTreeMap<&str, i64> = BTreeMap::new();
    for Entry { record, keep_row } in batch {
        if *keep_row && !insert(tx, record).await? {
            continue;
        }
        let hour = record.arrived_at.0.div_euclid(HOUR) * HOUR;
        add(
            hours.entry((record.project.as_str(), record.model.as_str(), hour)).or_default(),
            record,
        );
        if let Some(key) = &record.key {
            let last = used.entry(key.as_str()).or_insert(record.arrived_at.0);
            *last = record.arrived_at.0.max(*last);
        }
    }
    for ((project, model, start), hour) in &hours {
        let Hour {
            org,
            requests,
            input,
            cached,
            output,
            cost,
            errors,
            refused_org,
            refused_project,
        } = hour;
        execute!(
            tx,
            ROLL_UP,
            *project,
            *model,
            *start,
            org.as_str(),
            *requests,
            *input,
            *cached,
            *output,
            *cost,
            *errors,
            *refused_org,
            *refused_project
        )?;
    }
    for (key, at) in used {
        execute!(tx, LAST_USED, key, at)?;
    }
    for BucketLevel { org, key, used, at, .. } in levels {
        execute!(
            tx,
            LEVEL,
            org.as_str(),
            key.scope.as_str(),
            key.level.as_str(),
            key.lane.as_str(),
            key.model.as_str(),
            key.metric.as_str(),
            key.window.as_str(),
            signed(*used),
            at.0
        )?;
    }
    Ok(())
}

/// The stored bucket levels, for the start.
pub async fn bucket_levels(reader: &mut Reader) -> Result<Vec<BucketLevel>, DbError> {
    type Row = (String, String, String, String, String, String, String, i64, i64);
    let rows = fetch_all!(reader, Row, LEVELS)?;
    rows.into_iter()
        .map(|(org, scope, level, lane, model, metric, window, used, at)| {
            Ok(BucketLevel {
                org: parse(&org)?,
                key: BucketKey {
                    level: parse(&level)?,
                    scope,
                    lane: parse(&lane)?,
                    model: parse(&model)?,
                    metric: parse(&metric)?,
                    window: parse(&window)?,
                },
                used: u64::try_from(used).unwrap_or(0),
                at: Timestamp(at),
                peak: 0,
            })
        })
        .collect()
}

/// The decision in its stored form.
fn receipt(record: &Record) -> String {
    let receipt = record.decision.as_ref().map(Decision::receipt).unwrap_or_default();
    serde_json::to_string(&receipt).unwrap_or_else(|_| "{}".to_owned())
}

/// True when the row is new.
async fn insert(tx: &mut Tx, record: &Record) -> Result<bool, DbError> {
    let rows = execute!(
        tx,
        INSERT,
        record.id.as_str(),
        record.client_request_id.as_deref(),
        record.org.as_str(),
        record.project.as_str(),
        record.key.as_ref().map(KeyId::as_str),
        record.account.as_ref().map(AccountId::as_str),
        record.model.as_str(),
        record.tier.as_str(),
        i64::from(record.status),
        record.error_code,
        record.refused.map(Level::as_str),
        record.simulated,
        record.estimated,
        signed(record.tokens.input),
        signed(record.tokens.cached),
        signed(record.tokens.output),
        record.cost.0,
        record.arrived_at.0,
        record.latency_ms,
        record.first_token_ms,
        record.asked_output.map(signed),
        signed(record.estimate),
        signed(record.reserved),
        signed(record.settled),
        receipt(record),
    )?;
    Ok(rows == 1)
}

fn add(hour: &mut Hour, record: &Record) {
    hour.org = record.org.to_string();
    match record.refused {
        Some(Level::Org) => hour.refused_org += 1,
        Some(Level::Project | Level::Key) => hour.refused_project += 1,
        None => {
            hour.requests += 1;
            hour.errors += i64::from(record.status >= 400);
            let plus = |sum: i64, part: i64| sum.saturating_add(part).min(CEILING);
            hour.input = plus(hour.input, signed(record.tokens.input));
            hour.cached = plus(hour.cached, signed(record.tokens.cached));
            hour.output = plus(hour.output, signed(record.tokens.output));
            hour.cost = plus(hour.cost, record.cost.0);
        }
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
