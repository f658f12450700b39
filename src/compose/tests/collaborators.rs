//! Collaborators over HTTP: the form that keeps what was typed, the removal as browsers post it, and what outsiders are shown.

use app::{
    model::{
        AccountId,
        key::{KeyLifetime, NewKey},
    },
    port::Keys,
};
use http::Method;

use super::{Site, Who};

const PAGE: &str = "/acme/prod/settings/collaborators";

impl Site {
    async fn id(&self, who: Who) -> AccountId {
        self.world.person(who).await.expect("a person").id
    }

    async fn post(&self, body: &str, cookie: &str) -> super::Answer {
        self.ask(Method::POST, PAGE, body, cookie).await
    }
}

#[tokio::test]
async fn the_form_adds_announces_or_keeps_what_was_typed() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::ProjectAdmin).await;
    let refused = site.post("email=nobody%40acme.example&role=admin", &cookie).await;
    assert_eq!(refused.status, 422);
    for kept in [
        "value=\"nobody@acme.example\"",
        "value=\"admin\" checked",
        "nobody@acme.example cannot be added.",
    ] {
        assert!(refused.body.contains(kept), "{kept} is missing in {}", refused.body);
    }
    let wrong = site.post("email=nobody&role=owner", &cookie).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("value=\"nobody\""));

    site.sql("UPDATE orgs SET external_allowed = TRUE").await;
    site.sql("UPDATE projects SET external_allowed = TRUE").await;
    let announced = site.post("email=stranger%40acme.example&role=member", &cookie).await;
    assert_eq!(announced.status, 200);
    assert!(
        announced.body.contains("Stranger is not a member of Acme Robotics."),
        "{}",
        announced.body
    );
    let confirmed = format!(
        "email=stranger%40acme.example&role=member&announced={}",
        site.id(Who::Stranger).await
    );
    let added = site.post(&confirmed, &cookie).await;
    assert_eq!(
        (added.status.as_u16(), added.location.as_str()),
        (302, "/acme/prod/settings/collaborators?done=collaborator%2Dadded")
    );
    let stranger = site.sign_in(Who::Stranger).await;
    assert_eq!(site.ask(Method::GET, "/acme/prod/keys", "", &stranger).await.status, 200);
}

#[tokio::test]
async fn who_may_not_add_people_is_refused_by_the_form_as_by_the_page() {
    let site = Site::new().await;
    for ((who, cookie), expected) in site.cookies.iter().zip([302, 422, 422, 422, 403, 404, 403, 404]) {
        let answer = site.post("email=nobody%40acme.example&role=member", cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{who:?} {}", answer.location);
    }
}

#[tokio::test]
async fn a_removal_takes_the_keys_that_a_browser_posts() {
    let site = Site::new().await;
    let admin = site.world.console(Who::ProjectAdmin).await;
    let mut keys = Vec::new();
    for token in ["one", "two"] {
        let new = NewKey {
            name: "ci".parse().expect("a name"),
            lifetime: KeyLifetime::Never,
            idempotency: token.to_owned(),
        };
        keys.push(admin.create(site.world.prod.clone(), new).await.expect("made").id);
    }
    let cookie = site.sign_in(Who::Owner).await;
    let body = format!(
        "project={}&account={}&shown%5B%5D={}&shown%5B%5D={}&keys%5B%5D={}&back={PAGE}",
        site.world.prod,
        site.id(Who::ProjectAdmin).await,
        keys[0],
        keys[1],
        keys[1],
    );
    let answer = site.ask(Method::POST, "/api/collaborators/remove", &body, &cookie).await;
    assert_eq!((answer.status.as_u16(), answer.location.as_str()), (200, PAGE), "{}", answer.body);
    let listed = site.ask(Method::GET, "/acme/prod/keys", "", &cookie).await;
    assert_eq!(listed.body.matches(">Revoked<").count(), 1, "{}", listed.body);
    let gone = site.sign_in(Who::ProjectAdmin).await;
    assert_eq!(site.ask(Method::GET, PAGE, "", &gone).await.status, 404);
}

#[tokio::test]
async fn no_page_of_the_project_names_its_host_s_people_to_an_outsider() {
    let site = Site::new().await;
    site.sql("UPDATE project_members SET role = 'admin' WHERE account_id = (SELECT id FROM accounts WHERE name = 'External')")
        .await;
    site.fresh_key().await;
    let (owner, outsider) = (site.sign_in(Who::Owner).await, site.sign_in(Who::External).await);
    site.post("email=orgadmin%40acme.example&role=member", &owner).await;
    for page in [
        "keys",
        "keys?q=Ada",
        "limits",
        "limits?history=1",
        "usage",
        "requests",
        "audit",
        "settings/collaborators",
        "settings/collaborators?new=1",
    ] {
        let answer = site.ask(Method::GET, &format!("/acme/prod/{page}"), "", &outsider).await;
        assert_eq!(answer.status, 200, "{page}");
        for name in ["Ada Osei", "OrgAdmin", "owner@acme.example", "orgadmin@acme.example"] {
            assert!(!answer.body.contains(name), "{page} names {name}");
        }
    }
    let log = site.ask(Method::GET, "/acme/prod/audit", "", &outsider).await;
    assert!(
        log.body.contains("Somebody else") && !log.body.contains("127.0.0.1"),
        "{}",
        log.body
    );
}
