//! Rights that somebody takes without having them, and rights that are gone.

use std::time::Duration;

use app::{
    model::{AccountId, ProjectRole},
    port::Collaborators,
};
use axum::body::Body;
use http::Method;
use http_body_util::BodyExt;

use super::{
    super::{Site, Who},
    cast::Cast,
};
use crate::store::db::{fetch_all, fetch_one};

/// Who has which role where.
async fn roles(site: &Site) -> Vec<(String, String, String)> {
    const SQL: &str = "SELECT org_id, account_id, role FROM org_members
        UNION ALL SELECT project_id, account_id, role FROM project_members ORDER BY 1, 2, 3";
    let mut reader = site.world.store.db.read().await.expect("a reader");
    fetch_all!(&mut reader, (String, String, String), SQL).expect("roles")
}

#[tokio::test]
async fn a_role_is_granted_only_by_those_who_may_grant_it() {
    const SET: &str = "/api/collaborators/set-role";
    const ADD: &str = "/acme/prod/settings/collaborators";
    const THEIRS: &str = "/other/theirs/settings/collaborators";
    let cast = Cast::new().await;
    let before = roles(&cast.site).await;
    let id = async |who: Who| cast.site.world.person(who).await.expect("a person").id;
    let set = |account: &AccountId, role: &str, seen: &str| {
        format!("project={}&account={account}&role={role}&seen={seen}&back=/", cast.site.world.prod)
    };
    let (owner, member, external) = (id(Who::Owner).await, id(Who::ProjectMember).await, id(Who::External).await);
    for (who, path, body, expected) in [
        // For themselves.
        ("projectmember", SET, set(&member, "admin", "member"), 403),
        ("external", SET, set(&external, "admin", "member"), 403),
        ("removed", SET, set(&member, "admin", "member"), 404),
        ("stranger", SET, set(&id(Who::Stranger).await, "admin", "member"), 404),
        ("anonymous", SET, set(&member, "admin", "member"), 401),
        // For others, without the right to.
        ("othermember", SET, set(&member, "admin", "member"), 404),
        ("otheradmin", SET, set(&member, "admin", "member"), 404),
        ("guestadmin", SET, set(&member, "admin", "member"), 404),
        ("twoorgs", SET, set(&member, "admin", "member"), 403),
        ("projectmember", ADD, "email=othermember%40acme.example&role=admin".to_owned(), 403),
        ("external", ADD, "email=othermember%40acme.example&role=member".to_owned(), 403),
        ("otheradmin", ADD, "email=otheradmin%40acme.example&role=admin".to_owned(), 404),
        ("twoorgs", THEIRS, "email=owner%40acme.example&role=owner".to_owned(), 422),
        // A role of the org by a form of a project, and of somebody who is no collaborator there.
        ("projectadmin", SET, set(&member, "owner", "member"), 422),
        ("externaladmin", SET, set(&member, "org_admin", "member"), 422),
        ("projectadmin", ADD, "email=othermember%40acme.example&role=owner".to_owned(), 422),
        ("projectadmin", SET, set(&owner, "member", "admin"), 409),
        ("externaladmin", SET, set(&owner, "member", "admin"), 404),
    ] {
        let answer = cast.site.ask(Method::POST, path, &body, cast.cookie(who)).await;
        assert_eq!(answer.status.as_u16(), expected, "{who} {path} {body} {}", answer.body);
        assert!(who == "projectadmin" || !answer.body.contains("Ada Osei"), "{who} {path}");
    }
    assert_eq!(roles(&cast.site).await, before, "somebody has another role");
}

#[tokio::test]
async fn a_role_of_the_organization_is_granted_only_by_those_who_may_grant_it() {
    const SET: &str = "/api/members/set-role";
    const INVITE: &str = "/acme/~/members";
    let cast = Cast::new().await;
    let before = roles(&cast.site).await;
    let id = async |who: Who| cast.site.world.person(who).await.expect("a person").id;
    let set = |account: &AccountId, role: &str, seen: &str| {
        format!("org={}&account={account}&role={role}&seen={seen}&back=/", cast.site.world.org)
    };
    let invite = |role: &str| format!("emails=eve%40evil.example&role={role}&project_role=member");
    let (owner, admin, member) = (id(Who::Owner).await, id(Who::OrgAdmin).await, id(Who::ProjectMember).await);
    let (external, stranger) = (id(Who::External).await, id(Who::Stranger).await);
    for (who, path, body, expected) in [
        // For themselves.
        ("orgadmin", SET, set(&admin, "owner", "admin"), 403),
        ("projectmember", SET, set(&member, "admin", "member"), 403),
        ("external", SET, set(&external, "member", "member"), 404),
        ("removed", SET, set(&member, "admin", "member"), 404),
        ("stranger", SET, set(&stranger, "owner", "member"), 404),
        ("anonymous", SET, set(&member, "owner", "member"), 401),
        // For and against others: only an owner touches owners.
        ("orgadmin", SET, set(&member, "owner", "member"), 403),
        ("orgadmin", SET, set(&owner, "member", "owner"), 403),
        ("projectadmin", SET, set(&member, "admin", "member"), 403),
        ("orgadmin", SET, set(&member, "project_admin", "member"), 422),
        // Nobody who is no member becomes one by a role.
        ("owner", SET, set(&external, "owner", "member"), 404),
        ("owner", SET, set(&stranger, "admin", "member"), 404),
        // The same by inviting somebody.
        ("orgadmin", INVITE, invite("owner"), 403),
        ("orgadmin", INVITE, invite("root"), 422),
        ("projectadmin", INVITE, invite("member"), 403),
        ("external", INVITE, invite("member"), 404),
        ("stranger", INVITE, invite("owner"), 404),
        ("removed", INVITE, invite("owner"), 404),
    ] {
        let answer = cast.site.ask(Method::POST, path, &body, cast.cookie(who)).await;
        assert_eq!(answer.status.as_u16(), expected, "{who} {path} {body} {}", answer.body);
    }
    assert_eq!(roles(&cast.site).await, before, "somebody has another role");
    let mut reader = cast.site.world.store.db.read().await.expect("a reader");
    let (invited,) = fetch_one!(&mut reader, (i64,), "SELECT count(*) FROM invitations WHERE email LIKE 'eve@%'").expect("counted");
    assert_eq!(invited, 0);
}

