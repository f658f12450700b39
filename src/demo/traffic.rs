//! A month of metered requests: more on workdays and by day, some errors, some refusals.

use std::collections::HashMap;

use app::model::{
    KeyId, ModelId, Money, ProjectId, Timestamp,
    limit::Level,
    time::{DAY, HOUR},
};
use indicatif::ProgressBar;

use super::receipts;
use crate::{
    ambient::{Ambient, SeededEntropy},
    catalog::{Model, Tier},
    cli::Failure,
    console::ConsoleParts,
    enforcement::{BucketKey, BucketLevel, Decision},
    identity::Founded,
    store::journal::{Entry, Journal, Record, Tokens},
};

/// Records written in one transaction.
const BATCH: usize = 500;

/// A key that sends requests; `share` is out of a hundred.
pub struct Source {
    pub project: ProjectId,
    pub key: KeyId,
    pub share: u64,
}

/// Writes the records of every hour between two points in time, with a progress bar on a terminal.
pub async fn write(
    parts: &ConsoleParts,
    founded: &Founded,
    sources: &[Source],
    random: &SeededEntropy,
    from: Timestamp,
    to: Timestamp,
) -> Result<(), Failure> {
    let models: Vec<(&ModelId, &Model)> = parts.catalog.models.iter().collect();
    let hours = u64::try_from(to.since(from) / HOUR).unwrap_or(0);
    let progress = ProgressBar::new(hours);
    let mut batch = Vec::with_capacity(BATCH);
    let mut journal = Journal::default();
    let mut peaks = HashMap::new();
    for hour in 0..hours {
        let start = from.plus(i64::try_from(hour).unwrap_or(0) * HOUR);
        for source in sources {
            for _ in 0..requests_in(start, source.share, random) {
                let at = start.plus(below(random, HOUR.unsigned_abs()));
                let (id, model) = models[usize::from(random.next() % 10 < 3) % models.len()];
                let mut record = request(parts, founded, source, id, model, at, random);
                record.decision = receipts::decision(parts, founded, sources, &record, random);
                if to.since(at) < DAY {
                    keep_peaks(&mut peaks, &record);
                }
                batch.push(Entry { record, keep_row: true });
            }
        }
        if batch.len() >= BATCH || hour + 1 == hours {
            let mut tx = parts.store.db.write().await.map_err(Failure::run)?;
            let last = hour + 1 == hours;
            let levels: Vec<_> = peaks.values().filter(|_| last).cloned().collect();
            journal.write(&mut tx, &batch, &levels).await.map_err(Failure::run)?;
            tx.commit().await.map_err(Failure::run)?;
            journal.committed();
            journal.write_late(&parts.store.db).await.map_err(Failure::run)?;
            batch.clear();
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// The highest levels that the decisions met, as an engine exports them; nothing is in use any more.
fn keep_peaks(peaks: &mut HashMap<BucketKey, BucketLevel>, record: &Record) {
    for bucket in record.decision.iter().flat_map(Decision::buckets) {
        let level = BucketLevel {
            org: record.org.clone(),
            key: bucket.rule.key.clone(),
            used: 0,
            at: record.arrived_at,
            peak: bucket.used,
        };
        match peaks.get(&level.key) {
            Some(known) if known.peak >= level.peak => {}
            _ => drop(peaks.insert(level.key.clone(), level)),
        }
    }
}

fn below(random: &SeededEntropy, bound: u64) -> i64 {
    i64::try_from(random.next() % bound.max(1)).unwrap_or(0)
}

/// Fewer at night and at the weekend.
fn requests_in(hour: Timestamp, share: u64, random: &SeededEntropy) -> u64 {
    let of_day = hour.0.rem_euclid(DAY) / HOUR;
    // 1 January 1970 was a Thursday.
    let weekday = (hour.0.div_euclid(DAY) + 3).rem_euclid(7);
    let by_day = if (7..20).contains(&of_day) { 10 } else { 2 };
    let by_week = if weekday < 5 { 10 } else { 4 };
    share * by_day * by_week * (50 + random.next() % 100) / 50_000
}

fn request(
    parts: &ConsoleParts,
    founded: &Founded,
    source: &Source,
    id: &ModelId,
    model: &Model,
    at: Timestamp,
    random: &SeededEntropy,
) -> Record {
    let ambient = Ambient {
        clock: std::sync::Arc::new(crate::ambient::FrozenClock::at(at)),
        entropy: parts.store.ambient.entropy.clone(),
    };
    let dice = random.next() % 1_000;
    let refused = match dice {
        0..4 => Some(Level::Project),
        4..6 => Some(Level::Org),
        _ => None,
    };
    let failed = (6..12).contains(&dice);
    let input = 200 + random.next() % 2_800;
    let tokens = if refused.is_some() || failed {
        Tokens::default()
    } else {
        Tokens {
            input,
            cached: input * (random.next() % 40) / 100,
            output: 50 + random.next() % 900,
        }
    };
    let estimate = input + u64::from(model.default_output);
    Record {
        id: ambient.id(),
        client_request_id: None,
        org: founded.org.clone(),
        project: source.project.clone(),
        key: Some(source.key.clone()),
        account: Some(founded.person.id.clone()),
        model: id.clone(),
        tier: Tier::Default,
        status: if refused.is_some() {
            429
        } else if failed {
            502
        } else {
            200
        },
        error_code: refused.map(|_| "rate_limit_exceeded").or(failed.then_some("upstream_unreachable")),
        refused,
        simulated: parts.catalog.is_simulated(id),
        estimated: false,
        cost: if tokens == Tokens::default() {
            Money::ZERO
        } else {
            model.price.of(tokens.input, tokens.cached, tokens.output)
        },
        settled: tokens.total(),
        tokens,
        arrived_at: at,
        latency_ms: 300 + below(random, 2_400),
        first_token_ms: Some(80 + below(random, 300)),
        asked_output: None,
        estimate,
        reserved: if refused.is_some() { 0 } else { estimate },
        decision: None,
    }
}
