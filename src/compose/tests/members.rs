//! The rows of members and invitations, and what comes in with a form that is no server function.

use super::{
    rows::{ORG, OWNERS, Row},
    *,
};

const UNKNOWN: [u16; 8] = [401, 404, 404, 403, 403, 403, 404, 404];

/// Server functions; `{other}` is a member whom the matrix lets nobody but owners and org admins touch.
pub const FUNCTIONS: &[Row] = &[
    ("/api/members/list", "org={org}&page[number]=0&page[query]=", ORG),
    (
        "/api/members/set-role",
        "org={org}&account={other}&role=member&seen=member&back=/acme/~/members",
        ORG,
    ),
    // The form of a row asks first: the role is not what it showed, so that nothing ends.
    (
        "/api/members/set-role",
        "org={org}&account={other}&role=member&seen=admin&ask=/acme/~/members?demote=x&back=/acme/~/members",
        [401, 409, 409, 403, 403, 403, 404, 404],
    ),
    // Not weaker than the role that they have: the last check.
    (
        "/api/members/preview-demotion",
        "org={org}&account={other}&to=member",
        [401, 409, 409, 403, 403, 403, 404, 404],
    ),
    ("/api/members/preview-transfer", "org={org}&email=othermember@acme.example", OWNERS),
    ("/api/members/preview-removal", "org={org}&account={other}", ORG),
    (
        "/api/members/remove",
        "org={org}&account={other}&shown[]=key_00000000000000000000000000&back=/acme/~/members",
        UNKNOWN,
    ),
    ("/api/members/preview-assignment", "org={org}&account={other}", ORG),
    (
        "/api/members/assign",
        "org={org}&account={other}&projects[]=proj_00000000000000000000000000&project_role=member&back=/acme/~/members",
        UNKNOWN,
    ),
    ("/api/invitations/list", "org={org}&page[number]=0&page[query]=", ORG),
    ("/api/invitations/options", "org={org}", ORG),
    (
        "/api/invitations/resend",
        "org={org}&invitation=inv_00000000000000000000000000&back=/acme/~/members",
        UNKNOWN,
    ),
    (
        "/api/invitations/revoke",
        "org={org}&invitation=inv_00000000000000000000000000&back=/acme/~/members",
        UNKNOWN,
    ),
    ("/api/invitations/find", "token=inv_00000000000000000000000000.guess", [404; 8]),
    ("/api/invitations/decline", "token=inv_00000000000000000000000000.guess", [404; 8]),
];

/// An organization that is not theirs answers owners and admins as one that does not exist, whatever else the request names.
#[tokio::test]
async fn another_organization_is_none() {
    let site = Site::new().await;
    let unknown = format!("org_{}", "0".repeat(26));
    for (path, body, _) in FUNCTIONS.iter().filter(|(_, body, _)| body.contains("{org}")) {
        for (who, cookie) in site.cookies.iter().filter(|(who, _)| matches!(who, Who::Owner | Who::OrgAdmin)) {
            let mut answers = Vec::new();
            for org in [site.world.other_org.as_str(), &unknown] {
                let body = site.fill(&body.replace("{org}", org), *who).await;
                let answer = site.ask(Method::POST, path, &body, cookie).await;
                answers.push((answer.status.as_u16(), answer.body));
            }
            assert_eq!(answers[0], answers[1], "{who:?} {path}");
            assert_eq!(answers[0].0, 404, "{who:?} {path}");
        }
    }
}

/// Lists of boxes come as `projects[]=…`, plainly from a browser and percent-encoded from a script.
#[tokio::test]
async fn ticked_boxes_arrive_however_they_are_encoded() {
    let site = Site::new().await;
    let owner = &site.cookies[1].1;
    for (body, status) in [
        ("org={org}&account={other}&project_role=member&back=/acme/~/members", 422),
        (
            "org={org}&account={other}&projects[]={prod}&project_role=owner&back=/acme/~/members",
            422,
        ),
        (
            "org={org}&account={other}&projects%5B%5D={prod}&project_role=member&back=/acme/~/members",
            200,
        ),
    ] {
        let body = site.fill(body, Who::Owner).await;
        let answer = site.ask(Method::POST, "/api/members/assign", &body, owner).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
    }
    let page = site.ask(Method::GET, "/acme/~/members?project=prod", "", owner).await;
    assert!(page.body.contains("othermember@acme.example"), "assigned");
}

