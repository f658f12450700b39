//! What one admission decision costs, alone, with two threads on one org, and among many keys. `cargo bench --bench admission`.
//!
//! Lines that begin with `bench:` are for the table of `make bench`: id, value and unit, parted by tabs.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    hint::black_box,
    sync::{Arc, Barrier},
    thread,
    time::Instant,
};

use app::model::{
    KeyId, Money, OrgId, ProjectId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use bailiwick::enforcement::{BucketKey, Demand, Engine, Policy, Rule, Rules, Source};

const ROUNDS: usize = 400_000;
const ONE: Demand = Demand { tokens: 1, cost: Money(1) };

/// Three levels, two metrics, two windows: 12 buckets with room for everything.
fn rules(key: u128) -> Rules {
    let (org, project) = (OrgId::from_bits(1), ProjectId::from_bits(key / 10));
    let scopes = [
        (Level::Org, org.to_string()),
        (Level::Project, project.to_string()),
        (Level::Key, KeyId::from_bits(key).to_string()),
    ];
    let mut limits = Vec::new();
    for (level, scope) in scopes {
        for metric in [Metric::Requests, Metric::Tokens] {
            for window in [Window::Minute, Window::Hour] {
                limits.push(Rule {
                    key: BucketKey {
                        level,
                        scope: scope.clone(),
                        lane: Lane::Standard,
                        model: ModelScope::All,
                        metric,
                        window,
                    },
                    limit: 1_000_000_000,
                    source: Source::Own,
                });
            }
        }
    }
    Rules {
        org,
        project,
        lane: Lane::Standard,
        limits,
        budgets: vec![],
    }
}

fn compile(engine: &Engine, keys: u128) -> Vec<Arc<Policy>> {
    (0..keys).map(|key| engine.compile(rules(key), Timestamp(0))).collect()
}

/// Nanoseconds of each decision, settled outside the measurement; `pick` chooses the policy of a round.
fn decisions(policies: &[Arc<Policy>], pick: impl Fn(usize) -> usize) -> Vec<u128> {
    (0..ROUNDS)
        .map(|round| {
            let policy = &policies[pick(round)];
            let now = Timestamp(i64::try_from(round / 100).unwrap_or_default());
            let start = Instant::now();
            let decision = black_box(policy.decide(now, ONE));
            let elapsed = start.elapsed().as_nanos();
            if let Ok(reservation) = decision {
                reservation.settle(ONE, now);
            }
            elapsed
        })
        .collect()
}

fn quantile(times: &mut [u128], percent: usize) -> u128 {
    times.sort_unstable();
    times[times.len() * percent / 100]
}

fn report(id: &str, name: &str, mut times: Vec<u128>) -> u128 {
    let (p50, p99) = (quantile(&mut times, 50), quantile(&mut times, 99));
    println!("{name}: p50 {p50} ns, p99 {p99} ns");
    println!("bench:\t{id}_p50\t{p50}\tns");
    println!("bench:\t{id}_p99\t{p99}\tns");
    p50
}

/// A step that visits every key in an order that no cache foresees.
fn scattered(keys: usize) -> impl Fn(usize) -> usize {
    move |round| round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % keys
}

fn main() {
    let overhead = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        black_box(());
        start.elapsed().as_nanos()
    });
    let mut overhead: Vec<_> = overhead.collect();
    println!(
        "the clock itself: p50 {} ns, part of every number below",
        quantile(&mut overhead, 50)
    );

    let engine = Engine::new();
    let one = compile(&engine, 1);
    drop(decisions(&one, |_| 0));
    report("decision_one_thread", "decision, 12 buckets, one thread", decisions(&one, |_| 0));

    let barrier = Barrier::new(2);
    let both: Vec<u128> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    decisions(&one, |_| 0)
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    report("decision_two_threads", "the same, two threads on one org", both);

    // The same ten keys are asked while more and more others exist; then all of them in turn, which also measures the
    // machine's caches.
    let mut hot = Vec::new();
    for keys in [10_usize, 1_000, 100_000] {
        let engine = Engine::new();
        let policies = compile(&engine, keys as u128);
        drop(decisions(&policies, |round| round % 10));
        let id = format!("decision_{keys}_keys");
        hot.push(report(
            &id,
            &format!("ten busy keys among {keys}"),
            decisions(&policies, |round| round % 10),
        ));
        report(
            &format!("{id}_scattered"),
            &format!("{keys} keys, every one as busy"),
            decisions(&policies, scattered(keys)),
        );
    }
    println!("bench:\tdecision_keys_growth\t{}\t%", hot[2] * 100 / hot[0]);
}
