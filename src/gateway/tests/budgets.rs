//! Budgets, the flex lane, and limits that are new, through HTTP.

use super::*;
use crate::enforcement::BucketKey;
use app::model::{limit::Level, receipt::Lane};

impl World {
    async fn budget(&self, level: &str, scope: &str, micros: i64, hard_stop: bool) {
        let org = &self.seed.org;
        self.seed
            .sql(&format!(
                "INSERT INTO budgets (scope_id, level, org_id, amount_micros, warn_percents, hard_stop, updated_at)
                 VALUES ('{scope}', '{level}', '{org}', {micros}, '[80]', {hard_stop}, 0)"
            ))
            .await;
    }

    /// What the journal has as the cost of everything so far.
    async fn cost(&self) -> i64 {
        let sum = "SELECT CAST(coalesce(sum(cost_micros), 0) AS BIGINT) FROM requests";
        fetch_all!(&mut self.db.db.read().await.expect("read"), (i64,), sum).expect("a sum")[0].0
    }

    fn flex_tokens(&self) -> u64 {
        let key = BucketKey {
            level: Level::Org,
            scope: self.seed.org.to_string(),
            lane: Lane::Flex,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
        };
        self.engine.used(&self.seed.org, &key, 2_000, self.seed.ambient.now())
    }
}

/// 4 tokens in, at most 100 out: 61 micro-units at most of the built-in model.
fn small() -> Value {
    echo_with("sixteen letters.", &json!({ "max_tokens": 100 }))
}

#[tokio::test]
async fn a_budget_stops_hard_names_its_level_and_renews_with_the_month() {
    let world = World::new().await;
    world.budget("project", world.project.as_str(), 70, true).await;
    assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    let spent = world.cost().await;
    assert!(spent > 0 && spent < 70);
    let refusal = loop {
        let answer = world.chat(&small()).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(refusal.refusal(), (429, "spend_limit_exceeded".to_owned()));
    let error = &refusal.json()["error"];
    assert_eq!(error["type"], "insufficient_quota");
    let message = error["message"].as_str().expect("a message");
    for part in [
        "project “prod”",
        "level: project",
        "budget $0.00007",
        "It renews on 1 Feb 2027, 00:00:00 UTC",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(world.cost().await <= 70, "the estimate is reserved, so the budget is never passed");
    let wait: i64 = refusal.header("retry-after").expect("a header").parse().expect("seconds");
    world.seed.clock.advance(wait * 1_000);
    assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    let rows = world.rows().await;
    assert_eq!(rows[rows.len() - 2].refused_level.as_deref(), Some("project"));
}

#[tokio::test]
async fn a_budget_that_is_new_counts_what_the_month_has_cost() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    }
    let spent = world.cost().await;
    world.budget("org", world.seed.org.as_str(), spent + 60, true).await;
    assert_eq!(world.chat(&small()).await.refusal(), (429, "spend_limit_exceeded".to_owned()));
    let org = &world.seed.org;
    assert_eq!(
        world
            .engine
            .spend(org, org.as_str(), world.seed.ambient.now())
            .map(|(spent, _)| spent.0),
        Some(spent)
    );
}

#[tokio::test]
async fn a_budget_that_only_warns_refuses_nothing() {
    let world = World::new().await;
    world.budget("key", world.key.as_str(), 1, false).await;
    assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_limit_that_is_new_counts_the_running_window() {
    let world = World::with(with_quota(Metric::Requests, 1_000), Timeouts::default()).await;
    for _ in 0..5 {
        assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    }
    world.seed.limit("key", world.key.as_str(), "*", "requests", 6).await;
    assert_eq!(world.chat(&small()).await.status, StatusCode::OK);
    let refusal = world.chat(&small()).await;
    assert!(refusal.text().contains("limit 6 requests per minute"), "{}", refusal.text());
}

#[tokio::test]
async fn flex_has_a_ceiling_of_its_own_and_leaves_the_others_alone() {
    let mut catalog = with_quota(Metric::Tokens, 1_000);
    catalog.plans.get_mut("standard").expect("built in").flex_permille = 2_000;
    let world = World::with(catalog, Timeouts::default()).await;
    let body = |tier: &str| echo_with("sixteen letters.", &json!({ "max_tokens": 400, "service_tier": tier }));
    let first = world.chat(&body("flex")).await;
    assert_eq!(first.header("x-ratelimit-limit-tokens"), Some("2000"));
    assert_eq!(world.org_tokens(), 0, "the standard lane is untouched");
    assert!(world.flex_tokens() > 0);
    let too_large = echo_with("hi", &json!({ "max_tokens": 2_000, "service_tier": "flex" }));
    let refusal = world.chat(&too_large).await;
    assert!(refusal.text().contains("per minute of the flex tier"), "{}", refusal.text());
    assert_eq!(world.chat(&body("default")).await.status, StatusCode::OK);
    assert_eq!(world.chat(&body("priority")).await.status, StatusCode::OK);
    assert!(world.org_tokens() > 0);
}
