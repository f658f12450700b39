//! Archive and restore, through the whole server: keys, live pages, and everybody who asks for the project.

use app::port::{ProjectLife, Projects};

use super::*;
use crate::console::Console;

/// What the gateway says to this secret: the status, and the code of the error.
async fn whoami(site: &Site, secret: &str) -> (u16, String) {
    let mut request = Request::get("/v1/whoami")
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::AUTHORIZATION, format!("Bearer {secret}"))
        .body(Body::empty())
        .expect("a request");
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
    let answer = site.server.clone().oneshot(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

async fn archive(owner: &Console, site: &Site) {
    owner.archive(site.world.prod.clone(), "prod", PASSWORD).await.expect("archived");
}

#[tokio::test]
async fn keys_stop_with_the_next_request_and_come_back_disabled() {
    let site = Site::new().await;
    let owner = site.world.console(Who::Owner).await;
    let new = NewKey {
        name: "ci".parse().expect("a name"),
        lifetime: KeyLifetime::Never,
        idempotency: String::new(),
    };
    let key = Keys::create(&owner, site.world.prod.clone(), new).await.expect("made");
    assert_eq!(whoami(&site, &key.secret).await.0, 200);
    archive(&owner, &site).await;
    assert_eq!(whoami(&site, &key.secret).await, refused("project_archived"));
    owner.restore(site.world.prod.clone()).await.expect("restored");
    assert_eq!(whoami(&site, &key.secret).await, refused("key_disabled"));
    owner.enable(site.world.prod.clone(), key.id).await.expect("enabled");
    assert_eq!(whoami(&site, &key.secret).await.0, 200);
}

#[tokio::test]
async fn an_archived_project_is_there_for_owners_and_admins_alone() {
    let site = Site::new().await;
    let owner = site.world.console(Who::Owner).await;
    archive(&owner, &site).await;
    let reads = [401, 200, 200, 404, 404, 404, 404, 404];
    let changes = [401, 409, 409, 404, 404, 404, 404, 404];
    for (path, body, expected) in [
        ("/api/shell/place", "org=acme&project=prod", reads),
        ("/api/keys/list", "project={prod}&page[number]=0&page[query]=", reads),
        ("/api/project/settings", "project={prod}", reads),
        ("/api/projects/preview-archive", "project={prod}", reads),
        ("/api/projects/preview-restore", "project={prod}", reads),
        ("/api/projects/preview-default", "project={prod}", reads),
        ("/api/projects/make-default", "project={prod}&seen=stale&back=/", changes),
    ] {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.ask(Method::POST, path, &site.fill(body, *who).await, cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{who:?} {path} {}", answer.body);
        }
    }
    let again = format!("/acme/~/projects?archive={}", site.world.prod);
    for ((who, cookie), expected) in site.cookies.iter().zip([302, 409, 409, 403, 403, 403, 404, 404]) {
        let form = format!("confirmation=prod&password={PASSWORD}");
        let answer = site.ask(Method::POST, &again, &form, cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{who:?} {}", answer.body);
    }
    for page in ["/acme/prod/keys", "/acme/prod/settings"] {
        for ((who, cookie), expected) in site.cookies.iter().zip([302, 200, 200, 404, 404, 404, 404, 404]) {
            let answer = site.ask(Method::GET, page, "", cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{who:?} {page}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_that_is_out_of_date_is_shown_anew_instead_of_confirmed() {
    const ACCESS: &str = "/acme/~/settings?access=assigned_only";
    let site = Site::new().await;
    let owner = site.sign_in(Who::Owner).await;
    let seen = async |page: &str| {
        let answer = site.ask(Method::GET, page, "", &owner).await;
        let (_, rest) = answer
            .body
            .split_once("name=\"seen\" value=\"proj_")
            .expect("what the dry run was for");
        format!("seen=proj_{}", rest.split_once('"').expect("its end").0)
    };
    let flag = format!("/acme/~/projects?default={}", site.world.prod);
    let (old_flag, old_access) = (seen(&flag).await, seen(ACCESS).await);
    assert_eq!(old_flag, old_access);
    site.sql("UPDATE projects SET is_default = FALSE WHERE slug = 'default'").await;
    site.sql(
        "INSERT INTO projects (id, org_id, slug, name, environment, is_default, created_at)
              SELECT 'proj_00000000000000000000000123', id, 'lab', 'Lab', 'other', TRUE, 0 FROM orgs WHERE slug = 'acme'",
    )
    .await;
    let answer = site.ask(Method::POST, ACCESS, &old_access, &owner).await;
    assert_eq!(answer.status, 409);
    let page = answer.body.replace("<!>", "");
    for part in [
        "Somebody changed the Default Project",
        "Open Lab to assigned people only?",
        "Nothing was changed.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let make = format!("project={}&back=/acme/~/projects&", site.world.prod);
    let path = "/api/projects/make-default";
    let answer = site.ask(Method::POST, path, &format!("{make}{old_flag}"), &owner).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let answer = site.ask(Method::POST, path, &format!("{make}{}", seen(&flag).await), &owner).await;
    assert_eq!((answer.status.as_u16(), answer.location.as_str()), (200, "/acme/~/projects"));
    let answer = site.ask(Method::POST, ACCESS, &seen(ACCESS).await, &owner).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
}

#[tokio::test]
async fn a_live_page_of_an_archived_project_ends_within_two_seconds() {
    let site = Site::new().await;
    let path = format!("/events?topic=project/{}", site.world.prod);
    let member = site.sign_in(Who::External).await;
    let live = site.send(Method::GET, &path, "", &member).await.into_body();
    archive(&site.world.console(Who::Owner).await, &site).await;
    let end = tokio::time::timeout(std::time::Duration::from_secs(2), live.collect()).await;
    let text = end.expect("in time").expect("no error").to_bytes();
    assert!(String::from_utf8_lossy(&text).contains("event: gone"), "{text:?}");
}
