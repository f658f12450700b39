//! The laws of the decision: atomic, exact, and the org's total holds whatever the projects do.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use app::model::{
    ModelId, OrgId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use proptest::prelude::*;

use super::*;

const T0: Timestamp = Timestamp(1_000_000);

fn org() -> OrgId {
    OrgId::from_bits(1)
}

fn tokens(level: Level, scope: &str) -> BucketKey {
    BucketKey {
        level,
        scope: scope.to_owned(),
        lane: Lane::Standard,
        model: ModelScope::All,
        metric: Metric::Tokens,
        window: Window::Minute,
    }
}

fn ask(key: BucketKey, limit: u64, amount: u64) -> Ask {
    let source = Source::Own;
    Ask {
        key,
        limit,
        amount,
        source,
    }
}

/// The org's ceiling and the project's own or inherited limit.
fn two_levels(project: &str, own: Option<u64>, amount: u64) -> Vec<Ask> {
    let mut asks = vec![
        ask(tokens(Level::Org, "org"), 1_000_000, amount),
        ask(tokens(Level::Project, project), own.unwrap_or(1_000_000), amount),
    ];
    if own.is_none() {
        asks[1].source = Source::Inherited;
    }
    asks
}

/// Units admitted in steps of 10,000 until the first refusal, and the level that refused.
fn fill(engine: &Engine, project: &str, own: Option<u64>) -> (u64, Level) {
    let mut sum = 0;
    loop {
        match engine.decide(&org(), T0, &two_levels(project, own, 10_000)) {
            Ok(reservation) => {
                sum += 10_000;
                reservation.settle(10_000, T0);
            }
            Err(refusal) => return (sum, refusal.bucket().key.level),
        }
    }
}

#[test]
fn each_project_alone_reaches_its_own_limit() {
    assert_eq!(fill(&Engine::new(), "prod", Some(700_000)), (700_000, Level::Project));
    assert_eq!(fill(&Engine::new(), "test", Some(600_000)), (600_000, Level::Project));
    assert_eq!(fill(&Engine::new(), "dev", None), (1_000_000, Level::Org));
}

#[test]
fn together_the_projects_never_pass_the_org() {
    let engine = Engine::new();
    assert_eq!(fill(&engine, "prod", Some(700_000)), (700_000, Level::Project));
    assert_eq!(fill(&engine, "test", Some(600_000)), (300_000, Level::Org));
    assert_eq!(fill(&engine, "dev", None), (0, Level::Org));
    let used = |project: &str| engine.used(&org(), &tokens(Level::Project, project), 1_000_000, T0);
    assert_eq!((used("prod"), used("test"), used("dev")), (700_000, 300_000, 0));
}

#[test]
fn the_last_unit_is_admitted_once_among_threads() {
    let engine = Arc::new(Engine::new());
    engine
        .decide(&org(), T0, &two_levels("prod", Some(700_000), 699_999))
        .expect("room")
        .settle(699_999, T0);
    let admitted = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                if let Ok(reservation) = engine.decide(&org(), T0, &two_levels("prod", Some(700_000), 1)) {
                    admitted.fetch_add(1, Ordering::SeqCst);
                    reservation.settle(1, T0);
                }
            });
        }
    });
    assert_eq!(admitted.load(Ordering::SeqCst), 1);
}

#[test]
fn a_reservation_settles_on_every_path() {
    let engine = Engine::new();
    let used = || engine.used(&org(), &tokens(Level::Org, "org"), 1_000_000, T0);
    let reserve = || engine.decide(&org(), T0, &two_levels("prod", None, 500)).expect("room");

    drop(reserve());
    assert_eq!(used(), 0, "nothing was sent: everything is given back");
    let mut sent = reserve();
    sent.mark_sent();
    drop(sent);
    assert_eq!(used(), 500, "sent and never settled: the estimate stays");
    reserve().settle(20, T0);
    assert_eq!(used(), 520, "a refund");
    reserve().settle(2_000, T0);
    assert_eq!(used(), 2_520, "debt");
}

