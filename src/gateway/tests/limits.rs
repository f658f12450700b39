//! Step 9: two levels, headers, refusals.

use super::*;

/// 5,000 tokens in, 5,000 out, and an estimate of exactly that.
fn ten_thousand() -> Value {
    let words = "abc ".repeat(5_000);
    echo_with(words.trim_end(), &json!({ "max_tokens": 5_000 }))
}

/// Admitted requests of 10,000 tokens until the first refusal, and that refusal.
async fn fill(world: &World, secret: &ApiKeySecret) -> (u32, Answered) {
    let body = ten_thousand();
    for admitted in 0..=100 {
        let answer = world.chat_as(secret, &body).await;
        if answer.status != StatusCode::OK {
            return (admitted, answer);
        }
    }
    panic!("the org's limit does not hold");
}

/// The example: org 1,000,000 a minute, `prod` 700,000, `test` 600,000, `dev` empty.
async fn example() -> (World, [ApiKeySecret; 3]) {
    let world = World::with(with_quota(Metric::Tokens, 1_000_000), Timeouts::default()).await;
    let (test, dev) = (world.seed.project("test").await, world.seed.project("dev").await);
    world.seed.limit("project", world.project.as_str(), "*", "tokens", 700_000).await;
    world.seed.limit("project", test.as_str(), "*", "tokens", 600_000).await;
    let secrets = [world.secret.clone(), world.seed.key(&test).await.0, world.seed.key(&dev).await.0];
    (world, secrets)
}

#[tokio::test]
async fn each_project_alone_reaches_its_own_limit() {
    for (index, expected, level) in [(0, 70, "level: project"), (1, 60, "level: project"), (2, 100, "level: org")] {
        let (world, secrets) = example().await;
        let (admitted, refusal) = fill(&world, &secrets[index]).await;
        assert_eq!(admitted, expected);
        assert!(refusal.text().contains(level), "{}", refusal.text());
    }
}

#[tokio::test]
async fn together_they_never_pass_the_orgs_bucket() {
    let (world, secrets) = example().await;
    let mut sum = 0;
    for (secret, expected) in secrets.iter().zip([70, 30, 0]) {
        let (admitted, refusal) = fill(&world, secret).await;
        assert_eq!(admitted, expected);
        assert_eq!(refusal.refusal(), (429, "rate_limit_exceeded".to_owned()));
        sum += admitted;
    }
    assert_eq!((sum, world.org_tokens()), (100, 1_000_000));
    let levels: Vec<_> = world.rows().await.into_iter().filter_map(|row| row.refused_level).collect();
    assert_eq!(levels, ["project", "org", "org"]);
}

#[tokio::test]
async fn a_refusal_says_everything() {
    let (world, secrets) = example().await;
    let (_, refusal) = fill(&world, &secrets[0]).await;
    let error = &refusal.json()["error"];
    assert_eq!(error["type"], "tokens");
    let message = error["message"].as_str().expect("a message");
    for part in [
        "project “prod”",
        "level: project",
        "model: bailiwick/echo",
        "limit 700,000 tokens per minute",
        "used 700,000",
        "asked 10,000",
        "Try again in 858ms",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    // 10,000 units at 700,000 a minute are 857.1 ms.
    assert_eq!(refusal.header("retry-after"), Some("1"));
    assert_eq!(refusal.header("x-ratelimit-remaining-project-tokens"), Some("0"));
    assert_eq!(refusal.header("x-ratelimit-reset-project-tokens"), Some("1m0s"));
    assert_eq!(refusal.header("x-ratelimit-remaining-tokens"), Some("300000"));
    assert_eq!(
        refusal.header("ratelimit-policy"),
        Some("\"org\";q=1000000;w=60;qu=\"tokens\", \"project\";q=700000;w=60;qu=\"tokens\"")
    );
    assert_eq!(refusal.header("ratelimit"), Some("\"org\";r=300000;t=42, \"project\";r=0;t=60"));

    world.seed.clock.advance(857);
    assert_eq!(world.chat(&ten_thousand()).await.status, StatusCode::TOO_MANY_REQUESTS);
    world.seed.clock.advance(1);
    assert_eq!(world.chat(&ten_thousand()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_success_reports_both_levels_and_inherits_the_orgs() {
    let (world, secrets) = example().await;
    let own = world.chat_as(&secrets[0], &ten_thousand()).await;
    assert_eq!(own.header("x-ratelimit-limit-tokens"), Some("1000000"));
    assert_eq!(own.header("x-ratelimit-remaining-tokens"), Some("990000"));
    assert_eq!(own.header("x-ratelimit-reset-tokens"), Some("600ms"));
    assert_eq!(own.header("x-ratelimit-limit-project-tokens"), Some("700000"));
    assert_eq!(own.header("x-ratelimit-limit-requests"), None, "no such limit");
    let inherited = world.chat_as(&secrets[2], &ten_thousand()).await;
    assert_eq!(inherited.header("x-ratelimit-limit-project-tokens"), Some("1000000"));
    assert_eq!(inherited.header("x-ratelimit-remaining-project-tokens"), Some("980000"));
}

#[tokio::test]
async fn a_request_that_can_never_fit_has_no_retry_after() {
    let (world, _) = example().await;
    world.seed.limit("project", world.project.as_str(), "*", "tokens", 100).await;
    let answer = world.chat(&echo("hi")).await;
    assert_eq!(answer.refusal(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(answer.header("retry-after"), None);
    assert!(answer.text().contains("can never be admitted"));
    assert_eq!(world.org_tokens(), 0, "a refusal debits nothing");
}

#[tokio::test]
async fn the_limits_of_keys_and_of_requests_hold_too() {
    let world = World::with(with_quota(Metric::Requests, 10), Timeouts::default()).await;
    world.seed.limit("key", world.key.as_str(), "bailiwick/echo", "requests", 2).await;
    for left in ["9", "8"] {
        assert_eq!(world.chat(&echo("hi")).await.header("x-ratelimit-remaining-requests"), Some(left));
    }
    let refusal = world.chat(&echo("hi")).await;
    assert_eq!(refusal.json()["error"]["type"], "requests");
    assert!(refusal.text().contains("the model `bailiwick/echo`"), "{}", refusal.text());
    assert_eq!(refusal.header("retry-after"), Some("30"));
    assert!(refusal.header("ratelimit").expect("a header").contains("\"key\";r=0;t=60"));
    assert_eq!(world.rows().await[2].refused_level.as_deref(), Some("key"));
    let (other, _) = world.seed.key(&world.project).await;
    assert_eq!(world.chat_as(&other, &echo("hi")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_project_limit_above_the_orgs_counts_as_the_orgs() {
    let world = World::with(with_quota(Metric::Requests, 3), Timeouts::default()).await;
    world.seed.limit("project", world.project.as_str(), "*", "requests", 50).await;
    let answer = world.chat(&echo("hi")).await;
    assert_eq!(answer.header("x-ratelimit-limit-project-requests"), Some("3"));
}
