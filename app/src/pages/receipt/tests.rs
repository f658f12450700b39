mod page;

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    advice::{Link, advice},
    explain::explain,
};
use crate::{
    model::{
        AppError, Money, RequestId, Standing, Timestamp, TypedId,
        limit::{Level, Metric, ModelScope, Window},
        limits_table::{LimitsTable, Rate},
        receipt::{BucketLine, BudgetLine, Lane, Receipt, RefusedBy},
        receipt_detail::{HeldBy, Holders, ReceiptDetail},
        tier::Tier,
        usage::Scope,
    },
    port::{Limits, Receipts},
    testing::{Ports, assert_has, member, owner, place, render},
};

/// The example of the product rules: the org has 1,000,000 tokens a minute, `prod` 700,000 of its own.
fn line(level: Level, limit: u64, used: u64, reserved: u64) -> BucketLine {
    BucketLine {
        level,
        model: "acme/atlas-large".parse().expect("valid"),
        metric: Metric::Tokens,
        window: Window::Minute,
        limit,
        inherited: false,
        used,
        reserved,
        asked: 96_000,
        reset_ms: 57_120,
    }
}

fn detail(receipt: Receipt, holders: Holders) -> ReceiptDetail {
    let at = Timestamp(1_795_183_331_067);
    ReceiptDetail {
        id: RequestId::from_bits(7),
        client_request_id: Some("<b>mine</b>".to_owned()),
        org: "Acme Robotics".parse().expect("valid"),
        project: "prod".parse().expect("valid"),
        project_slug: "prod".parse().expect("valid"),
        key: Some("checkout-api".to_owned()),
        model: "acme/atlas-large".parse().expect("valid"),
        tier: Tier::Default,
        status: if receipt.refused_by.is_some() { 429 } else { 200 },
        error_code: receipt.refused_by.map(|_| "rate_limit_exceeded".to_owned()),
        refused: None,
        embeds: false,
        simulated: false,
        estimated: false,
        tokens_in: 1_200,
        tokens_cached: 0,
        tokens_out: 300,
        cost: Money(1_500),
        arrived_at: at,
        latency_ms: 1_204,
        first_token_ms: Some(210),
        asked_output: Some(56_000),
        estimate: 96_000,
        reserved: 96_000,
        settled: 1_500,
        receipt,
        holders,
        now: at.plus(60_000),
    }
}

/// One that was answered.
pub fn admitted() -> ReceiptDetail {
    detail(Receipt::default(), Holders::None)
}

fn org_full(holders: Holders) -> ReceiptDetail {
    let receipt = Receipt {
        buckets: vec![
            line(Level::Org, 1_000_000, 880_000, 72_000),
            line(Level::Project, 700_000, 301_000, 22_000),
        ],
        refused_by: Some(RefusedBy::Bucket(0)),
        retry_after_ms: Some(2_880),
        ..Receipt::default()
    };
    detail(receipt, holders)
}

fn held(name: &str, units: u64, own: bool) -> HeldBy {
    HeldBy {
        name: name.parse().expect("valid"),
        slug: name.parse().expect("valid"),
        units,
        own,
    }
}

fn by_project() -> Holders {
    Holders::Projects(vec![
        held("test", 548_000, false),
        held("prod", 323_000, true),
        held("dev", 81_000, false),
    ])
}

fn others() -> Holders {
    Holders::Others {
        own: 323_000,
        projects: 2,
        units: 629_000,
    }
}

#[test]
fn one_sentence_says_why_the_organization_refused() {
    let explanation = explain(&org_full(by_project()));
    assert_eq!(explanation.headline, "The organization was full; prod was not");
    assert_eq!(
        explanation.why,
        "This request asked for 96,000 tokens of acme/atlas-large, but Acme Robotics had only 48,000 of its 1,000,000 a minute left: \
         project test held 548,000."
    );
    let unnamed = explain(&org_full(others())).why;
    assert!(unnamed.ends_with("left: 2 other projects held 629,000."), "{unnamed}");
}

#[test]
fn the_own_limit_and_the_last_request_are_told_apart() {
    let mut requests = line(Level::Project, 3, 3, 0);
    (requests.metric, requests.asked, requests.model) = (Metric::Requests, 1, ModelScope::All);
    let own = detail(
        Receipt {
            buckets: vec![requests],
            refused_by: Some(RefusedBy::Bucket(0)),
            ..Receipt::default()
        },
        Holders::None,
    );
    let explanation = explain(&own);
    assert_eq!(explanation.headline, "prod reached its own limit");
    assert_eq!(
        explanation.why,
        "This was one request too many: prod may send 3 a minute to all models together, and 3 were in use."
    );
}

#[test]
fn what_can_never_fit_says_so_and_nobody_waits_for_it() {
    let receipt = Receipt {
        buckets: vec![line(Level::Project, 90_000, 0, 0)],
        refused_by: Some(RefusedBy::Bucket(0)),
        ..Receipt::default()
    };
    let detail = detail(receipt, Holders::None);
    let explanation = explain(&detail);
    assert_eq!(explanation.headline, "The request is larger than prod’s limit");
    assert!(explanation.why.contains("can never be admitted"), "{}", explanation.why);
    let ways = advice(&detail, true);
    assert!(ways.iter().all(|way| !way.title.starts_with("Wait")), "{ways:?}");
    assert!(
        ways[0].text.starts_with("90,000 of the 96,000 tokens would have fitted"),
        "{ways:?}"
    );
}

