//! What the account keeps reaches every page from its first byte.

use app::model::time::MINUTE;
use http::{HeaderMap, Method, header};
use http_body_util::BodyExt;

use super::Site;
use crate::testing::Who;

async fn page(site: &Site, path: &str, cookie: &str) -> (HeaderMap, String) {
    let answer = site.send(Method::GET, path, "", cookie).await;
    let headers = answer.headers().clone();
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    (headers, String::from_utf8_lossy(&bytes).into_owned())
}

fn theme_cookie(headers: &HeaderMap) -> Option<&str> {
    let mut set = headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    set.find(|cookie| cookie.starts_with("theme="))
}

#[tokio::test]
async fn the_theme_follows_the_account_into_every_browser() {
    let site = Site::new().await;
    let (here, there) = (site.sign_in(Who::Owner).await, site.sign_in(Who::Owner).await);
    let answer = site.ask(Method::POST, "/prefs/theme", "theme=dark", &here).await;
    assert_eq!((answer.status.as_u16(), answer.cookie.as_deref()), (303, Some("theme=dark")));

    let (headers, html) = page(&site, "/acme/prod/keys", &there).await;
    assert!(html.contains("data-theme=\"dark\" data-density=\"comfortable\""), "{html}");
    let cookie = theme_cookie(&headers).expect("for the pages before the next sign-in");
    assert_eq!(cookie, "theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let (headers, _) = page(&site, "/acme/prod/keys", &format!("{there}; theme=dark")).await;
    assert_eq!(theme_cookie(&headers), None, "it is there");
    let (_, html) = page(&site, "/acme/prod/keys", &site.sign_in(Who::OrgAdmin).await).await;
    assert!(html.contains("data-theme=\"system\""), "{html}");
    let (_, html) = page(&site, "/signin", "theme=dark").await;
    assert!(html.contains("data-theme=\"dark\""), "{html}");
}

#[tokio::test]
async fn times_are_shown_in_the_zone_of_the_person() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::Owner).await;
    let (_, html) = page(&site, "/acme/~/audit", &cookie).await;
    assert!(html.contains("title=\"20 Nov 2026, 14:02:11 UTC\""), "{html}");
    let profile = "name=Ada&zone=Europe/Berlin&theme=light&density=compact";
    let saved = site.ask(Method::POST, "/account", profile, &cookie).await;
    assert_eq!(saved.location, "/account?done=account%2Dsaved", "{}", saved.body);
    for path in ["/acme/~/audit", "/account"] {
        let (_, html) = page(&site, path, &cookie).await;
        assert!(
            html.contains("title=\"20 Nov 2026, 15:02:11 UTC+1 (Europe/Berlin)\""),
            "{path} {html}"
        );
        assert!(html.contains("data-theme=\"light\" data-density=\"compact\""), "{path}");
    }
}

#[tokio::test]
async fn a_visit_is_noted_to_ten_minutes() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::Owner).await;
    let seen = async |site: &Site| {
        let answer = site.ask(Method::POST, "/api/account/show", "", &cookie).await;
        let account: app::model::account::Account = serde_json::from_str(&answer.body).expect("an account");
        account.sessions.iter().find(|session| session.is_own).expect("its own").seen_at
    };
    let first = seen(&site).await;
    site.world.clock.advance(9 * MINUTE);
    assert_eq!(seen(&site).await, first);
    site.world.clock.advance(MINUTE);
    assert_eq!(seen(&site).await, first.plus(10 * MINUTE));
}
