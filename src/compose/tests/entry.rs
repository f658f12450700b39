//! The ways in as a browser without script goes them, with links out of the outbox page.

use super::*;

impl Site {
    /// The part of a page that says something, without what differs from one answer to the next.
    async fn main_of(&self, method: Method, path: &str, body: &str) -> (u16, String) {
        let answer = self.ask(method, path, body, "").await;
        let main = answer.body.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>"));
        (answer.status.as_u16(), main.map(|(main, _)| main.to_owned()).unwrap_or_default())
    }

    /// The path of the newest link to this page in the outbox.
    pub(super) async fn link(&self, page: &str) -> String {
        let outbox = self.outbox.reveal().replace("http://127.0.0.1:3000", "");
        let (status, html) = self.main_of(Method::GET, &outbox, "").await;
        assert_eq!(status, 200);
        let start = html.find(&format!("href=\"http://127.0.0.1:3000{page}?token=")).expect("a link");
        let link = &html[start + "href=\"http://127.0.0.1:3000".len()..];
        link.split_once('"').expect("its end").0.to_owned()
    }
}

#[tokio::test]
async fn a_password_is_reset_without_script_and_nothing_tells_who_has_an_account() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::Owner).await;
    let (status, known) = site.main_of(Method::POST, "/signin/forgot", "email=Owner@acme.example").await;
    let (_, unknown) = site.main_of(Method::POST, "/signin/forgot", "email=nobody@acme.example").await;
    assert_eq!(status, 200);
    assert_eq!(known.replace("Owner@acme", "nobody@acme"), unknown);
    let outbox = site
        .ask(Method::GET, &site.outbox.reveal().replace("http://127.0.0.1:3000", ""), "", "")
        .await;
    assert!(!outbox.body.contains("nobody@acme.example"), "there was nobody to write to");

    let link = site.link("/signin/reset").await;
    for _ in 0..2 {
        let (status, html) = site.main_of(Method::GET, &link, "").await;
        assert_eq!(status, 200, "looking uses nothing up");
        assert!(
            html.contains("owner@acme.example") && html.contains("action=\"/signin/reset?token="),
            "{html}"
        );
    }
    let (status, html) = site.main_of(Method::POST, &link, "password=short").await;
    assert_eq!(status, 422);
    assert!(html.contains("Use at least 12 characters."), "{html}");
    let (status, html) = site.main_of(Method::POST, &link, "password=quiet+river+under+glass").await;
    assert_eq!(status, 200);
    assert!(html.contains("Your password is changed"), "{html}");
    for method in [Method::GET, Method::POST] {
        let (status, html) = site.main_of(method, &link, "password=calm+river+under+glass").await;
        assert_eq!(status, 410);
        assert!(html.contains("This link is not valid any more"), "{html}");
    }
    assert_eq!(
        site.ask(Method::POST, "/api/shell/home", "", &cookie).await.status,
        401,
        "the session ended"
    );
    let form = format!("email={}&password=quiet+river+under+glass", Who::Owner.email());
    assert!(site.by_script("/signin", &form, "").await.status.is_success());
}

#[tokio::test]
async fn an_address_without_shape_is_refused_and_kept() {
    let site = Site::new().await;
    let (status, html) = site.main_of(Method::POST, "/signin/forgot", "email=ada").await;
    assert_eq!(status, 422);
    assert!(html.contains("value=\"ada\"") && html.contains("Enter an e-mail address"), "{html}");
}