#[test]
fn what_can_never_fit_has_no_retry_time() {
    let engine = Engine::new();
    let refusal = engine
        .decide(&org(), T0, &two_levels("prod", Some(100), 101))
        .err()
        .expect("refused");
    assert_eq!(refusal.retry_after_ms, None);
    assert_eq!(refusal.bucket().key.level, Level::Project);
    assert_eq!(refusal.buckets.len(), 2);
}

#[test]
fn levels_survive_a_restart_and_refill_for_the_time_between() {
    let before = Engine::new();
    before
        .decide(&org(), T0, &two_levels("prod", Some(60_000), 60_000))
        .expect("room")
        .settle(60_000, T0);
    let levels = before.changed_levels();
    assert_eq!(levels.len(), 2);
    assert!(before.changed_levels().is_empty(), "only what changed since");

    let after = Engine::new();
    after.restore(levels, T0);
    let project = tokens(Level::Project, "prod");
    assert_eq!(after.used(&org(), &project, 60_000, T0), 60_000);
    assert_eq!(after.used(&org(), &project, 60_000, T0.plus(15_000)), 45_000);
    let refusal = after
        .decide(&org(), T0, &two_levels("prod", Some(60_000), 1))
        .err()
        .expect("still full");
    assert_eq!(refusal.retry_after_ms, Some(1));
}

#[test]
fn a_stored_level_of_the_future_counts_as_one_of_now() {
    let key = tokens(Level::Org, "org");
    let level = BucketLevel {
        org: org(),
        key: key.clone(),
        used: 60_000,
        at: T0.plus(3_600_000),
        peak: 60_000,
    };
    let engine = Engine::new();
    engine.restore([level], T0);
    assert_eq!(engine.used(&org(), &key, 60_000, T0.plus(15_000)), 45_000);
}

#[test]
fn buckets_of_models_metrics_and_windows_are_apart() {
    let engine = Engine::new();
    let model = ModelScope::One("a/b".parse::<ModelId>().expect("a model id"));
    let mut other = tokens(Level::Org, "org");
    other.model = model;
    let mut hour = tokens(Level::Org, "org");
    hour.window = Window::Hour;
    let _open = engine
        .decide(&org(), T0, &[ask(tokens(Level::Org, "org"), 10, 10), ask(other.clone(), 10, 3)])
        .expect("room");
    assert_eq!(engine.used(&org(), &tokens(Level::Org, "org"), 10, T0), 10);
    assert_eq!(engine.used(&org(), &other, 10, T0), 3);
    assert_eq!(engine.used(&org(), &hour, 10, T0), 0);
}

proptest! {
    /// A refusal debits no bucket, and the org's bucket never passes its limit, whatever the projects ask.
    #[test]
    fn all_or_nothing(steps in prop::collection::vec((0usize..3, 1u64..400_000, 0i64..10_000), 1..40)) {
        let projects = [("prod", Some(700_000)), ("test", Some(600_000)), ("dev", None)];
        let engine = Engine::new();
        let mut now = T0;
        for (pick, amount, pause) in steps {
            now = now.plus(pause);
            let levels = || {
                let of = |level, scope: &str, limit| engine.used(&org(), &tokens(level, scope), limit, now);
                let [prod, test, dev] = projects.map(|(name, own)| of(Level::Project, name, own.unwrap_or(1_000_000)));
                [of(Level::Org, "org", 1_000_000), prod, test, dev]
            };
            let before = levels();
            let (project, own) = projects[pick];
            if let Ok(reservation) = engine.decide(&org(), now, &two_levels(project, own, amount)) {
                reservation.settle(amount, now);
                prop_assert_eq!(levels()[0], before[0] + amount);
                prop_assert_eq!(levels()[pick + 1], before[pick + 1] + amount);
            } else {
                prop_assert_eq!(levels(), before);
            }
            prop_assert!(levels()[0] <= 1_000_000);
        }
    }
}
