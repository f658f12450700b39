//! The laws of the decision: atomic, exact, and the org's total holds whatever the projects do.

mod changes;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use app::model::{
    ModelId, Money, OrgId, ProjectId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::{Lane, RefusedBy},
    time::DAY,
};
use proptest::prelude::*;

use super::*;

const T0: Timestamp = Timestamp(1_000_000);
const ORG: u64 = 1_000_000;

fn org() -> OrgId {
    OrgId::from_bits(1)
}

fn project(name: &str) -> ProjectId {
    ProjectId::from_bits(name.bytes().fold(0, |bits, byte| bits << 8 | u128::from(byte)))
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

fn rule(key: BucketKey, limit: u64) -> Rule {
    Rule {
        key,
        limit,
        source: Source::Own,
    }
}

fn rules(name: &str, limits: Vec<Rule>, budgets: Vec<BudgetRule>) -> Rules {
    Rules {
        org: org(),
        project: project(name),
        lane: Lane::Standard,
        limits,
        budgets,
    }
}

/// The org's ceiling and the project's own or inherited limit.
fn two_levels(engine: &Engine, name: &str, own: Option<u64>) -> Arc<Policy> {
    let mut limits = vec![
        rule(tokens(Level::Org, "org"), ORG),
        rule(tokens(Level::Project, name), own.unwrap_or(ORG)),
    ];
    if own.is_none() {
        limits[1].source = Source::Inherited;
    }
    engine.compile(rules(name, limits, vec![]), T0)
}

fn of(tokens: u64) -> Demand {
    Demand { tokens, cost: Money::ZERO }
}

/// A budget on the project, with the org's ceiling.
fn with_budget(engine: &Engine, limit: i64, hard_stop: bool) -> Arc<Policy> {
    let budget = BudgetRule {
        level: Level::Project,
        scope: "prod".to_owned(),
        limit: Money(limit),
        hard_stop,
    };
    engine.compile(rules("prod", vec![rule(tokens(Level::Org, "org"), ORG)], vec![budget]), T0)
}

fn costing(cost: i64) -> Demand {
    Demand {
        tokens: 1,
        cost: Money(cost),
    }
}

/// Units admitted in steps of 10,000 until the first refusal, and the level that refused.
fn fill(engine: &Engine, name: &str, own: Option<u64>) -> (u64, Option<Level>) {
    let policy = two_levels(engine, name, own);
    let mut sum = 0;
    loop {
        match policy.decide(T0, of(10_000)) {
            Ok(reservation) => {
                sum += 10_000;
                reservation.settle(of(10_000), T0);
            }
            Err(refusal) => return (sum, refusal.refused_level()),
        }
    }
}

#[test]
fn each_project_alone_reaches_its_own_limit() {
    assert_eq!(fill(&Engine::new(), "prod", Some(700_000)), (700_000, Some(Level::Project)));
    assert_eq!(fill(&Engine::new(), "test", Some(600_000)), (600_000, Some(Level::Project)));
    assert_eq!(fill(&Engine::new(), "dev", None), (1_000_000, Some(Level::Org)));
}

#[test]
fn together_the_projects_never_pass_the_org_and_a_receipt_names_who_held_it() {
    let engine = Engine::new();
    assert_eq!(fill(&engine, "prod", Some(700_000)), (700_000, Some(Level::Project)));
    assert_eq!(fill(&engine, "test", Some(600_000)), (300_000, Some(Level::Org)));
    assert_eq!(fill(&engine, "dev", None), (0, Some(Level::Org)));
    let used = |name: &str| engine.used(&org(), &tokens(Level::Project, name), ORG, T0);
    assert_eq!((used("prod"), used("test"), used("dev")), (700_000, 300_000, 0));

    let refusal = two_levels(&engine, "dev", None).decide(T0, of(1)).expect_err("the org is full");
    let receipt = refusal.with_holders().receipt();
    let holders: Vec<_> = receipt
        .holders
        .iter()
        .map(|holder| (holder.project.clone(), holder.units))
        .collect();
    assert_eq!(holders, [(project("prod"), 700_000), (project("test"), 300_000)]);
    assert_eq!(receipt.refused_by, Some(RefusedBy::Bucket(0)));
    assert!(receipt.buckets[1].inherited);
}

#[test]
fn a_receipt_tells_used_from_reserved() {
    let engine = Engine::new();
    let policy = two_levels(&engine, "prod", Some(700_000));
    policy.decide(T0, of(100_000)).expect("room").settle(of(60_000), T0);
    let _open = policy.decide(T0, of(30_000)).expect("room");
    let refusal = policy.decide(T0, of(650_000)).expect_err("700,000 is full");
    let receipt = refusal.receipt();
    let line = &receipt.buckets[1];
    assert_eq!(
        (line.used, line.reserved, line.asked, line.limit),
        (60_000, 30_000, 650_000, 700_000)
    );
    assert_eq!(line.short_by(), 40_000);
    let usage = engine.usage(&org(), &tokens(Level::Project, "prod"), 700_000, T0);
    assert_eq!((usage.used, usage.reserved), (60_000, 30_000));
}

#[test]
fn the_last_unit_is_admitted_once_among_threads() {
    let engine = Engine::new();
    let policy = two_levels(&engine, "prod", Some(700_000));
    policy.decide(T0, of(699_999)).expect("room").settle(of(699_999), T0);
    let admitted = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                if let Ok(reservation) = policy.decide(T0, of(1)) {
                    admitted.fetch_add(1, Ordering::SeqCst);
                    reservation.settle(of(1), T0);
                }
            });
        }
    });
    assert_eq!(admitted.load(Ordering::SeqCst), 1);
}

