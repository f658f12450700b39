//! Exports through the whole server: the rights of the lists, and nothing that a spreadsheet would run.

use super::{
    rows::{EXPORTS, NO_SUCH},
    *,
};

#[tokio::test]
async fn an_export_has_the_rights_of_its_list() {
    let site = Site::new().await;
    for (path, expected) in EXPORTS.iter().copied().chain([("/nowhere/prod/keys.csv", NO_SUCH)]) {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.ask(Method::GET, path, "", cookie).await;
            assert_eq!(answer.status.as_u16(), expected, "{who:?} {path}");
        }
    }
}

#[tokio::test]
async fn an_export_has_all_pages_of_the_filtered_list_and_no_formulas() {
    let site = Site::new().await;
    let owner = site.world.console(Who::Owner).await;
    for number in 0..60 {
        let new = NewKey {
            name: format!("=cmd|{number}\"x").parse().expect("a name"),
            lifetime: KeyLifetime::Never,
            idempotency: String::new(),
        };
        Keys::create(&owner, site.world.prod.clone(), new).await.expect("made");
    }
    site.fresh_key().await;
    let (_, cookie) = &site.cookies[1];
    let answer = site.send(Method::GET, "/acme/prod/keys.csv?q=cmd", "", cookie).await;
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"keys.csv\"");
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 61, "a heading, and two pages without the key that does not match");
    assert!(
        lines[1..].iter().all(|line| line.contains("\"'=cmd|") && line.contains("\"\"x\"")),
        "{text}"
    );
    let guest = site.ask(Method::GET, "/acme/prod/keys.csv", "", &site.cookies[6].1).await;
    assert!(!guest.body.contains("Ada Osei"), "outsiders do not meet the organization's people");
}

#[tokio::test]
async fn only_owners_export_the_default_key() {
    let site = Site::new().await;
    let key = site.fresh_key().await;
    let mut tx = site.world.store.db.write().await.expect("begin");
    let marked = "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1";
    crate::store::db::execute!(&mut tx, marked, key.as_str()).expect("marked");
    tx.commit().await.expect("commit");
    for (who, cookie) in &site.cookies {
        let answer = site.ask(Method::GET, "/acme/prod/keys.csv", "", cookie).await;
        assert_eq!(answer.body.contains(key.as_str()), *who == Who::Owner, "{who:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn members_are_exported_as_they_are_filtered() {
    let site = Site::new().await;
    let (_, owner) = &site.cookies[1];
    let mut tx = site.world.store.db.write().await.expect("begin");
    let renamed = "UPDATE accounts SET name = '=HYPERLINK(1)' WHERE email = 'projectadmin@acme.example'";
    crate::store::db::execute!(&mut tx, renamed).expect("renamed");
    tx.commit().await.expect("commit");
    let all = site.ask(Method::GET, "/acme/~/members.csv", "", owner).await.body;
    assert_eq!(all.split_terminator("\r\n").count(), 6, "a heading and five members: {all}");
    assert!(!all.contains("external@acme.example"), "no member");
    let seen = "\"owner\",\"\",\"true\",\"password\",\"2026-11-20T14:02:11.000Z\",\"\",\"2026-11-20T14:02:11.000Z\"";
    assert!(all.contains(seen), "who reads it is active: {all}");
    let of_prod = site
        .ask(Method::GET, "/acme/~/members.csv?role=member&project=prod", "", owner)
        .await
        .body;
    let lines: Vec<&str> = of_prod.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 3, "{of_prod}");
    assert!(
        lines[1].contains("\"'=HYPERLINK(1)\",\"projectadmin@acme.example\",\"member\",\"prod (admin)\",\"true\",\"password\""),
        "{of_prod}"
    );
    assert!(lines[1].ends_with("\"\""), "never active: {of_prod}");
    let nobody = site.ask(Method::GET, "/acme/~/members.csv?state=no-project", "", owner).await.body;
    assert_eq!(nobody.split_terminator("\r\n").count(), 1, "{nobody}");
}

#[tokio::test]
async fn the_file_of_projects_has_the_filter_and_the_order_of_the_list() {
    let site = Site::new().await;
    let (_, cookie) = &site.cookies[1];
    for (name, environment) in [("Lab+A", "staging"), ("Lab+B", "staging"), ("Lab+C", "other")] {
        let form = format!("name={name}&slug=&description=&environment={environment}&models%5B%5D=bailiwick%2Fecho");
        let made = site.ask(Method::POST, "/acme/~/projects?new=1", &form, cookie).await;
        assert_eq!(made.status, 302, "{}", made.body);
    }
    let address = "/acme/~/projects.csv?q=lab&environment=staging&sort=-name&page=7";
    let answer = site.ask(Method::GET, address, "", cookie).await;
    let names: Vec<&str> = answer.body.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(names, ["\"Lab B\"", "\"Lab A\""], "{}", answer.body);
    let moving = site.ask(Method::GET, "/acme/~/projects.csv?q=lab&sort=-cost", "", cookie).await;
    let plain = site.ask(Method::GET, "/acme/~/projects.csv?q=lab", "", cookie).await;
    assert_eq!(moving.body, plain.body, "rows must not move while they are read page by page");
    let answer = site.ask(Method::GET, "/acme/~/projects.csv?owner=nobody&q=lab", "", cookie).await;
    assert_eq!(answer.body.lines().count(), 1, "whoever makes a project owns it: {}", answer.body);
}