#[tokio::test]
async fn the_invite_form_sends_or_keeps_what_was_typed() {
    let site = Site::new().await;
    let form = "emails=noor@acme.example%0D%0Ajonas@acme.example&role=member&project_role=admin&projects={prod}";
    let body = site.fill(form, Who::Owner).await;
    for ((who, cookie), status) in site.cookies.iter().zip([302, 302, 302, 403, 403, 403, 404, 404]).skip(1) {
        let answer = site.ask(Method::POST, "/acme/~/members?invite=1", &body, cookie).await;
        assert_eq!(answer.status.as_u16(), status, "{who:?}");
        if matches!(who, Who::Owner | Who::OrgAdmin) {
            assert_eq!(answer.location, "/acme/~/members?done=invitations%2Dsent");
        }
    }
    let (owner, admin) = (&site.cookies[1].1, &site.cookies[2].1);
    let page = site.ask(Method::GET, "/acme/~/members", "", owner).await;
    for email in ["noor@acme.example", "jonas@acme.example"] {
        assert!(page.body.contains(&format!("Resend to {email}")), "{email}");
    }
    let looking = format!("{}&find=pro&look=1", body.replace("noor@", "pim@"));
    let looked = site.ask(Method::POST, "/acme/~/members?invite=1", &looking, owner).await;
    assert_eq!(looked.status, 200);
    assert!(
        looked.body.contains("pim@acme.example") && looked.body.contains("value=\"pro\""),
        "kept"
    );
    assert!(!looked.body.contains("Resend to pim@acme.example"), "and nobody is invited");
    let wrong = body.replace("jonas@", "jonas.");
    let refused = site.ask(Method::POST, "/acme/~/members?invite=1", &wrong, owner).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("noor@acme.example") && refused.body.contains("“jonas.acme.example”"),
        "kept"
    );
    let granted = site
        .ask(
            Method::POST,
            "/acme/~/members?invite=1",
            &body.replace("role=member", "role=owner"),
            admin,
        )
        .await;
    assert_eq!(granted.status, 403, "a role that the sender may not grant");
}

#[tokio::test]
async fn a_link_makes_an_account_and_signs_it_in() {
    let site = Site::new().await;
    let body = "emails=noor@acme.example&role=member&project_role=member";
    site.ask(Method::POST, "/acme/~/members?invite=1", body, &site.cookies[1].1).await;
    let mut reader = site.world.store.db.read().await.expect("read");
    let (link,) = crate::store::db::fetch_one!(&mut reader, (String,), "SELECT link FROM mails").expect("a mail");
    let path = site.world.parts.links.path(&link.parse().expect("a link"));
    drop(reader);
    let page = site.ask(Method::GET, &path, "", "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Join Acme Robotics") && page.body.contains("noor@acme.example"));
    let refused = site.ask(Method::POST, &path, "name=Noor+Haddad&password=short", "").await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("value=\"Noor Haddad\"") && refused.cookie.is_none(),
        "{}",
        refused.body
    );
    for name in [
        "x".repeat(10_000),
        "a%E2%80%AEb".to_owned(),
        "a%0D%0ABcc:+x".to_owned(),
        "%00".to_owned(),
    ] {
        let body = format!("name={name}&password=quiet+river+under+glass");
        let refused = site.ask(Method::POST, &path, &body, "").await;
        assert_eq!(refused.status, 422, "too long, turned around, two lines, nothing");
        assert!(refused.cookie.is_none());
    }
    for (who, cookie) in &site.cookies[1..] {
        let answer = site.ask(Method::POST, &path, "", cookie).await;
        assert_eq!(answer.status, 409, "{who:?}");
        assert!(!answer.body.contains("Join Acme Robotics"), "{who:?}");
    }
    let joined = site
        .ask(Method::POST, &path, "name=Noor+Haddad&password=quiet+river+under+glass", "")
        .await;
    assert_eq!(
        (joined.status.as_u16(), joined.location.as_str()),
        (302, "/acme/default/keys?done=joined")
    );
    let cookie = joined.cookie.expect("a session");
    assert_eq!(site.ask(Method::GET, "/acme/default/keys", "", &cookie).await.status, 200);
    assert_eq!(site.ask(Method::GET, &path, "", &cookie).await.status, 410, "a link works once");
    assert_eq!(
        site.ask(Method::POST, &path, "name=Noor&password=quiet+river+under+glass", "")
            .await
            .status,
        410
    );
}