#[test]
fn a_reservation_settles_on_every_path() {
    let engine = Engine::new();
    let policy = two_levels(&engine, "prod", None);
    let used = || engine.used(&org(), &tokens(Level::Org, "org"), ORG, T0);
    let reserve = || policy.decide(T0, of(500)).expect("room");

    drop(reserve());
    assert_eq!(used(), 0, "nothing was sent: everything is given back");
    let mut sent = reserve();
    sent.mark_sent();
    drop(sent);
    assert_eq!(used(), 500, "sent and never settled: the estimate stays");
    reserve().settle(of(20), T0);
    assert_eq!(used(), 520, "a refund");
    reserve().settle(of(2_000), T0);
    assert_eq!(used(), 2_520, "debt");
    let panicked = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let _open = reserve();
            panic!("a request that panics");
        });
        thread.join().is_err()
    });
    assert!(panicked);
    assert_eq!(used(), 2_520, "a panic gives back as well");
}

#[test]
fn what_can_never_fit_has_no_retry_time() {
    let engine = Engine::new();
    let refusal = two_levels(&engine, "prod", Some(100)).decide(T0, of(101)).expect_err("refused");
    assert_eq!(refusal.refused().and_then(|refused| refused.retry_after_ms), None);
    assert_eq!(refusal.refused_level(), Some(Level::Project));
    assert_eq!(refusal.buckets().len(), 2);
}

#[test]
fn a_receipt_names_the_largest_holders_and_always_its_own_project() {
    let engine = Engine::new();
    let amount = |number: u64| 1_000 - number;
    for number in 0..30 {
        let policy = two_levels(&engine, &format!("p{number}"), None);
        policy.decide(T0, of(amount(number))).expect("room").settle(of(amount(number)), T0);
    }
    let refusal = two_levels(&engine, "p29", None).decide(T0, of(ORG)).expect_err("no room");
    let receipt = refusal.with_holders().receipt();
    assert_eq!(receipt.holders.len(), 20);
    assert_eq!(receipt.holders[0].project, project("p0"));
    assert_eq!(receipt.holders[19].project, project("p29"));
    assert_eq!((receipt.others.projects, receipt.others.units), (10, (19..29).map(amount).sum()));
}

#[test]
fn buckets_of_lanes_models_and_windows_are_apart() {
    let engine = Engine::new();
    let variants = [
        tokens(Level::Org, "org"),
        BucketKey {
            lane: Lane::Flex,
            ..tokens(Level::Org, "org")
        },
        BucketKey {
            model: ModelScope::One("a/b".parse::<ModelId>().expect("a model id")),
            ..tokens(Level::Org, "org")
        },
        BucketKey {
            window: Window::Hour,
            ..tokens(Level::Org, "org")
        },
    ];
    let policies: Vec<_> = variants
        .iter()
        .map(|key| engine.compile(rules("prod", vec![rule(key.clone(), 100)], vec![]), T0))
        .collect();
    for (amount, policy) in (1..).zip(&policies) {
        policy.decide(T0, of(amount)).expect("room").settle(of(amount), T0);
    }
    let used = variants.map(|key| engine.used(&org(), &key, 100, T0));
    assert_eq!(used, [1, 2, 3, 4]);
}

