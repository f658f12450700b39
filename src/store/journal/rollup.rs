//! Usage by hour and by day of each (project, model, key, tier), in the transaction of the records that it sums up.

use std::collections::BTreeMap;

use app::model::{
    KeyId,
    histogram::Histogram,
    limit::Level,
    time::{DAY, HOUR},
};

use super::{Record, signed};
use crate::{
    catalog::Tier,
    store::{
        bulk::{Bulk, fetch_rows},
        db::{DbError, Tx, execute},
        parse,
    },
};

/// A sum at most: PostgreSQL refuses what overflows, and one such row would hold up all that follow. Reports can add up
/// 9,000 rows at this ceiling.
const CEILING: i64 = 1_000_000_000_000_000;

/// `column = column + excluded.column`, up to [`CEILING`].
macro_rules! plus {
    ($table:literal, $column:literal) => {
        concat!(
            $column,
            " = CASE WHEN ",
            $table,
            ".",
            $column,
            " > 1000000000000000 - excluded.",
            $column,
            " THEN 1000000000000000 ELSE ",
            $table,
            ".",
            $column,
            " + excluded.",
            $column,
            " END"
        )
    };
}

/// The statements of one table, whose rows begin at `start`. Histograms are merged by joining their texts; a row whose
/// texts have grown long is returned, so that they can be folded. No other column is, to keep the answer short.
macro_rules! table {
    ($table:literal, $start:literal) => {
        Table {
            add: Bulk::new(
                concat!(
                    "INSERT INTO ",
                    $table,
                    " (project_id, ",
                    $start,
                    ", model, key_id, tier, org_id, requests, tokens_in, tokens_cached,
                     tokens_out, settled, cost_micros, errors, refused_org, refused_project, latency, first_token) VALUES "
                ),
                17,
                concat!(
                    " ON CONFLICT (project_id, ",
                    $start,
                    ", model, key_id, tier) DO UPDATE SET
                    requests = ",
                    $table,
                    ".requests + excluded.requests,
                    errors = ",
                    $table,
                    ".errors + excluded.errors,
                    refused_org = ",
                    $table,
                    ".refused_org + excluded.refused_org,
                    refused_project = ",
                    $table,
                    ".refused_project + excluded.refused_project,
                    latency = ",
                    $table,
                    ".latency || excluded.latency,
                    first_token = ",
                    $table,
                    ".first_token || excluded.first_token, ",
                    plus!($table, "tokens_in"),
                    ", ",
                    plus!($table, "tokens_cached"),
                    ", ",
                    plus!($table, "tokens_out"),
                    ", ",
                    plus!($table, "settled"),
                    ", ",
                    plus!($table, "cost_micros"),
                    " RETURNING ",
                    if_long!("project_id"),
                    ", ",
                    if_long!($start),
                    ", ",
                    if_long!("model"),
                    ", ",
                    if_long!("key_id"),
                    ", ",
                    if_long!("tier"),
                    ", ",
                    if_long!("latency"),
                    ", ",
                    if_long!("first_token")
                ),
            ),
            fold: concat!(
                "UPDATE ",
                $table,
                " SET latency = $6, first_token = $7
                 WHERE project_id = $1 AND ",
                $start,
                " = $2 AND model = $3 AND key_id = $4 AND tier = $5"
            ),
        }
    };
}

/// The column of a row whose histograms are longer than 2,000 characters, else NULL.
macro_rules! if_long {
    ($column:literal) => {
        concat!("CASE WHEN length(latency) + length(first_token) > 2000 THEN ", $column, " END")
    };
}

struct Table {
    add: Bulk,
    fold: &'static str,
}

static HOURS: Table = table!("usage_hours", "hour");
static DAYS: Table = table!("usage_days", "day");

/// What a row is about: project, start, model, key (empty: none), tier.
type Place<'a> = (&'a str, i64, &'a str, &'a str, &'a str);
/// A row whose histograms are long, or nothing at all.
type Long = (
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

#[derive(Default)]
struct Sum<'a> {
    org: &'a str,
    requests: i64,
    input: i64,
    cached: i64,
    output: i64,
    settled: i64,
    cost: i64,
    errors: i64,
    refused_org: i64,
    refused_project: i64,
    latency: Histogram,
    first_token: Histogram,
}

impl<'a> Sum<'a> {
    fn add(&mut self, record: &'a Record) {
        self.org = record.org.as_str();
        match record.refused {
            Some(Level::Org) => self.refused_org += 1,
            Some(Level::Project | Level::Key) => self.refused_project += 1,
            None if record.is_refused_by_queue() => self.refused_project += 1,
            None => {
                let plus = |sum: &mut i64, part: i64| *sum = sum.saturating_add(part).min(CEILING);
                self.requests += 1;
                self.errors += i64::from(record.status >= 400);
                plus(&mut self.input, signed(record.tokens.input));
                plus(&mut self.cached, signed(record.tokens.cached));
                plus(&mut self.output, signed(record.tokens.output));
                plus(&mut self.settled, signed(record.settled));
                plus(&mut self.cost, record.cost.0);
                self.latency.add(record.latency_ms.unsigned_abs());
                if let Some(first) = record.first_token_ms {
                    self.first_token.add(first.unsigned_abs());
                }
            }
        }
    }
}

/// Adds records that were not counted before.
pub(super) async fn add(tx: &mut Tx, records: &[&Record]) -> Result<(), DbError> {
    HOURS.add(tx, records, HOUR).await?;
    DAYS.add(tx, records, DAY).await
}

impl Table {
    async fn add(&'static self, tx: &mut Tx, records: &[&Record], span: i64) -> Result<(), DbError> {
        // Sorted, so that two writers never wait for each other.
        let mut sums: BTreeMap<Place, Sum> = BTreeMap::new();
        for record in records {
            sums.entry(place(record, span)).or_default().add(record);
        }
        let rows: Vec<(Place, Sum)> = sums.into_iter().collect();
        let long = fetch_rows!(tx, Long, self.add, &rows, |query, row| query
            .bind(row.0.0)
            .bind(row.0.1)
            .bind(row.0.2)
            .bind(row.0.3)
            .bind(row.0.4)
            .bind(row.1.org)
            .bind(row.1.requests)
            .bind(row.1.input)
            .bind(row.1.cached)
            .bind(row.1.output)
            .bind(row.1.settled)
            .bind(row.1.cost)
            .bind(row.1.errors)
            .bind(row.1.refused_org)
            .bind(row.1.refused_project)
            .bind(row.1.latency.to_string())
            .bind(row.1.first_token.to_string()))?;
        for row in long {
            self.fold(tx, row).await?;
        }
        Ok(())
    }

    /// Writes long histograms anew, each bucket once. The upsert before holds the row's lock.
    async fn fold(&self, tx: &mut Tx, row: Long) -> Result<(), DbError> {
        let (Some(project), Some(start), Some(model), Some(key), Some(tier), Some(latency), Some(first_token)) = row else {
            return Ok(());
        };
        let folded = |text: String| parse::<Histogram>(text).map(|histogram| histogram.to_string());
        let (latency, first_token) = (folded(latency)?, folded(first_token)?);
        execute!(tx, self.fold, project, start, model, key, tier, latency, first_token)?;
        Ok(())
    }
}

fn place(record: &Record, span: i64) -> Place<'_> {
    let key = record.key.as_ref().map_or("", KeyId::as_str);
    let start = record.arrived_at.0.div_euclid(span) * span;
    (
        record.project.as_str(),
        start,
        record.model.as_str(),
        key,
        Tier::as_str(record.tier),
    )
}
