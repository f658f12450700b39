mod budgets;
mod edit;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::api::SetLimits;
use crate::{
    model::{
        AppError, AuditId, KeyId, Listing, Money, Page, ProjectId, ProjectRole, Standing, Timestamp, TypedId,
        audit::{AuditEntry, Change},
        budget::{Budget, BudgetEdit, BudgetScope, Spend, Spending},
        limit::ModelScope,
        limits_table::{LimitCell, LimitChange, LimitEdit, LimitRow, LimitsPreview, LimitsTable, PerRate, Rate},
        receipt::Lane,
    },
    port::{Budgets, Limits},
    testing::{Ports, assert_has, failed, member, owner, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

#[derive(Default)]
struct Fake {
    rows: Vec<LimitRow>,
    org_budget: Option<Spend>,
    flex: Option<u64>,
    refuses: Option<AppError>,
    asked: Mutex<Vec<LimitEdit>>,
}

#[async_trait]
impl Limits for Fake {
    async fn table(&self, _: ProjectId, lane: Lane) -> Result<LimitsTable, AppError> {
        Ok(LimitsTable {
            plan: "Scale".to_owned(),
            lane,
            flex_permille: self.flex,
            rows: self.rows.clone(),
        })
    }

    async fn set(&self, _: ProjectId, _: LimitEdit) -> Result<(), AppError> {
        Ok(())
    }

    async fn preview(&self, _: ProjectId, edit: LimitEdit) -> Result<LimitsPreview, AppError> {
        self.asked.lock().expect("whole").push(edit);
        let change = LimitChange {
            rate: Rate::TokensMinute,
            before: Some(250_000),
            after: Some(400_000),
        };
        self.refuses.clone().map_or(Ok(()), Err)?;
        Ok(LimitsPreview {
            changes: vec![change],
            refused: 63_870,
            fitting: 41_208,
            looked_until: None,
        })
    }

    async fn history(&self, _: ProjectId, page: Page) -> Result<Listing<AuditEntry>, AppError> {
        let change = |field: &str, before: Option<&str>, after: &str| Change {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: Some(after.to_owned()),
        };
        let entry = AuditEntry {
            id: AuditId::from_bits(9),
            seq: 41,
            at: NOW.plus(-7_200_000),
            actor: "Noor Haddad".to_owned(),
            action: "limit.updated".to_owned(),
            target: "*".to_owned(),
            target_id: ProjectId::from_bits(3).to_string(),
            project: Some("prod".to_owned()),
            address: None,
            interface: "console".to_owned(),
            changes: vec![
                change("tokens_per_minute", Some("700000"), "600000"),
                change("requests_per_day", None, "5000"),
            ],
            hash: "9f86".to_owned(),
        };
        Ok(Listing {
            rows: vec![entry],
            total: 60,
            unfiltered: 60,
            page: page.number,
            now: NOW,
        })
    }
}

fn spend(scope: BudgetScope, name: &str, spent: i64, budget: Option<Budget>) -> Spend {
    Spend {
        scope,
        name: name.to_owned(),
        budget,
        spent: Money(spent),
        passed: None,
        is_org_default: false,
    }
}

fn budget(amount: i64, hard_stop: bool) -> Budget {
    Budget {
        amount: Money(amount),
        warn_percents: vec![50, 80],
        hard_stop,
    }
}

fn key() -> KeyId {
    KeyId::from_bits(5)
}

#[async_trait]
impl Budgets for Fake {
    async fn spending(&self, _: ProjectId, page: Page) -> Result<Spending, AppError> {
        let mut project = spend(BudgetScope::Project, "prod", 205_000_000, Some(budget(250_000_000, false)));
        project.passed = Some((80, NOW.plus(-60_000)));
        Ok(Spending {
            month: NOW.month_start(),
            org: self.org_budget.clone(),
            project,
            keys: Listing {
                rows: vec![spend(BudgetScope::Key(key()), "checkout-api", 1_500_000, None)],
                total: 1,
                unfiltered: 1,
                page: page.number,
                now: NOW,
            },
        })
    }

    async fn set_budget(&self, _: ProjectId, _: BudgetEdit) -> Result<(), AppError> {
        Ok(())
    }
}

fn cell(org: Option<u64>, project: Option<u64>, used: u64, allotted: Option<u64>) -> LimitCell {
    LimitCell {
        org,
        project,
        used,
        peak: used + used / 5,
        allotted,
        reserved: 0,
    }
}

/// All models with 130 % allotted, and one model that has limits per minute only.
fn rows(sees_others: bool) -> Vec<LimitRow> {
    let allotted = |sum| sees_others.then_some(sum);
    let mut all = PerRate::<LimitCell>::default();
    all[Rate::TokensMinute] = cell(Some(1_000_000), Some(700_000), 350_000, allotted(1_300_000));
    all[Rate::RequestsMinute] = cell(None, None, 0, allotted(0));
    all[Rate::TokensDay] = cell(Some(90_000_000), Some(95_000_000), 9_000_000, allotted(0));
    let mut echo = PerRate::<LimitCell>::default();
    echo[Rate::TokensMinute] = cell(Some(500_000), None, 0, allotted(0));
    echo[Rate::RequestsMinute] = cell(Some(60), None, 3, allotted(0));
    vec![
        LimitRow {
            model: ModelScope::All,
            detail: "every model together".to_owned(),
            simulated: false,
            cells: all,
            refused_24h: 9_120,
        },
        LimitRow {
            model: "bailiwick/echo".parse().expect("valid"),
            detail: "chat · 128k context".to_owned(),
            simulated: true,
            cells: echo,
            refused_24h: 0,
        },
    ]
}

fn ports_of(standing: Standing, fake: Fake) -> Ports {
    let fake = Arc::new(fake);
    Ports {
        limits: Some(fake.clone()),
        budgets: Some(fake),
        ..Ports::at(place(standing))
    }
}

/// As the server answers this standing.
fn ports(standing: Standing) -> Ports {
    let sees_org = standing.may(crate::policy::Action::ViewOrg);
    let org = spend(BudgetScope::Org, "Acme Robotics", 990_000_000, Some(budget(900_000_000, true)));
    let fake = Fake {
        rows: rows(sees_org),
        org_budget: sees_org.then_some(org),
        ..Fake::default()
    };
    ports_of(standing, fake)
}

const PAGE: &str = "/acme-robotics/prod/limits";

#[tokio::test]
async fn both_levels_stand_side_by_side_with_live_use_and_peak() {
    let (html, status) = render(PAGE, ports(owner())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "All models",
            "1,000,000",
            "700,000",
            "inherits",
            "500,000",
            "9,120",
            "simulated",
            "Scale",
        ],
    );
    assert_has(
        &html,
        &["aria-valuenow=\"50\"", "350 k now · 50 % · peak 60 %, 24 h", "?t=tpm&amp;edit=%2A"],
    );
    assert_has(
        &html,
        &[
            &format!("id=\"live\" data-live=\"project/{}\" data-live-decay", ProjectId::from_bits(3)),
            "data-live-mark",
        ],
    );
}

#[tokio::test]
async fn every_way_of_counting_has_its_tab() {
    let (html, _) = render(&format!("{PAGE}?t=rpm"), ports(owner())).await;
    assert_has(&html, &["unlimited", "inherits", "60", "not counted, because nothing limits it"]);
    assert!(!html.contains(">0 now<"), "nothing was counted");
    assert!(!html.contains("700,000"));
    for rate in Rate::ALL {
        assert_has(&html, &[&format!("?t={}\"", rate.as_str()), rate.short()]);
    }
    let (day, _) = render(&format!("{PAGE}?t=tpd"), ports(owner())).await;
    assert_has(&day, &["95,000,000", "above the organization’s"]);
    assert_eq!(day.matches("90,000,000").count(), 2, "the effective limit is the lower one");
}

#[tokio::test]
async fn flex_has_a_table_of_its_own_that_cannot_be_edited() {
    let flexible = || Fake {
        rows: rows(true),
        flex: Some(1_500),
        ..Fake::default()
    };
    let (html, _) = render(&format!("{PAGE}?t=rpm"), ports_of(owner(), flexible())).await;
    assert_has(
        &html,
        &[
            "href=\"/acme-robotics/prod/limits?t=rpm&amp;lane=flex\"",
            "Flex has its own ceiling: 1.5 × every limit.",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?t=rpm&lane=flex&edit=*"), ports_of(owner(), flexible())).await;
    assert_has(
        &html,
        &[
            "filled by flex requests alone",
            "?t=tpd&amp;lane=flex\"",
            "href=\"/acme-robotics/prod/limits?t=usd\"",
        ],
    );
    assert!(!html.contains("<dialog") && !html.contains(">Edit<"));
    let (html, _) = render(PAGE, ports(owner())).await;
    assert!(!html.contains("Flex") && !html.contains("lane="), "the plan has no flex tier");
}

#[tokio::test]
async fn only_those_who_see_the_organization_learn_what_others_were_allotted() {
    let (html, _) = render(PAGE, ports(owner())).await;
    assert_has(
        &html,
        &[
            "Projects together are allotted 130 % of the organization’s limit — over-committed on 1 row",
            "130 % allotted",
        ],
    );
    let (html, _) = render(PAGE, ports(member())).await;
    assert!(!html.contains("allotted"));
}

#[tokio::test]
async fn a_member_sees_the_limits_and_cannot_edit_them() {
    for query in ["?edit=*", "?model=*&tokens_per_minute=5&preview=1"] {
        let (html, status) = render(&format!("{PAGE}{query}"), ports(member())).await;
        assert_eq!(status, 200);
        assert_has(
            &html,
            &[
                "700,000",
                "id=\"why-locked\"",
                "aria-describedby=\"why-locked\"",
                "Only an owner or admin of the organization can do this.",
            ],
        );
        assert!(!html.contains("<dialog") && !html.contains("edit=%2A"));
    }
}

#[tokio::test]
async fn a_plan_without_models_is_an_empty_state() {
    let (html, _) = render(PAGE, ports_of(owner(), Fake::default())).await;
    assert_has(&html, &["No model yet"]);
}

#[tokio::test]
async fn the_history_is_for_those_who_may_see_the_audit_log() {
    let admin = Standing {
        project: Some(ProjectRole::Admin),
        ..member()
    };
    let (html, _) = render(&format!("{PAGE}?t=usd&history=1"), ports(admin)).await;
    assert_has(
        &html,
        &[
            "History of limits and budgets",
            "Noor Haddad",
            "All models",
            "tokens per minute: <del>700,000</del> → <ins>600,000</ins>",
            "requests per day: <del>none</del> → <ins>5,000</ins>",
            "1–50 of 60 changes",
            "?t=usd&amp;history=2",
        ],
    );
    let (html, status) = render(&format!("{PAGE}?history=1"), ports(member())).await;
    assert_eq!(status, 200);
    assert!(!html.contains("<dialog") && !html.contains("history=1"));
}
