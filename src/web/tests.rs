//! What every answer carries, and what is refused before a handler sees it.

use axum::body::Body;
use http::{Method, StatusCode};
use leptos::server_fn::axum::server_fn_paths;

use super::{
    routes::{Access, ROUTES},
    testing::{LOCAL, PROXY, SAME_ORIGIN, STRANGER, Server, server},
};
use crate::testing::log::Log;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::local().await;
    for path in [
        "/",
        "/gone",
        "/healthz",
        "/metrics",
        "/v1/models",
        "/v1/panic",
        "/api/gone",
        "/favicon.ico",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(
            answer.header("content-security-policy").starts_with("default-src 'none'; "),
            "{path}"
        );
        assert!(
            answer.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        let kept = path == "/favicon.ico";
        assert_eq!(answer.header("cache-control") == "no-store", !kept, "{path}");
    }
}

#[tokio::test]
async fn a_server_behind_https_says_so() {
    let server = server("https://bailiwick.example").await;
    assert!(
        server
            .get("/healthz")
            .await
            .header("strict-transport-security")
            .starts_with("max-age=63072000")
    );
    let answer = server.post("/prefs/theme", &[SAME_ORIGIN], "theme=dark").await;
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.header("set-cookie"));
}

#[tokio::test]
async fn a_page_allows_only_scripts_with_its_own_nonce() {
    let server = Server::local().await;
    let (first, second) = (server.get("/gone").await, server.get("/gone").await);
    assert_ne!(first.nonce(), second.nonce());
    assert!(first.nonce().len() >= 22, "128 bits");
    let policy = first.header("content-security-policy");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    let scripts: Vec<&str> = first.body.split("<script").skip(1).collect();
    assert!(!scripts.is_empty(), "Leptos writes inline scripts");
    for script in scripts {
        let tag = script.split('>').next().expect("a tag");
        assert!(tag.contains(&format!("nonce=\"{}\"", first.nonce())), "{tag}");
    }
    assert!(!first.body.contains(" style=") && !first.body.contains(" onclick="));
}

