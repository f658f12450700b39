use super::*;
use crate::catalog::Catalog;

fn edit(values: &[(Rate, u64)]) -> LimitEdit {
    let mut edit = LimitEdit {
        model: ModelScope::All,
        values: PerRate::default(),
        seen: None,
    };
    for (rate, value) in values {
        edit.values[*rate] = Some(*value);
    }
    edit
}

#[test]
fn a_limit_above_the_ceiling_names_its_field_and_the_ceiling() {
    let catalog = Catalog::built_in();
    let plan = catalog.plan("standard").expect("built in");
    let check = |edit: &LimitEdit| check_ceiling(plan, &edit.model, &changes(&ProjectLimits::new(), edit));
    let within = edit(&[(Rate::RequestsMinute, 6_000), (Rate::TokensMinute, 2_000_000)]);
    assert_eq!(check(&within), Ok(()));
    assert_eq!(check(&edit(&[])), Ok(()));
    let above = edit(&[(Rate::RequestsMinute, 6_001), (Rate::TokensMinute, 2_000_001)]);
    let error = check(&above).expect_err("both are too high");
    let says = |field: &str, text: &str| error.on_field(field).is_some_and(|message| message.contains(text));
    assert!(says("requests_per_minute", "6,000 requests per minute"), "{error}");
    assert!(says("tokens_per_minute", "2,000,000 tokens per minute"), "{error}");
}

#[test]
fn a_limit_that_stays_may_lie_above_a_quota_that_has_sunk() {
    let catalog = Catalog::built_in();
    let plan = catalog.plan("standard").expect("built in");
    let before = ProjectLimits::from([((ModelScope::All, Metric::Requests, Window::Minute), 9_000)]);
    let others = edit(&[(Rate::RequestsMinute, 9_000), (Rate::TokensMinute, 5)]);
    assert_eq!(check_ceiling(plan, &others.model, &changes(&before, &others)), Ok(()));
    let lowered = edit(&[(Rate::RequestsMinute, 8_000)]);
    assert!(check_ceiling(plan, &lowered.model, &changes(&before, &lowered)).is_err());
}

#[test]
fn a_limit_above_the_quota_counts_as_the_quota() {
    let catalog = Catalog::built_in();
    let plan = catalog.plan("standard").expect("built in");
    let key = (ModelScope::All, Metric::Requests, Window::Minute);
    let sums = allotted(plan, vec![(key.clone(), 9_000), (key.clone(), 1_800)]);
    assert_eq!(sums[&key], 7_800);
}

fn line(level: Level, limit: u64, asked: u64) -> BucketLine {
    BucketLine {
        level,
        model: ModelScope::All,
        metric: Metric::Tokens,
        window: Window::Minute,
        limit,
        inherited: false,
        used: 60,
        reserved: 20,
        asked,
        reset_ms: 0,
    }
}

#[test]
fn a_preview_counts_what_would_have_fitted_at_its_moment() {
    let receipt = |asked| Receipt {
        buckets: vec![line(Level::Org, 200, asked), line(Level::Project, 100, asked)],
        refused_by: Some(RefusedBy::Bucket(1)),
        ..Receipt::default()
    };
    let change = |after| {
        vec![LimitChange {
            rate: Rate::TokensMinute,
            before: Some(100),
            after,
        }]
    };
    assert!(concerns(&receipt(50), &ModelScope::All, &change(Some(150))));
    let catalog = Catalog::built_in();
    let plan = Plan {
        flex_permille: 2_000,
        ..catalog.plan("standard").expect("built in").clone()
    };
    let fits = |receipt: &Receipt, after| would_fit(receipt, &plan, &ModelScope::All, &change(after));
    assert!(fits(&receipt(50), Some(150)));
    assert!(!fits(&receipt(50), Some(129)));
    let flex = Receipt {
        lane: Lane::Flex,
        ..receipt(50)
    };
    assert!(fits(&flex, Some(65)) && !fits(&flex, Some(64)), "flex may use twice the limit");
    assert!(fits(&receipt(120), None), "it inherits, and the org has room");
    assert!(!fits(&receipt(121), None), "the org is full, too");
    let other = vec![LimitChange {
        rate: Rate::RequestsDay,
        before: None,
        after: Some(5),
    }];
    assert!(!concerns(&receipt(50), &ModelScope::All, &other));
    let model: ModelScope = "bailiwick/echo".parse().expect("a model");
    assert!(!concerns(&receipt(50), &model, &change(Some(150))));
}

#[test]
fn a_preview_knows_inherited_lines_lanes_and_what_was_not_recorded() {
    let catalog = Catalog::built_in();
    let mut plan = catalog.plan("standard").expect("built in").clone();
    plan.flex_permille = 2_000;
    let change = |rate, after| LimitChange { rate, before: None, after };
    let fits = |receipt: &Receipt, changes: &[LimitChange]| would_fit(receipt, &plan, &ModelScope::All, changes);
    let tokens = |after| vec![change(Rate::TokensMinute, after)];

    let inherited = Receipt {
        buckets: vec![BucketLine {
            inherited: true,
            ..line(Level::Project, 100, 50)
        }],
        ..Receipt::default()
    };
    assert!(fits(&inherited, &[]), "an inherited line never refuses");
    assert!(!fits(&inherited, &tokens(Some(129))), "as a limit of its own it does");
    assert!(fits(&inherited, &tokens(Some(130))));

    let mut flex = Receipt {
        lane: Lane::Flex,
        buckets: vec![line(Level::Project, 100, 50)],
        ..Receipt::default()
    };
    assert!(fits(&flex, &tokens(Some(65))), "flex has twice as much");
    flex.lane = Lane::Standard;
    assert!(!fits(&flex, &tokens(Some(65))));

    let mut both = tokens(Some(500));
    both.push(change(Rate::RequestsDay, Some(1_000)));
    assert!(!fits(&flex, &both), "what a new limit would have held is not known");
    both[1].after = None;
    assert!(fits(&flex, &both));
}
