use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::{
    model::{
        AppError, Money, Timestamp,
        time::DAY,
        usage::{DayOfModel, Range, Scope, Totals, UsageReport},
    },
    port::Usage,
    testing::{Ports, all_projects, assert_has, owner, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

/// Answers with the days, and remembers what it was asked.
struct Fake {
    days: Vec<DayOfModel>,
    asked: Mutex<Vec<(Scope, Range)>>,
}

#[async_trait]
impl Usage for Fake {
    async fn report(&self, scope: Scope, range: Range) -> Result<UsageReport, AppError> {
        self.asked.lock().unwrap().push((scope, range));
        Ok(UsageReport {
            from: range.start(NOW),
            now: NOW,
            totals: Totals {
                requests: 4_820_000,
                tokens_in: 1_900_000_000,
                tokens_cached: 0,
                tokens_out: 412_000_000,
                cost: Money(8_412_600_000),
                errors: 19_762,
                refused_org: 12,
                refused_project: 9_322,
            },
            days: self.days.clone(),
            simulated: vec!["bailiwick/echo".parse().unwrap()],
        })
    }
}

fn fake(days: Vec<DayOfModel>) -> Arc<Fake> {
    Arc::new(Fake {
        days,
        asked: Mutex::default(),
    })
}

fn two_days() -> Vec<DayOfModel> {
    let day = |ago: i64, cost: i64| DayOfModel {
        day: NOW.day_start().plus(-ago * DAY),
        model: "bailiwick/echo".parse().unwrap(),
        requests: 40,
        tokens: 12_000,
        cost: Money(cost),
    };
    vec![day(1, 242_100_000), day(0, 61_000_000)]
}

const PAGE: &str = "/acme-robotics/prod/usage";

#[tokio::test]
async fn totals_and_chart_are_drawn_on_the_server() {
    let ports = Ports {
        usage: Some(fake(two_days())),
        ..Ports::at(place(owner()))
    };
    let (html, status) = render(&format!("{PAGE}?range=7d"), ports).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "$8,412.60",
            "4.82 M",
            "1.90 B / 412 M",
            "0.41 %",
            "9,334",
            "organization 12 · project 9,322",
        ],
    );
    assert_has(
        &html,
        &[
            "Nov 19: $242.10. bailiwick/echo $242.10",
            "Nov 20: $61.00, not over.",
            "url(#hatch)",
            "simulated",
        ],
    );
    assert_eq!(html.matches("class=\"col\"").count(), 7);
    assert_eq!(
        html.matches("tabindex=\"-1\" role=\"img\"").count(),
        0,
        "without script every column is reached with Tab"
    );
    assert!(!html.contains("style="), "the policy for styles allows none inline");
}

#[tokio::test]
async fn the_address_chooses_measure_and_table() {
    let ports = Ports {
        usage: Some(fake(two_days())),
        ..Ports::at(place(owner()))
    };
    let (html, _) = render(&format!("{PAGE}?range=7d&metric=tokens&table=1"), ports).await;
    assert_has(&html, &["Tokens per day by model", "12,000", "not over", "View as chart"]);
    assert!(!html.contains("class=\"col\""));
}

#[tokio::test]
async fn the_scope_follows_the_place_and_nonsense_is_the_default_range() {
    let port = fake(two_days());
    let at = |place| Ports {
        usage: Some(port.clone()),
        ..Ports::at(place)
    };
    let project = place(owner());
    render(&format!("{PAGE}?range=forever"), at(project.clone())).await;
    let (_, status) = render("/acme-robotics/~/usage?range=mtd", at(all_projects())).await;
    assert_eq!(status, 200);
    let asked = port.asked.lock().unwrap().clone();
    let id = project.project.unwrap().id;
    assert_eq!(
        asked,
        [
            (Scope::Project(id), Range::Days30),
            (Scope::Org(project.org.id), Range::MonthToDate)
        ]
    );
}

#[tokio::test]
async fn without_requests_there_is_a_next_step() {
    let ports = Ports {
        usage: Some(fake(Vec::new())),
        ..Ports::at(place(owner()))
    };
    let (html, _) = render(PAGE, ports).await;
    assert_has(&html, &["No request in this range", "href=\"/acme-robotics/prod/keys\""]);
    assert!(!html.contains("class=\"col\""));
}