/// A live stream of this topic that has begun.
async fn stream(site: &Site, topic: &str, cookie: &str) -> Body {
    let answer = site.send(Method::GET, &format!("/events?topic={topic}"), "", cookie).await;
    assert_eq!(answer.status(), 200, "{topic}");
    let mut body = answer.into_body();
    body.frame().await.expect("a frame").expect("no error");
    body
}

#[tokio::test]
async fn a_session_loses_with_the_role_on_the_next_request_and_live_within_two_seconds() {
    let cast = Cast::new().await;
    let site = &cast.site;
    let (org, prod) = (format!("org/{}", site.world.org), format!("project/{}", site.world.prod));
    let (org_admin, project_admin, external) = (cast.cookie("orgadmin"), cast.cookie("projectadmin"), cast.cookie("externaladmin"));
    for (path, cookie) in [
        ("/acme/~/projects", org_admin),
        ("/acme/prod/settings", org_admin),
        ("/acme/prod/settings", project_admin),
        ("/acme/prod/audit", external),
    ] {
        assert_eq!(site.ask(Method::GET, path, "", cookie).await.status, 200, "{path}");
    }
    let demoted = stream(site, &org, org_admin).await;
    let gone = stream(site, &prod, org_admin).await;
    let removed = stream(site, &prod, external).await;
    let mut stays = stream(site, &prod, project_admin).await;

    // In the database, by the use case that changes a role, and by the one that removes.
    site.sql("UPDATE org_members SET role = 'member' WHERE role = 'admin'").await;
    let owner = site.world.console(Who::Owner).await;
    let account = site.world.person(Who::ProjectAdmin).await.expect("a person").id;
    let prod_id = site.world.prod.clone();
    owner
        .set_role(prod_id.clone(), account, ProjectRole::Member, ProjectRole::Admin)
        .await
        .expect("demoted");
    let email = "externaladmin@acme.example".parse().expect("an address");
    let account = site
        .world
        .store
        .credentials(&email)
        .await
        .expect("read")
        .expect("an account")
        .person
        .id;
    owner.remove(prod_id, account, Vec::new()).await.expect("removed");

    for (path, cookie, expected) in [
        ("/acme/~/projects", org_admin, 403),
        ("/acme/prod/settings", org_admin, 404),
        ("/acme/prod/settings", project_admin, 403),
        ("/acme/prod/audit", project_admin, 403),
        ("/acme/prod/keys", project_admin, 200),
        ("/acme/prod/audit", external, 404),
        ("/acme/prod", external, 404),
    ] {
        assert_eq!(site.ask(Method::GET, path, "", cookie).await.status.as_u16(), expected, "{path}");
    }
    let key = site.fresh_key().await;
    let body = format!("project={}&key={key}&back=/", site.world.prod);
    for (cookie, expected) in [(org_admin, 404), (project_admin, 403), (external, 404)] {
        let answer = site.ask(Method::POST, "/api/keys/revoke", &body, cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.body);
    }
    let ends = async { tokio::join!(demoted.collect(), gone.collect(), removed.collect()) };
    let (demoted, gone, removed) = tokio::time::timeout(Duration::from_secs(2), ends).await.expect("in time");
    for end in [demoted, gone, removed] {
        let text = end.expect("no error").to_bytes();
        assert!(String::from_utf8_lossy(&text).contains("event: gone"), "{text:?}");
    }
    while let Some(frame) = futures::FutureExt::now_or_never(stays.frame()) {
        let text = frame.expect("not ended").expect("no error").into_data().expect("data");
        assert!(
            !String::from_utf8_lossy(&text).contains("gone"),
            "a member still sees usage: {text:?}"
        );
    }
}
