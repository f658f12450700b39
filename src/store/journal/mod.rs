//! The metering journal and what is kept with it: roll-ups, last use of keys, bucket levels and their peaks. One writer.

mod late;
mod levels;
mod rollup;
mod rule_sets;
mod spend;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use app::model::{AccountId, KeyId, ModelId, Money, OrgId, ProjectId, RequestId, Timestamp, limit::Level};

use super::{
    bulk::{Bulk, execute_rows, fetch_rows},
    db::{Db, DbError, Tx},
};
use crate::{
    catalog::Tier,
    enforcement::{BucketLevel, Decision},
    metering::failpoint::failpoint,
};

use late::Late;
pub use late::forget_peaks;
pub use levels::bucket_levels;
use rule_sets::RuleSets;
pub use spend::{Counted, Used, spent, used_since};

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

impl Record {
    /// True when it was turned away before the upstream saw it, and so used nothing that would slow a flood of it down.
    pub fn is_turned_away(&self) -> bool {
        self.refused.is_some() || self.is_refused_by_queue() || matches!(self.error_code, Some("upstream_busy" | "upstream_unreachable"))
    }

    /// True when the wait for the model would have been longer than the request allowed.
    pub fn is_refused_by_queue(&self) -> bool {
        self.error_code == Some("queue_exceeded")
    }
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

/// The columns of a record's row, with room for its values behind.
macro_rules! into_requests {
    () => {
        "
INSERT INTO requests (id, client_request_id, org_id, project_id, key_id, account_id, model, tier, status, error_code, refused_level,
                      simulated, estimated, tokens_in, tokens_cached, tokens_out, cost_micros, arrived_at, latency_ms, first_token_ms,
                      asked_output, estimate, reserved, settled, buckets, rule_set)
VALUES "
    };
}

static INSERT: Bulk = Bulk::new(into_requests!(), 26, "");
static INSERT_UNKNOWN: Bulk = Bulk::new(into_requests!(), 26, " ON CONFLICT (id) DO NOTHING RETURNING id");

/// Binds the values of a row in the order of [`into_requests`].
macro_rules! bind_record {
    ($query:expr, $record:expr) => {
        $query
            .bind($record.id.as_str())
            .bind($record.client_request_id.as_deref())
            .bind($record.org.as_str())
            .bind($record.project.as_str())
            .bind($record.key.as_ref().map(KeyId::as_str))
            .bind($record.account.as_ref().map(AccountId::as_str))
            .bind($record.model.as_str())
            .bind($record.tier.as_str())
            .bind(i64::from($record.status))
            .bind($record.error_code)
            .bind($record.refused.map(Level::as_str))
            .bind($record.simulated)
            .bind($record.estimated)
            .bind(signed($record.tokens.input))
            .bind(signed($record.tokens.cached))
            .bind(signed($record.tokens.output))
            .bind($record.cost.0)
            .bind($record.arrived_at.0)
            .bind($record.latency_ms)
            .bind($record.first_token_ms)
            .bind($record.asked_output.map(signed))
            .bind(signed($record.estimate))
            .bind(signed($record.reserved))
            .bind(signed($record.settled))
            .bind(figures($record))
            .bind($record.decision.as_ref().map(|decision| decision.policy().digest()))
    };
}

/// One writer of the journal.
#[derive(Debug, Default)]
pub struct Journal {
    rule_sets: RuleSets,
    late: Late,
}

impl Journal {
    /// Writes a batch that was never written before, and the bucket levels that go with it.
    ///
    /// # Errors
    /// Also when a record is known: then nothing is kept of the transaction, and the batch has to go through [`Self::write_again`].
    pub async fn write(&mut self, tx: &mut Tx, batch: &[Entry], levels: &[BucketLevel]) -> Result<(), DbError> {
        let kept = kept(batch);
        self.rule_sets.add(tx, &kept).await?;
        execute_rows!(tx, INSERT, &kept, |query, record| bind_record!(query, record))?;
        failpoint("inserted");
        let counted: Vec<&Record> = batch.iter().map(|entry| &entry.record).collect();
        self.count_in(tx, &counted, levels).await
    }

    /// Writes a batch that may have been written before, after a failure whose outcome is unknown. A record whose id is known
    /// already changes nothing. Only a flood of what was turned away leaves no row to be known by: if the failed commit had
    /// reached the disk after all, those of that one batch count twice, as refusals and errors. Tokens and cost cannot.
    pub async fn write_again(&mut self, tx: &mut Tx, batch: &[Entry], levels: &[BucketLevel]) -> Result<(), DbError> {
        self.rule_sets.doubt();
        let kept = kept(batch);
        self.rule_sets.add(tx, &kept).await?;
        let new = fetch_rows!(tx, (String,), INSERT_UNKNOWN, &kept, |query, record| bind_record!(query, record))?;
        let mut new: HashSet<String> = new.into_iter().map(|(id,)| id).collect();
        // `remove`, because one batch can hold an id twice.
        let counted = batch.iter().filter(|entry| !entry.keep_row || new.remove(entry.record.id.as_str()));
        let counted: Vec<&Record> = counted.map(|entry| &entry.record).collect();
        failpoint("inserted");
        self.count_in(tx, &counted, levels).await
    }

    /// What goes with new records: roll-ups and bucket levels.
    async fn count_in(&mut self, tx: &mut Tx, counted: &[&Record], levels: &[BucketLevel]) -> Result<(), DbError> {
        self.late.observe(counted, levels);
        rollup::add(tx, counted).await?;
        levels::store(tx, levels).await
    }

    /// Tells that the transaction of the last batch is committed.
    pub fn committed(&mut self) {
        self.rule_sets.committed();
    }

    /// True while keys were used and peaks were reached that [`Self::write_late`] has not written.
    pub fn is_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// Writes, in a transaction of its own, the last use of keys and the peaks of buckets since the last time.
    ///
    /// # Errors
    /// Of the database; what was to be written stays for the next time.
    pub async fn write_late(&mut self, db: &Db) -> Result<(), DbError> {
        let mut tx = db.write().await?;
        self.late.write(&mut tx).await?;
        tx.commit().await?;
        self.late.clear();
        Ok(())
    }
}

fn kept(batch: &[Entry]) -> Vec<&Record> {
    batch.iter().filter(|entry| entry.keep_row).map(|entry| &entry.record).collect()
}

/// What the row has of the decision: the rest is its rule set.
fn figures(record: &Record) -> String {
    let figures = record.decision.as_ref().map(Decision::figures);
    figures.map_or_else(|| "{}".to_owned(), |figures| serde_json::to_string(&figures).unwrap_or_default())
}

/// A number for a column: both engines' integers end at 2⁶³ − 1.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