#[test]
fn a_budget_reserves_the_estimate_in_the_same_decision_and_settles_on_the_cost() {
    let engine = Engine::new();
    let policy = with_budget(&engine, 100, true);
    let first = policy.decide(T0, costing(60)).expect("room");
    let refusal = policy.decide(T0, costing(60)).expect_err("60 are reserved");
    assert_eq!(refusal.refused().map(|refused| refused.by), Some(RefusedBy::Budget(0)));
    assert_eq!(refusal.refused_level(), Some(Level::Project));
    assert_eq!(
        engine.used(&org(), &tokens(Level::Org, "org"), ORG, T0),
        1,
        "the refusal took no tokens"
    );
    let receipt = refusal.receipt();
    assert_eq!((receipt.budgets[0].spent, receipt.budgets[0].reserved), (Money(0), Money(60)));
    let wait = receipt.retry_after_ms.expect("the next month");
    assert_eq!(T0.plus(wait), T0.plus(32 * DAY).month_start());

    first.settle(costing(40), T0);
    policy.decide(T0, costing(60)).expect("exactly the rest").settle(costing(60), T0);
    assert_eq!(engine.spend(&org(), "prod", T0), Some((Money(100), Money(0))));
    assert!(policy.decide(T0, costing(1)).is_err());
    assert!(policy.decide(T0.plus(wait), costing(100)).is_ok(), "a new month");
    let never = policy.decide(T0.plus(wait), costing(101)).expect_err("more than a month has");
    assert_eq!(never.refused().and_then(|refused| refused.retry_after_ms), None);
}

#[test]
fn a_budget_that_only_warns_counts_and_admits() {
    let engine = Engine::new();
    let policy = with_budget(&engine, 100, false);
    policy.decide(T0, costing(500)).expect("never refused").settle(costing(500), T0);
    assert_eq!(engine.spend(&org(), "prod", T0), Some((Money(500), Money(0))));
    drop(policy.decide(T0, costing(7)).expect("never refused"));
    assert_eq!(engine.spend(&org(), "prod", T0), Some((Money(500), Money(0))), "given back");
}

proptest! {
    /// A refusal debits no bucket and no budget, an admission every one, and the org's bucket never passes its limit,
    /// whatever the projects ask.
    #[test]
    fn all_or_nothing(steps in prop::collection::vec((0usize..3, 1u64..400_000, 0i64..10_000), 1..40)) {
        let engine = Engine::new();
        let projects = [("prod", Some(700_000)), ("test", Some(600_000)), ("dev", None)];
        let budget = BudgetRule { level: Level::Org, scope: "org".to_owned(), limit: Money(2_000_000), hard_stop: true };
        let policies = projects.map(|(name, own)| {
            let with_limits = two_levels(&engine, name, own);
            engine.compile(Rules { budgets: vec![budget.clone()], ..with_limits.rules().clone() }, T0)
        });
        let mut now = T0;
        for (pick, amount, pause) in steps {
            now = now.plus(pause);
            let levels = || {
                let of = |level, scope: &str, limit| engine.used(&org(), &tokens(level, scope), limit, now);
                let [prod, test, dev] = projects.map(|(name, own)| of(Level::Project, name, own.unwrap_or(ORG)));
                let spent = engine.spend(&org(), "org", now).map_or(0, |(spent, held)| (spent + held).0.unsigned_abs());
                [of(Level::Org, "org", ORG), prod, test, dev, spent]
            };
            let before = levels();
            let demand = Demand { tokens: amount, cost: Money(i64::try_from(amount).expect("small")) };
            if let Ok(reservation) = policies[pick].decide(now, demand) {
                reservation.settle(demand, now);
                prop_assert_eq!(levels()[0], before[0] + amount);
                prop_assert_eq!(levels()[pick + 1], before[pick + 1] + amount);
                prop_assert_eq!(levels()[4], before[4] + amount);
            } else {
                prop_assert_eq!(levels(), before);
            }
            prop_assert!(levels()[0] <= ORG && levels()[4] <= 2_000_000);
        }
    }

    /// What the projects hold of the org's bucket sums up to the bucket, to a unit a project.
    #[test]
    fn shares_sum_up(steps in prop::collection::vec((0usize..3, 1u64..400_000, 0i64..10_000), 1..40)) {
        let engine = Engine::new();
        let policies = ["prod", "test", "dev"].map(|name| two_levels(&engine, name, None));
        let mut now = T0;
        for (pick, amount, pause) in steps {
            now = now.plus(pause);
            if let Ok(reservation) = policies[pick].decide(now, of(amount)) {
                reservation.settle(of(amount / 2), now);
            }
            let refusal = policies[0].decide(now, of(ORG + 1)).expect_err("it never fits");
            let receipt = refusal.with_holders().receipt();
            let held: u64 = receipt.holders.iter().map(|holder| holder.units).sum();
            prop_assert!(held.abs_diff(receipt.buckets[0].used) <= 3, "{receipt:?}");
        }
    }
}
