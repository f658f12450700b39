//! Going elsewhere over HTTP: the list that no page holds, the visits that the browser remembers, the search.

use http::{Method, header};

use super::{Site, Who};
use crate::store::db::execute;

impl Site {
    async fn page(&self, path: &str, cookie: &str) -> String {
        let answer = self.ask(Method::GET, path, "", cookie).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// The cookie `recent` that a page sets.
    async fn recent(&self, path: &str, cookie: &str) -> Option<String> {
        let answer = self.send(Method::GET, path, "", cookie).await;
        let set = answer.headers().get_all(header::SET_COOKIE).iter();
        set.filter_map(|value| value.to_str().ok())
            .find(|value| value.starts_with("recent="))
            .map(str::to_owned)
    }
}

#[tokio::test]
async fn the_list_stands_in_its_own_page_only_and_is_bounded() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::Owner).await;
    let before = site.page("/acme/prod/keys", &cookie).await;
    let mut tx = site.world.store.db.write().await.expect("begin");
    execute!(
        &mut tx,
        "INSERT INTO projects (id, org_id, slug, name, environment, created_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         SELECT 'proj_00000000000000000000000' || CAST(100 + i AS TEXT), o.id, 'cell-' || CAST(i AS TEXT),
                'Cell ' || CAST(i AS TEXT), 'staging', 0
         FROM n, orgs o WHERE o.slug = 'acme'"
    )
    .expect("500 projects");
    tx.commit().await.expect("commit");
    let after = site.page("/acme/prod/keys", &cookie).await;
    assert!(!after.contains("cell-"), "no page holds the list");
    assert!(after.len().abs_diff(before.len()) < 200, "{} and {}", before.len(), after.len());

    let list = site.page("/account/places?from=%2Facme%2Fprod%2Flimits", &cookie).await;
    assert!(
        list.contains("href=\"/acme/cell-1/limits\"") && list.contains("502 projects"),
        "{list}"
    );
    assert!(
        list.matches("href=\"/acme/cell-").count() <= 25 && list.len() < 40_000,
        "{}",
        list.len()
    );
    let found = site.page("/account/places?q=cell+477", &cookie).await;
    assert!(found.contains("href=\"/acme/cell-477/keys\""), "{found}");
}

#[tokio::test]
async fn visits_are_remembered_in_a_cookie_that_no_script_reads_and_shown_while_they_are_allowed() {
    let site = Site::new().await;
    let session = site.sign_in(Who::ProjectMember).await;
    let visit = site.recent("/acme/prod/keys", &session).await.expect("a visit");
    assert!(visit.contains("HttpOnly") && visit.contains("SameSite=Lax"), "{visit}");
    let pair = visit.split(';').next().expect("a pair");
    assert_eq!(pair, format!("recent={}", site.world.prod));
    let cookie = format!("{session}; {pair}");
    assert_eq!(site.recent("/acme/prod/limits", &cookie).await, None, "it is the newest already");
    assert_eq!(
        site.recent("/acme/nowhere/keys", &cookie).await,
        None,
        "what is not there was not visited"
    );
    let both = site.recent("/acme/default/keys", &cookie).await.expect("another visit");
    assert!(
        both.starts_with(&format!("recent={}.{}", site.world.default_project, site.world.prod)),
        "{both}"
    );

    let list = site.page("/account/places", &cookie).await;
    assert!(list.contains("Recent"), "{list}");
    // Somebody else at the same browser, who does not see the project.
    let other = format!("{}; {pair}", site.sign_in(Who::Stranger).await);
    let list = site.page("/account/places", &other).await;
    assert!(!list.contains("Recent") && !list.contains("Acme Robotics"), "{list}");
}

#[tokio::test]
async fn the_search_is_a_page_that_tells_each_person_what_they_may_know() {
    let site = Site::new().await;
    let address = "/search?q=ada&from=%2Facme%2Fprod%2Fkeys";
    for (who, cookie) in &site.cookies {
        let knows = matches!(who, Who::Owner | Who::OrgAdmin | Who::ProjectAdmin);
        let answer = site.ask(Method::GET, address, "", cookie).await;
        assert_eq!(answer.body.contains(Who::Owner.email().as_str()), knows, "{who:?}: {}", answer.body);
    }
    let signed_out = site.ask(Method::GET, address, "", "").await;
    assert!(signed_out.location.starts_with("/signin?next=%2Fsearch"), "{}", signed_out.location);
}

#[tokio::test]
async fn letters_stay_off_once_they_were_turned_off() {
    let site = Site::new().await;
    let session = site.sign_in(Who::Owner).await;
    let set = site.ask(Method::POST, "/prefs/keys", "keys=off", &session).await;
    assert_eq!((set.status.as_u16(), set.cookie.as_deref()), (303, Some("keys=off")));
    let on = site.page("/acme/prod/keys", &session).await;
    let off = site.page("/acme/prod/keys", &format!("{session}; keys=off")).await;
    assert!(
        on.contains("Shortcuts_") && !off.contains("Shortcuts_"),
        "the island listens only while they are on"
    );
}

#[tokio::test]
async fn an_organization_is_made_by_a_form_and_leads_to_its_project() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::OtherMember).await;
    let made = site
        .ask(Method::POST, "/account/organization", "name=Tern+%26+Hollow&slug=", &cookie)
        .await;
    assert_eq!(
        (made.status.as_u16(), made.location.as_str()),
        (302, "/tern-hollow/default"),
        "{}",
        made.body
    );
    site.page("/tern-hollow/~/projects", &cookie).await;
    let other = site.sign_in(Who::Owner).await;
    assert_eq!(site.ask(Method::GET, "/tern-hollow/default/keys", "", &other).await.status, 404);
}
