//! The form of a project's details, through the whole server.

use app::{pages::project::form::SettingsForm, port::ProjectSettings};

use super::*;

const PAGE: &str = "/acme/prod/settings";

/// The form of `prod` as it is shown now, edited and sent as a browser sends it.
async fn form(site: &Site, edit: impl FnOnce(&mut SettingsForm)) -> String {
    let owner = site.world.console(Who::Owner).await;
    let details = owner.details(site.world.prod.clone()).await.expect("read").details;
    let mut form = SettingsForm::from(&details);
    edit(&mut form);
    serde_urlencoded::to_string(form).expect("a form")
}

#[tokio::test]
async fn the_form_is_for_admins_of_the_project() {
    let site = Site::new().await;
    for ((who, cookie), expected) in site.cookies.iter().zip([302, 302, 302, 302, 403, 404, 403, 404]) {
        let sent = form(&site, |form| form.workload = format!("of {who:?}")).await;
        let answer = site.ask(Method::POST, PAGE, &sent, cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{who:?} {}", answer.body);
        let saved = form(&site, |_| ()).await.contains(&format!("of+{who:?}&"));
        assert_eq!(saved, expected == 302 && *who != Who::Anonymous, "{who:?}");
    }
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_refused() {
    let site = Site::new().await;
    let admin = site.sign_in(Who::ProjectAdmin).await;
    let wrong = form(&site, |form| {
        form.workload = "nightly evaluation".to_owned();
        form.expected_spend = "a lot".to_owned();
    })
    .await;
    let answer = site.ask(Method::POST, PAGE, &wrong, &admin).await;
    assert_eq!(answer.status, 422);
    for kept in ["value=\"nightly evaluation\"", "value=\"a lot\"", "aria-invalid=\"true\""] {
        assert!(answer.body.contains(kept), "{kept}: {}", answer.body);
    }
    let stale = form(&site, |form| {
        form.workload = "mine".to_owned();
        form.seen = "of before".to_owned();
    })
    .await;
    let answer = site.ask(Method::POST, PAGE, &stale, &admin).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("value=\"mine\""), "{}", answer.body);

    let moved = form(&site, |form| form.slug = "production".to_owned()).await;
    let answer = site.ask(Method::POST, PAGE, &moved, &admin).await;
    assert_eq!(answer.status, 422);
    let reason = "id=\"f-slug-error\" class=\"error\">Only an owner or admin of the organization can do this.";
    assert!(answer.body.contains(reason), "{}", answer.body);
    let admin = site.sign_in(Who::OrgAdmin).await;
    let answer = site.ask(Method::POST, PAGE, &moved, &admin).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location.as_str()),
        (302, "/acme/prod/settings?done=project%2Dsaved")
    );
    let answer = site.ask(Method::GET, &answer.location, "", &admin).await;
    assert_eq!(answer.location, "/acme/production/settings?done=project%2Dsaved");
}
