//! What restarts and changed rules leave of the levels.

use super::*;

#[test]
fn levels_survive_a_restart_and_refill_for_the_time_between() {
    let before = Engine::new();
    let policy = two_levels(&before, "prod", Some(60_000));
    policy.decide(T0, of(60_000)).expect("room").settle(of(45_000), T0);
    let levels = before.changed_levels();
    let peaks: Vec<_> = levels.iter().map(|level| (level.used, level.peak)).collect();
    assert_eq!(peaks, [(45_000, 60_000), (45_000, 60_000)]);
    assert!(before.changed_levels().is_empty(), "only what changed since");
    let peaks_after = |now: Timestamp, tokens| {
        policy.decide(now, of(tokens)).expect("room").settle(of(tokens), now);
        let levels = before.changed_levels();
        levels.iter().map(|level| level.peak).collect::<Vec<_>>()
    };
    assert_eq!(peaks_after(T0, 1), [0, 0], "not higher than what was told");
    assert_eq!(peaks_after(T0.plus(3_600_000), 2), [2, 2], "each hour has its own");

    let after = Engine::new();
    after.restore(levels, T0);
    let key = tokens(Level::Project, "prod");
    assert_eq!(after.used(&org(), &key, 60_000, T0), 45_000);
    assert_eq!(after.used(&org(), &key, 60_000, T0.plus(15_000)), 30_000);
    let policy = two_levels(&after, "prod", Some(60_000));
    let refusal = policy.decide(T0, of(15_001)).expect_err("still in use");
    assert_eq!(refusal.refused().and_then(|refused| refused.retry_after_ms), Some(1));
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
fn a_limit_that_is_new_starts_with_what_was_used_and_never_twice() {
    let engine = Engine::new();
    let limits = vec![rule(tokens(Level::Project, "prod"), 1_000)];
    let first = rules("prod", limits, vec![]);
    assert!(matches!(engine.unknown(&first)[..], [Unknown::Limit(_)]));
    engine.seed(&org(), tokens(Level::Project, "prod"), 900, T0);
    engine.seed(&org(), tokens(Level::Project, "prod"), 900, T0);
    assert!(engine.unknown(&first).is_empty());
    let policy = engine.compile(first, T0);
    assert!(policy.decide(T0, of(101)).is_err());
    let _open = policy.decide(T0, of(100)).expect("exactly the rest");
}

#[test]
fn a_changed_limit_keeps_what_is_used() {
    let engine = Engine::new();
    let _open = two_levels(&engine, "prod", Some(700_000)).decide(T0, of(500_000)).expect("room");
    let refusal = two_levels(&engine, "prod", Some(400_000))
        .decide(T0, of(1))
        .expect_err("in debt now");
    assert_eq!(refusal.refused_level(), Some(Level::Project));
    let _more = two_levels(&engine, "prod", Some(600_000))
        .decide(T0, of(100_000))
        .expect("the difference");
}

#[test]
fn a_lowered_limit_refills_at_once_as_it_says_whoever_was_admitted_before() {
    let engine = Engine::new();
    let old = two_levels(&engine, "prod", Some(600_000));
    let streams: Vec<Reservation> = (0..5).map(|_| old.decide(T0, of(1_000)).expect("room")).collect();
    let new = two_levels(&engine, "prod", Some(6_000));
    let mut now = T0;
    let mut admitted = 0;
    for mut stream in streams {
        now = now.plus(100);
        stream.mark_sent();
        stream.settle(of(1_000), now);
        while let Ok(reservation) = new.decide(now, of(10)) {
            reservation.settle(of(10), now);
            admitted += 10;
        }
    }
    // The room that was left, what the old limit gave in its last 100 ms, and what the new one gives in the 400 ms after.
    assert!(admitted <= 1_000 + 1_000 + 40, "{admitted} in half a second");
}

#[test]
fn a_limit_and_a_budget_that_were_away_count_what_they_missed() {
    let engine = Engine::new();
    let budget = BudgetRule {
        level: Level::Project,
        scope: "prod".to_owned(),
        limit: Money(100),
        hard_stop: true,
    };
    let rules = rules("prod", vec![rule(tokens(Level::Project, "prod"), 100)], vec![budget]);
    let compile = || engine.compile(rules.clone(), T0);
    compile().decide(T0, costing(3)).expect("room").settle(costing(3), T0);
    assert!(engine.unknown(&rules).is_empty());
    engine.doubt(&org(), "prod");
    assert_eq!(engine.unknown(&rules).len(), 2);
    engine.seed(&org(), tokens(Level::Project, "prod"), 60, T0);
    engine.seed_budget(&org(), "prod", Money(63), T0);
    assert!(engine.unknown(&rules).is_empty());
    assert_eq!(engine.used(&org(), &tokens(Level::Project, "prod"), 100, T0), 60);
    assert_eq!(engine.spend(&org(), "prod", T0), Some((Money(63), Money(0))));
    engine.seed_budget(&org(), "prod", Money(5), T0);
    assert_eq!(engine.spend(&org(), "prod", T0), Some((Money(63), Money(0))), "what is more stays");
    assert!(compile().decide(T0, costing(38)).is_err());
}
