//! What one admission decision costs: 12 buckets, one thread and two threads on one org. `cargo bench --bench admission`.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{hint::black_box, sync::Barrier, thread, time::Instant};

use app::model::{
    OrgId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use bailiwick::enforcement::{Ask, BucketKey, Engine, Source};

const ROUNDS: usize = 200_000;

/// Three levels, two metrics, two windows: 12 buckets with room for everything.
fn asks() -> Vec<Ask> {
    let mut asks = Vec::new();
    for (level, scope) in [(Level::Org, "org"), (Level::Project, "project"), (Level::Key, "key")] {
        for metric in [Metric::Requests, Metric::Tokens] {
            for window in [Window::Minute, Window::Hour] {
                let model = ModelScope::All;
                let scope = format!("{scope}_01jd2m7z0000000000000000");
                asks.push(Ask {
                    key: BucketKey {
                        level,
                        scope,
                        lane: Lane::Standard,
                        model,
                        metric,
                        window,
                    },
                    limit: 1_000_000_000,
                    amount: 1,
                    source: Source::Own,
                });
            }
        }
    }
    asks
}

/// Nanoseconds of each decision, settled outside the measurement.
fn decisions(engine: &Engine, org: &OrgId) -> Vec<u128> {
    let asks = asks();
    (0..ROUNDS)
        .map(|round| {
            let now = Timestamp(i64::try_from(round / 100).unwrap_or_default());
            let start = Instant::now();
            let decision = black_box(engine.decide(org, now, &asks));
            let elapsed = start.elapsed().as_nanos();
            if let Ok(reservation) = decision {
                reservation.settle(1, now);
            }
            elapsed
        })
        .collect()
}

fn report(what: &str, mut nanos: Vec<u128>) {
    nanos.sort_unstable();
    let at = |percent: usize| nanos[nanos.len() * percent / 100];
    println!("| {what} | p50 {} ns | p99 {} ns |", at(50), at(99));
}

fn main() {
    let org = OrgId::from_bits(1);
    report("decision, 12 buckets, one thread", decisions(&Engine::new(), &org));

    let engine = Engine::new();
    let start = Barrier::new(2);
    let both = thread::scope(|scope| {
        let run = || {
            start.wait();
            decisions(&engine, &org)
        };
        let threads = [scope.spawn(run), scope.spawn(run)];
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    report("the same, two threads on one org", both);
}