#[test]
fn the_advice_is_computed_and_names_what_would_not_help() {
    let ways = advice(&org_full(by_project()), true);
    let titles: Vec<_> = ways.iter().map(|way| way.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Wait 3 s.",
            "Ask for less.",
            "Lower test to 500,000 a minute.",
            "Ask for a larger quota.",
            "Raising prod’s limit would not.",
        ]
    );
    assert!(ways[1].text.starts_with("48,000 of the 96,000"));
    let test = Link::Limits {
        project: "test".parse().expect("valid"),
        rate: Rate::TokensMinute,
        model: "acme/atlas-large".parse().expect("valid"),
    };
    assert_eq!(ways[2].link, Some(test));
    assert!(!ways[4].helps);
    assert_eq!(ways[4].text, "prod had 377,000 of its own 700,000 left.");
}

#[test]
fn nothing_is_advised_that_another_limit_would_have_undone() {
    let titles = |detail: &ReceiptDetail| advice(detail, true).into_iter().map(|way| way.title).collect::<Vec<_>>();
    let has = |detail: &ReceiptDetail, start: &str| titles(detail).iter().any(|title| title.starts_with(start));
    assert!(has(&org_full(by_project()), "Lower test") && has(&org_full(by_project()), "Ask for less."));

    let mut requests = org_full(by_project());
    requests.receipt.buckets.push(BucketLine {
        metric: Metric::Requests,
        asked: 1,
        ..line(Level::Project, 60, 60, 0)
    });
    assert!(
        !has(&requests, "Lower test") && !has(&requests, "Ask for less."),
        "one request too many"
    );

    let mut own_limit = org_full(by_project());
    own_limit.receipt.buckets[1].used = 600_000;
    assert!(!has(&own_limit, "Lower test"), "prod was full itself");
    assert!(has(&own_limit, "Ask for less."));

    let mut no_money = org_full(by_project());
    no_money.receipt.budgets = budget_spent().receipt.budgets;
    assert!(!has(&no_money, "Lower test") && !has(&no_money, "Ask for less."));
    no_money.receipt.budgets[0].hard_stop = false;
    assert!(has(&no_money, "Lower test"), "it only warns");
}

#[test]
fn an_embedding_is_not_told_to_write_less() {
    let mut detail = org_full(by_project());
    (detail.embeds, detail.asked_output) = (true, None);
    let ways = advice(&detail, true);
    assert!(ways.iter().all(|way| !way.text.contains("max_completion_tokens")));
    assert!(ways.iter().any(|way| way.text.contains("fewer or shorter texts")));
}

#[test]
fn who_may_not_set_limits_is_told_whom_to_ask() {
    let ways = advice(&org_full(others()), false);
    assert!(ways.iter().all(|way| way.link.is_none()));
    assert!(ways.iter().any(|way| way.title == "Ask an owner or admin of Acme Robotics."));
}

fn budget_spent() -> ReceiptDetail {
    let receipt = Receipt {
        budgets: vec![BudgetLine {
            level: Level::Project,
            limit: Money(250_000_000),
            hard_stop: true,
            spent: Money(249_990_000),
            reserved: Money(5_000),
            asked: Money(20_000),
        }],
        refused_by: Some(RefusedBy::Budget(0)),
        ..Receipt::default()
    };
    detail(receipt, Holders::None)
}

#[test]
fn a_spent_budget_says_when_it_begins_anew() {
    let detail = budget_spent();
    let explanation = explain(&detail);
    assert_eq!(explanation.headline, "prod’s monthly budget is spent");
    assert_eq!(
        explanation.why,
        "This request was expected to cost $0.02, but of the $250.00 a month of prod, $249.99 were spent and $0.005 held by requests under way."
    );
    let ways = advice(&detail, true);
    assert_eq!(ways[1].title, "Wait until Dec 1.");
    assert!(matches!(ways[0].link, Some(Link::Budgets { .. })));
}

#[test]
fn a_queue_and_an_admission_are_explained_too() {
    let queued = detail(
        Receipt {
            refused_by: Some(RefusedBy::Queue),
            ..Receipt::default()
        },
        Holders::None,
    );
    assert_eq!(explain(&queued).headline, "The wait for acme/atlas-large was too long");
    assert!(!advice(&queued, false).is_empty());
    let admitted = admitted();
    assert_eq!(explain(&admitted).why, "It held 96,000 tokens of acme/atlas-large and used 1,500.");
    assert_eq!(advice(&admitted, true), []);
    let old = ReceiptDetail {
        status: 429,
        refused: Some(Level::Org),
        error_code: Some("rate_limit_exceeded".to_owned()),
        ..admitted
    };
    assert_eq!(explain(&old).headline, "Refused by a limit of the organization");
    let of_upstream = ReceiptDetail {
        refused: None,
        error_code: Some("rate_limited_upstream".to_owned()),
        ..old.clone()
    };
    assert!(old.is_refused() && queued.is_refused() && !of_upstream.is_refused());
    assert_eq!(explain(&of_upstream).headline, "Admitted; it ended with 429");
}
