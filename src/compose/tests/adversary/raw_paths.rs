//! Addresses as no link of the console writes them: nothing that is not there under its own address, and no way out.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use http::{Method, Request, header};
use tower::ServiceExt;

use super::cast::Cast;

/// Spellings of places of `acme`, and ways to other hosts.
const PATHS: &[&str] = &[
    "//acme/prod",
    "//acme/prod/keys",
    "/acme//prod/keys",
    "/acme/prod//keys",
    "///evil.example",
    "//evil.example/",
    "//evil.example/%2e%2e",
    "//evil.example?__err=x&__path=y",
    "//evil.example/a?__err=x",
    "/%2Fevil.example?__err=x",
    "/%5Cevil.example/?__path=x",
    "/\\evil.example/?__err=x",
    "//evil.example/prod/keys?__err=x",
    "/acme%2Fprod/keys",
    "/acme%2Fprod%2Fkeys",
    "/acme/prod%2Fkeys",
    "/acme/%7E/projects",
    "/acme/%7e/settings",
    "/%61cme/prod/keys",
    "/acme/pr%6Fd/keys",
    "/ACME/prod",
    "/ACME/PROD/keys",
    "/acme/Prod/keys",
    "/acme/prod/",
    "/acme/prod/keys/",
    "/acme/prod/./keys",
    "/other/../acme/prod/keys",
    "/other/theirs/../../acme/prod/keys",
    "/acme/prod/keys/../audit",
    "/acme/%2e%2e/acme/prod/keys",
    "/acme/prod%00/keys",
    "/acme%00/prod/keys",
    "/acme/prod/keys%00",
    "/acme/prod/keys;a=b",
    "/acme/prod/keys%3Fq=1",
    "/acme/prod%20/keys",
    "/acme/%20prod/keys",
    "/acme/prod%0D%0ALocation:%20//evil.example/keys",
    "/acme/prod/%6Beys",
    "/acme/%D1%80rod/keys",
    "/acme/%FF%FE/keys",
    "/acme/prod/settings/../settings",
    "/api//keys/list",
    "/api/keys/list/",
    "/api/../acme/prod/keys",
    "/%61pi/keys/list",
];

/// What this person gets from the plain address, if the odd one names one.
fn plain(path: &str) -> Option<&'static str> {
    let decoded = path
        .replace("%7E", "~")
        .replace("%7e", "~")
        .replace("%61", "a")
        .replace("%6F", "o")
        .replace("%6B", "k");
    let same = ["/acme/prod", "/acme/prod/keys", "/acme/~/projects", "/acme/~/settings"];
    same.into_iter().find(|plain| *plain == decoded.trim_end_matches('/'))
}

/// True for no address, and for one that a browser takes for this host.
fn is_here(location: &str) -> bool {
    location.is_empty() || (location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'))
}

/// Where a link on another site leads to.
async fn follow(cast: &Cast, path: &str, cookie: &str) -> String {
    let mut request = Request::get(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header("sec-fetch-site", "cross-site")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .expect("a request");
    let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = cast.site.server.clone().oneshot(request).await.expect("an answer");
    let location = answer.headers().get(header::LOCATION);
    location
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn an_odd_address_is_nothing_or_the_place_itself_and_never_another_host() {
    let cast = Cast::new().await;
    for name in [
        "anonymous",
        "stranger",
        "external",
        "removed",
        "otheradmin",
        "projectmember",
        "owner",
    ] {
        let cookie = cast.cookie(name);
        for path in PATHS {
            let led = follow(&cast, path, cookie).await;
            assert!(is_here(&led), "{name} {path}: a link from another site leads to {led}");
            for method in [Method::GET, Method::HEAD, Method::POST] {
                let answer = cast.site.ask(method.clone(), path, "", cookie).await;
                let (status, location) = (answer.status.as_u16(), answer.location.as_str());
                let what = format!("{name} {method} {path}: {status} {location}");
                assert!(status < 500, "{what}");
                assert!(is_here(location), "{what}: leads to another host");
                if method != Method::GET {
                    assert!((300..500).contains(&status) || answer.body.is_empty(), "{what}");
                    continue;
                }
                if matches!(name, "anonymous" | "stranger" | "removed") {
                    assert!(!answer.body.contains("Acme Robotics"), "{what}");
                    assert!(!(200..300).contains(&status), "{what}");
                }
                if name == "anonymous" || status == 404 {
                    continue;
                }
                // The planted error of an address is dropped, and the rest of it is asked again.
                if path.contains("?__") && status == 303 {
                    continue;
                }
                let plain = plain(path).unwrap_or_else(|| panic!("{what}: neither 404 nor the place itself"));
                let expected = cast.site.ask(Method::GET, plain, "", cookie).await.status.as_u16();
                assert!(expected == status || (location == plain && expected == 200), "{what}: {expected}");
            }
        }
    }
}

#[tokio::test]
async fn the_way_back_never_leads_to_another_host() {
    let cast = Cast::new().await;
    let prod = &cast.site.world.prod;
    for target in [
        "//evil.example",
        "https%3A%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%09%2Fevil.example",
        "%2Facme%0D%0ALocation%3A+https%3A%2F%2Fevil.example",
        "javascript%3Aalert(1)",
        "%5C%5Cevil.example",
        "%2F%2Fevil.example%2F..",
        "+%2F%2Fevil.example",
    ] {
        let sign_in = format!("email=owner@acme.example&password={}", crate::testing::PASSWORD);
        let answer = cast.site.by_script(&format!("/signin?next={target}"), &sign_in, "").await;
        assert_eq!((answer.status.as_u16(), answer.location.as_str()), (200, "/"), "{target}");
        let key = cast.site.fresh_key().await;
        let body = format!("project={prod}&key={key}&back={target}");
        let answer = cast.site.ask(Method::POST, "/api/keys/disable", &body, cast.cookie("owner")).await;
        assert_eq!((answer.status.as_u16(), answer.location.as_str()), (422, ""), "{target}");
    }
}

#[tokio::test]
async fn a_form_without_script_leads_back_to_this_host_alone() {
    let cast = Cast::new().await;
    for referer in [
        "http://127.0.0.1:3000//evil.example/x",
        "http://127.0.0.1:3000/\\evil.example/x",
        "http://127.0.0.1:3000.evil.example/x",
        "http://127.0.0.1:3000@evil.example/x",
        "http://evil.example/127.0.0.1:3000",
        "//evil.example",
        "https://evil.example/acme/prod/keys",
        "javascript:alert(1)",
    ] {
        for (path, body) in [("/api/keys/disable", "project=x"), ("/prefs/theme", "theme=dark")] {
            let mut request = Request::post(path)
                .header(header::HOST, "127.0.0.1:3000")
                .header("sec-fetch-site", "same-origin")
                .header(header::ACCEPT, "text/html")
                .header(header::REFERER, referer)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::COOKIE, cast.cookie("owner"))
                .body(Body::from(body))
                .expect("a request");
            let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = cast.site.server.clone().oneshot(request).await.expect("an answer");
            assert!(answer.status().as_u16() < 500, "{referer} {path}");
            let location = answer.headers().get(header::LOCATION);
            let location = location
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default();
            let ours = location.strip_prefix("http://127.0.0.1:3000").unwrap_or(&location);
            assert!(is_here(ours), "{referer} {path}: {location}");
        }
    }
}