#[tokio::test]
async fn an_unknown_address_is_the_applications_404() {
    let server = Server::local().await;
    let page = server.get("/a/b/c/d").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("<h1"), "{}", page.body);
    let post = server.post("/a/b/c/d", &[SAME_ORIGIN], "").await;
    assert_eq!(
        (post.status, post.body.as_str()),
        (StatusCode::NOT_FOUND, r#"{"kind":"not_found"}"#)
    );
    let api = server.send(LOCAL, Method::GET, "/api/gone", &[], Body::empty()).await;
    assert_eq!((api.status, api.body.as_str()), (StatusCode::NOT_FOUND, r#"{"kind":"not_found"}"#));
}

#[tokio::test]
async fn request_ids_are_the_servers_own() {
    let server = Server::local().await;
    let forged = "req_01jd2m7z000000000000000000";
    let answer = server
        .send(LOCAL, Method::GET, "/v1/whoami", &[("x-request-id", forged)], Body::empty())
        .await;
    let id = answer.header("x-request-id");
    assert!(id.starts_with("req_") && id.len() == 30 && id != forged, "{id}");
    assert!(answer.body.ends_with(id), "the handler sees the same id");
    assert_ne!(server.get("/healthz").await.header("x-request-id"), id);
}

#[tokio::test]
async fn pages_and_server_functions_are_provided_for_alike() {
    let server = Server::local().await;
    let (path, _) = server_fn_paths().next().expect("the registry is linked");
    for answer in [server.get("/gone").await, server.post(path, &[SAME_ORIGIN], "").await] {
        let expected = format!("http://127.0.0.1:3000 {}", answer.header("x-request-id"));
        assert_eq!(answer.header("x-provided"), expected);
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_names_the_client() {
    let server = Server::local().await;
    for (peer, client) in [(PROXY, "198.51.100.7 "), (STRANGER, "192.0.2.9 ")] {
        let forwarded = [("x-forwarded-for", "127.0.0.1, 198.51.100.7")];
        let answer = server.send(peer, Method::GET, "/v1/whoami", &forwarded, Body::empty()).await;
        assert!(answer.body.starts_with(client), "{}", answer.body);
    }
}

#[tokio::test]
async fn metrics_are_for_loopback_and_the_allowed_alone() {
    let server = Server::local().await;
    let ask = async |peer: &str, forwarded: Option<&str>| {
        let headers: Vec<_> = forwarded.map(|value| ("x-forwarded-for", value)).into_iter().collect();
        server.send(peer, Method::GET, "/metrics", &headers, Body::empty()).await.status
    };
    assert_eq!(ask(LOCAL, None).await, StatusCode::OK);
    assert_eq!(ask(STRANGER, None).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(STRANGER, Some("127.0.0.1")).await, StatusCode::NOT_FOUND);
    assert_eq!(
        ask(LOCAL, Some("203.0.113.5")).await,
        StatusCode::NOT_FOUND,
        "a proxy that nobody trusts"
    );
    assert_eq!(ask(PROXY, Some("203.0.113.5")).await, StatusCode::OK);
    assert_eq!(ask(PROXY, Some("198.51.100.7")).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn metrics_count_requests_by_class_and_status() {
    let server = Server::local().await;
    server.get("/v1/models").await;
    server.get("/v1/models").await;
    server.get("/a/b/c/d").await;
    let text = server.get("/metrics").await.body;
    assert!(
        text.contains(r#"bailiwick_http_requests_total{class="Gateway",status="2xx"} 2"#),
        "{text}"
    );
    assert!(
        text.contains(r#"bailiwick_http_requests_total{class="Unmatched",status="4xx"} 1"#),
        "{text}"
    );
    assert!(text.contains(r#"bailiwick_http_seconds_count{class="Gateway"} 2"#), "{text}");
    assert!(text.contains("bailiwick_http_in_flight 1"), "this request alone: {text}");
}

#[tokio::test]
async fn a_change_must_come_from_our_own_page() {
    let server = Server::local().await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
    ] {
        for path in ["/prefs/theme", "/acme/prod/keys", "/api/gone", "/gone"] {
            let answer = server.post(path, headers, "theme=dark").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(answer.body.contains(r#""kind":"forbidden""#), "{}", answer.body);
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
    assert!(server.posted.lock().expect("whole").is_empty());
    let own = server
        .post("/prefs/theme", &[("origin", "http://127.0.0.1:3000")], "theme=dark")
        .await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    let gateway = server.post("/v1/chat/completions", &[], "{}").await;
    assert_eq!(gateway.status, StatusCode::OK, "programs prove themselves by key");
}

#[tokio::test]
async fn a_browser_is_refused_with_a_page() {
    let server = Server::local().await;
    let headers = [("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    let answer = server.post("/prefs/theme", &headers, "theme=dark").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("<h1>Forbidden</h1>"), "{}", answer.body);
}

#[tokio::test]
async fn a_form_has_a_bounded_size() {
    let server = Server::local().await;
    let whole = server.post("/acme/prod/keys", &[SAME_ORIGIN], "a".repeat(64 * 1024)).await;
    assert_eq!(whole.header("x-before-render"), "ran", "it reached the handler");
    let chunks = futures::stream::iter((0..65).map(|_| Ok::<_, std::io::Error>("a".repeat(1024))));
    let chunked = server.post("/acme/prod/keys", &[SAME_ORIGIN], Body::from_stream(chunks)).await;
    assert_eq!(chunked.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.posted.lock().expect("whole").len(), 1);
}

#[tokio::test]
async fn a_new_key_is_answered_with_the_page_itself() {
    let server = Server::local().await;
    let answer = server
        .post("/acme/prod/keys", &[SAME_ORIGIN, ("accept", "text/html")], "name=ci")
        .await;
    assert_eq!(answer.header("x-before-render"), "ran", "inside the Leptos context");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.body.starts_with("<!DOCTYPE html>"));
    assert_eq!(*server.posted.lock().expect("whole"), ["/acme/prod/keys name=ci"]);
}

#[tokio::test]
async fn the_theme_is_kept_and_rendered_and_leads_back() {
    let server = Server::local().await;
    for (referer, back) in [
        ("http://127.0.0.1:3000/acme/prod/keys?q=a", "/acme/prod/keys?q=a"),
        ("http://evil.example/acme", "/"),
    ] {
        let answer = server
            .post("/prefs/theme", &[SAME_ORIGIN, ("referer", referer)], "theme=dark")
            .await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, back));
        assert_eq!(
            answer.header("set-cookie"),
            "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
        );
    }
    let odd = server.post("/prefs/theme", &[SAME_ORIGIN], "theme=%0d%0aset-cookie:%20a=b").await;
    assert!(odd.header("set-cookie").starts_with("theme=system;"));
    let cookie = [("cookie", "other=1; theme=dark")];
    let page = server.send(LOCAL, Method::GET, "/gone", &cookie, Body::empty()).await;
    assert!(page.body.contains(r#"data-theme="dark""#), "{}", page.body);
}

#[tokio::test]
async fn server_functions_answer_only_posts_of_our_pages() {
    let server = Server::local().await;
    let paths: Vec<_> = server_fn_paths().collect();
    assert!(!paths.is_empty(), "the registry is linked");
    for (path, method) in paths {
        assert_eq!(method, Method::POST, "{path} must not change anything by a link");
        assert_eq!(server.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(server.post(path, &[], "").await.status, StatusCode::FORBIDDEN, "{path}");
        let answer = server.post(path, &[SAME_ORIGIN], "").await;
        assert!(
            answer.body.contains(r#""kind":"#) && answer.status.as_u16() >= 400,
            "{path}: without ports nothing works"
        );
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let answer = Server::local().await.get("/v1/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains(r#""type":"server_error""#), "{}", answer.body);
    assert!(!answer.body.contains("a fault of ours"));
}

#[tokio::test]
async fn the_log_names_what_went_wrong_by_id_and_pattern_and_never_by_what_stands_in_the_path() {
    let server = Server::local().await;
    let (log, _logging) = Log::of(tracing::Level::INFO);
    for (path, told) in [
        ("/v1/panic", "a handler panicked"),
        ("/v1/refused", "status=429"),
        ("/gone", "status=404"),
    ] {
        let answer = server.get(&format!("{path}?secret=1")).await;
        let id = format!("id=\"{}\"", answer.header("x-request-id"));
        let of_it: Vec<String> = log.with(&id);
        let line = of_it
            .iter()
            .find(|line| line.contains(told))
            .unwrap_or_else(|| panic!("{told}: {}", log.text()));
        assert!(line.contains("method=\"GET\"") && line.contains("route=\""), "{line}");
    }
    let text = log.text();
    assert!(
        text.contains("route=\"/v1/{*path}\"") && text.contains("route=\"unmatched\""),
        "{text}"
    );
    assert!(!text.contains("secret") && !text.contains("/gone"), "{text}");
    let routine = server.get("/v1/models").await;
    assert!(log.with(routine.header("x-request-id")).is_empty(), "the request log has it");
}

#[tokio::test]
async fn all_below_v1_is_the_gateways_and_nothing_else_is() {
    let server = Server::local().await;
    let of_gateway = async || {
        let text = server.get("/metrics").await.body;
        let counts = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("bailiwick_http_requests_total{class=\"Gateway\"")?;
            rest.split_once("} ")?.1.parse::<u64>().ok()
        });
        counts.sum::<u64>()
    };
    for (path, is_its) in [
        ("/v1", true),
        ("/v1/", true),
        ("/v1/a/b", true),
        ("/v10", false),
        ("/v1%2Fmodels", false),
        ("//v1/models", false),
    ] {
        let before = of_gateway().await;
        server.get(path).await;
        assert_eq!(of_gateway().await - before, u64::from(is_its), "{path}");
    }
}

#[tokio::test]
async fn readiness_follows_the_database() {
    let server = Server::local().await;
    assert_eq!(server.get("/readyz").await.status, StatusCode::OK);
    server.database.db.close().await;
    assert_eq!(server.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_route_of_the_table_exists() {
    let server = Server::local().await;
    for route in ROUTES.iter().filter(|route| route.path != "/assets/{file}") {
        let method: Method = route.method.parse().expect("a method");
        let path = route.path.replace("{org}", "acme").replace("{project}", "prod");
        let answer = server.send(LOCAL, method, &path, &[SAME_ORIGIN], Body::empty()).await;
        let missing = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
        assert!(!missing, "{} {}: {}", route.method, route.path, answer.status);
        let is_form = route.access == Access::FormPost;
        let bare = server.send(LOCAL, Method::POST, &path, &[], Body::empty()).await;
        assert!(!is_form || bare.status == StatusCode::FORBIDDEN, "{}", route.path);
    }
}

#[tokio::test]
async fn branding_is_kept_by_one_browser_and_sent_once() {
    let server = Server::local().await;
    for path in ["/acme/branding.css", "/acme/branding.logo"] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (StatusCode::OK, "private, max-age=3600"),
            "{path}"
        );
        let headers = [("if-none-match", answer.header("etag"))];
        let again = server.send(LOCAL, Method::GET, path, &headers, Body::empty()).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        let sandboxed = answer.header("content-security-policy").contains("sandbox");
        assert_eq!(sandboxed, path.ends_with("logo"), "{path}");
    }
    let nobody = server.get("/other/branding.css").await;
    assert_eq!((nobody.status, nobody.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
}
