//! The form of the templates, through the whole server.

use super::*;

const PAGE: &str = "/acme/~/projects";

#[tokio::test]
async fn the_form_is_for_owners_and_admins() {
    let site = Site::new().await;
    for ((who, cookie), expected) in site.cookies.iter().zip([302, 302, 302, 403, 403, 403, 404, 404]) {
        let form = format!("template=team&names=Team+{who:?}&models%5B%5D=bailiwick%2Fecho&step=create");
        let answer = site.ask(Method::POST, PAGE, &form, cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{who:?} {}", answer.body);
        let made = expected == 302 && *who != Who::Anonymous;
        assert_eq!(
            answer.location.contains("done=projects%2Dcreated"),
            made,
            "{who:?} {}",
            answer.location
        );
    }
    let (_, owner) = &site.cookies[1];
    let answer = site
        .ask(Method::POST, "/acme/prod/projects", "template=team&names=X1&step=create", owner)
        .await;
    assert_eq!(answer.status, 404, "it stands under all projects only");
}

#[tokio::test]
async fn nothing_is_made_before_it_was_shown_and_what_was_typed_stays() {
    let site = Site::new().await;
    let owner = site.sign_in(Who::Owner).await;
    let form = |names: &str, step: &str| format!("template=customer&names={names}&models%5B%5D=bailiwick%2Fecho&step={step}");
    let answer = site.ask(Method::POST, PAGE, &form("Globex%0D%0AInitech", "preview"), &owner).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.body.contains("Create 2 projects?") && answer.body.contains("/acme/initech"),
        "{}",
        answer.body
    );
    assert_eq!(site.ask(Method::GET, "/acme/globex/keys", "", &owner).await.status, 404);

    let answer = site.ask(Method::POST, PAGE, &form("Globex%0D%0Aprod", "preview"), &owner).await;
    assert_eq!(answer.status, 422);
    for kept in ["Line 2: Another project", "value=\"customer\" checked", "aria-invalid=\"true\""] {
        assert!(answer.body.contains(kept), "{kept}: {}", answer.body);
    }
    let answer = site.ask(Method::POST, PAGE, &form("Globex%0D%0AInitech", "edit"), &owner).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("Initech</textarea>"), "{}", answer.body);

    let answer = site.ask(Method::POST, PAGE, &form("Globex%0D%0AInitech", "create"), &owner).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location.as_str()),
        (302, "/acme/~/projects?done=projects%2Dcreated")
    );
    assert_eq!(site.ask(Method::GET, "/acme/globex/keys", "", &owner).await.status, 200);
}
