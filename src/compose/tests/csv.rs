//! Exports through the whole server: the rights of the lists, and nothing that a spreadsheet would run.

use super::*;

#[tokio::test]
async fn an_export_has_the_rights_of_its_list() {
    let site = Site::new().await;
    for (path, expected) in [
        ("/acme/~/projects.csv", ORG),
        ("/acme/prod/keys.csv", READ_PROJECT),
        ("/acme/prod/settings/collaborators.csv", [401, 200, 200, 200, 403, 404, 403, 404]),
        ("/acme/prod/projects.csv", [401, 404, 404, 404, 404, 404, 404, 404]),
        ("/nowhere/prod/keys.csv", [401, 404, 404, 404, 404, 404, 404, 404]),
    ] {
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
