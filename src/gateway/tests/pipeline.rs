//! Every row of the pipeline's table, and what a good request gets.

use super::*;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_good_request_is_answered_and_recorded() {
    let world = World::new().await;
    let answer = world.chat(&echo("Hello, world!")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert_eq!(body["choices"][0]["message"]["content"], "Hello, world!");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(
        body["usage"],
        json!({ "prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8 })
    );
    assert_eq!(body["system_fingerprint"], "bailiwick-loopback");
    assert_eq!(body["service_tier"], "default");
    assert_eq!(
        world.rows().await,
        [Row {
            status: 200,
            error_code: None,
            refused_level: None,
            estimated: false,
            tokens_in: 4,
            tokens_out: 4,
            reserved: 4 + 256,
            settled: 8,
        }]
    );
    assert_eq!(world.org_tokens(), 8, "the estimate is settled");
}

#[tokio::test]
async fn steps_1_and_2_the_key() {
    let world = World::new().await;
    let unknown = ApiKeySecret::generate(app::model::project::Environment::Production, &*world.seed.ambient.entropy);
    let mut bodies = Vec::new();
    for secret in ["", "nonsense", "bw_p_short", unknown.reveal()] {
        let answer = world.send(World::request(Method::POST, CHAT, secret, echo("hi").to_string())).await;
        assert_eq!(answer.refusal(), refused(401, "invalid_api_key"), "{secret}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        bodies.push(answer.bytes);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "unknown looks like malformed");

    let mut twice = World::request(Method::GET, "/v1/models", world.secret.reveal(), "");
    let value = twice.headers()[header::AUTHORIZATION].clone();
    twice.headers_mut().append(header::AUTHORIZATION, value);
    assert_eq!(world.send(twice).await.refusal(), refused(401, "invalid_api_key"));

    let mut elsewhere = World::request(Method::GET, &format!("/v1/models?api_key={}", world.secret.reveal()), "", "");
    let value = world.secret.reveal().parse().expect("a header");
    elsewhere.headers_mut().remove(header::AUTHORIZATION);
    elsewhere.headers_mut().insert("x-api-key", value);
    assert_eq!(world.send(elsewhere).await.refusal(), refused(401, "invalid_api_key"));
}

#[tokio::test]
async fn steps_2_to_5_the_state_of_key_and_project_act_on_the_next_request() {
    let world = World::new().await;
    let now = world.seed.ambient.now().0;
    for (set, back, expected) in [
        (
            "api_keys SET state = 'disabled'",
            "api_keys SET state = 'active'",
            refused(401, "key_disabled"),
        ),
        (
            "api_keys SET state = 'revoked'",
            "api_keys SET state = 'active'",
            refused(401, "key_revoked"),
        ),
        (
            &format!("api_keys SET expires_at = {now}"),
            &format!("api_keys SET expires_at = {}", now + 1),
            refused(401, "key_expired"),
        ),
        (
            "projects SET archived_at = 1",
            "projects SET archived_at = NULL",
            refused(401, "project_archived"),
        ),
        (
            "api_keys SET networks = '[\"10.0.0.0/8\"]'",
            "api_keys SET networks = '[\"192.0.2.0/24\"]'",
            refused(403, "address_not_allowed"),
        ),
        (
            "api_keys SET permissions = '[\"read-only\"]'",
            "api_keys SET permissions = '[\"inference\"]'",
            refused(403, "permission_denied"),
        ),
    ] {
        world.seed.sql(&format!("UPDATE {set}")).await;
        assert_eq!(world.chat(&echo("hi")).await.refusal(), expected);
        world.seed.sql(&format!("UPDATE {back}")).await;
        assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK, "{back}");
    }
    assert_eq!(world.rows().await.len(), 6, "only what passed is recorded");
}

#[tokio::test]
async fn step_6_the_body() {
    let world = World::new().await;
    let large = "x".repeat(10 * 1024 * 1024 + 1);
    let answer = world.send(World::request(Method::POST, CHAT, world.secret.reveal(), large)).await;
    assert_eq!(answer.refusal(), refused(413, "request_too_large"));
    for (body, param) in [
        (json!({ "messages": [{ "role": "user", "content": "hi" }] }), "model"),
        (json!({ "model": "bailiwick/echo" }), "messages"),
        (echo_with("hi", &json!({ "max_tokens": -5 })), "max_tokens"),
        (
            echo_with("hi", &json!({ "max_completion_tokens": 128_001 })),
            "max_completion_tokens",
        ),
        (echo_with("hi", &json!({ "n": 1_000_000 })), "n"),
    ] {
        let answer = world.chat(&body).await;
        assert_eq!(answer.refusal(), refused(400, "invalid_request"), "{body}");
        assert_eq!(answer.json()["error"]["param"], param);
    }
    assert_eq!(world.rows().await, [], "nothing was admitted");
}

#[tokio::test]
async fn step_7_a_model_that_is_not_for_the_key_looks_like_one_that_does_not_exist() {
    let world = World::new().await;
    let mut ask = echo("hi");
    ask["model"] = "no/such".into();
    let missing = world.chat(&ask).await;
    assert_eq!(missing.refusal(), refused(404, "model_not_found"));
    for (table, back) in [
        (
            "DELETE FROM project_models WHERE model = 'bailiwick/echo'",
            "INSERT INTO project_models SELECT id, 'bailiwick/echo' FROM projects",
        ),
        (
            "UPDATE api_keys SET models = '[\"bailiwick/echo-large\"]'",
            "UPDATE api_keys SET models = NULL",
        ),
    ] {
        world.seed.sql(table).await;
        let hidden = world.chat(&echo("hi")).await;
        assert_eq!(hidden.text().replace("bailiwick/echo", "no/such"), missing.text());
        assert_eq!(world.get("/v1/models/bailiwick/echo").await.status, StatusCode::NOT_FOUND);
        let models = world.get("/v1/models").await.json();
        let listed = models["data"].as_array().expect("a list").iter();
        assert!(listed.map(|model| &model["id"]).all(|id| id != "bailiwick/echo"), "{models}");
        world.seed.sql(back).await;
    }
    assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);

    let mut smaller = catalog();
    smaller.plans.get_mut("standard").expect("built in").models.remove(0);
    let world = World::with(smaller, Timeouts::default()).await;
    assert_eq!(world.chat(&echo("hi")).await.refusal(), refused(404, "model_not_found"));
}

#[tokio::test]
async fn step_8_the_service_tier() {
    let world = World::with(no_priority(), Timeouts::default()).await;
    let answer = world.chat(&echo_with("hi", &json!({ "service_tier": "priority" }))).await;
    assert_eq!(answer.refusal(), refused(400, "invalid_service_tier"));
    assert!(answer.text().contains("auto, flex, default"), "{}", answer.text());
    assert_eq!(answer.json()["error"]["param"], "service_tier");

    let auto = world.chat(&echo_with("hi", &json!({ "service_tier": "auto" }))).await.json();
    assert_eq!(
        (&auto["service_tier"], &auto["service_tier_used"]),
        (&json!("default"), &json!("default"))
    );

    world.seed.sql("UPDATE projects SET default_tier = 'flex'").await;
    let left_out = world.chat(&echo("hi")).await.json();
    assert_eq!(
        (&left_out["service_tier"], &left_out["service_tier_used"]),
        (&json!("flex"), &Value::Null)
    );
}

#[tokio::test]
async fn models_and_whoami_show_what_the_key_may_see() {
    let world = World::new().await;
    let list = world.get("/v1/models").await.json();
    let ids: Vec<_> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|model| model["id"].clone())
        .collect();
    assert_eq!(ids, ["bailiwick/echo", "bailiwick/echo-large", "bailiwick/embed"]);
    for path in ["/v1/models/bailiwick/echo", "/v1/models/bailiwick%2Fecho"] {
        assert_eq!(world.get(path).await.json()["id"], "bailiwick/echo", "{path}");
    }
    assert_eq!(world.get("/v1/models/%FF").await.refusal(), refused(404, "model_not_found"));
    let me = world.get("/v1/whoami").await.json();
    assert_eq!(me["id"], world.key.as_str());
    assert_eq!(me["project"]["id"], world.project.as_str());
    assert_eq!(me["organization"]["slug"], "acme-robotics");
    assert_eq!(me["permissions"], json!(["inference", "read-only"]));
    assert_eq!(me["prefix"], world.secret.prefix());
    assert!(!me.to_string().contains(world.secret.reveal()), "{me}");
    assert_eq!(
        (&me["service_tiers"], &me["default_service_tier"]),
        (&json!(["flex", "default", "priority"]), &json!("default"))
    );
}

#[tokio::test]
async fn whoami_shows_the_limits_of_every_level_and_the_lowest() {
    let world = World::with(with_quota(Metric::Tokens, 1_000), Timeouts::default()).await;
    world.seed.limit("project", world.project.as_str(), "*", "tokens", 700).await;
    world.seed.limit("key", world.key.as_str(), "*", "tokens", 900).await;
    world
        .seed
        .limit("project", world.project.as_str(), "bailiwick/echo", "requests", 5)
        .await;
    world
        .seed
        .limit("project", world.project.as_str(), "bailiwick/echo-large", "requests", 5)
        .await;
    world.seed.sql("UPDATE api_keys SET models = '[\"bailiwick/echo\"]'").await;
    let minute = |model: &str, metric: &str, levels: [Option<u64>; 3], effective: u64| {
        let [org, project, key] = levels;
        json!({
            "model": model, "metric": metric, "window": "minute",
            "organization": org, "project": project, "key": key, "effective": effective,
        })
    };
    assert_eq!(
        world.get("/v1/whoami").await.json()["limits"],
        json!([
            minute("*", "tokens", [Some(1_000), Some(700), Some(900)], 700),
            minute("bailiwick/echo", "requests", [None, Some(5), None], 5),
        ])
    );
}

#[tokio::test]
async fn what_is_not_there_answers_in_the_same_shape() {
    let world = World::new().await;
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/models/", "/v1/whoami/", "/v1/chat//completions"] {
        assert_eq!(world.get(path).await.refusal(), refused(404, "unknown_url"), "{path}");
    }
    for (method, path, allowed) in [
        (Method::GET, CHAT, "POST"),
        (Method::OPTIONS, EMBEDDINGS, "POST"),
        (Method::HEAD, CHAT, "POST"),
        (Method::POST, "/v1/models", "GET,HEAD"),
        (Method::DELETE, "/v1/models/bailiwick/echo", "GET,HEAD"),
        (Method::OPTIONS, "/v1/whoami", "GET,HEAD"),
    ] {
        let is_head = method == Method::HEAD;
        let answer = world.send(World::request(method, path, world.secret.reveal(), "")).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some(allowed)), "{path}");
        if !is_head {
            assert_eq!(answer.refusal(), refused(405, "method_not_supported"), "{path}");
        }
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let world = World::new().await;
    for path in ["/v1/models", "/v1/models/bailiwick/echo", "/v1/whoami", "/v1/models/none"] {
        let get = world.get(path).await;
        let head = world.send(World::request(Method::HEAD, path, world.secret.reveal(), "")).await;
        let length = get.bytes.len().to_string();
        assert_eq!(
            (head.status, head.bytes.len(), head.header("content-length")),
            (get.status, 0, Some(length.as_str())),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_simulator_honours_its_bounds() {
    let world = World::new().await;
    let short = world
        .chat(&echo_with("one two three", &json!({ "max_tokens": 2, "n": 2 })))
        .await
        .json();
    assert_eq!(short["choices"][1]["message"]["content"], "one two");
    assert_eq!(short["choices"][1]["finish_reason"], "length");
    assert_eq!(short["usage"]["completion_tokens"], 4);
    let mut large = echo("ping");
    large["model"] = "bailiwick/echo-large".into();
    assert_eq!(world.chat(&large).await.json()["usage"]["completion_tokens"], 256);
}

#[tokio::test]
async fn the_clients_own_request_id_is_kept_beside_ours_when_it_is_harmless() {
    let world = World::new().await;
    for id in ["trace-1", &"x".repeat(129), "two words"] {
        let mut request = World::request(Method::POST, CHAT, world.secret.reveal(), echo("hi").to_string());
        request.headers_mut().insert("x-client-request-id", id.parse().expect("a header"));
        assert_eq!(world.send(request).await.status, StatusCode::OK);
    }
    let mut reader = world.db.db.read().await.expect("read");
    let ids = fetch_all!(
        &mut reader,
        (Option<String>,),
        "SELECT client_request_id FROM requests ORDER BY rowid"
    )
    .expect("ids");
    assert_eq!(ids, [(Some("trace-1".to_owned()),), (None,), (None,)]);
}
