//! The dialogs that change what somebody is: a weaker role, the ownership; and that a dialog leaves the list as it was.

use super::*;
use crate::{pages::members::form::TransferForm, testing::focused};

const LIST: &str = "role=member&sort=-joined&page=3";
const KEPT: &str = "/acme-robotics/~/members?role=member&amp;sort=%2Djoined&amp;page=3";

#[tokio::test]
async fn a_dialog_leaves_the_list_as_it_was() {
    let id = AccountId::from_bits(3);
    let close = format!("&quot;close&quot;:&quot;{KEPT}&quot;");
    for dialog in [
        format!("remove={id}"),
        format!("assign={id}"),
        format!("demote={id}&to=member"),
        "transfer=1".to_owned(),
        "transfer=1&email=noor.haddad@acme.example".to_owned(),
        "invite=1".to_owned(),
    ] {
        let (html, _) = render(&format!("{PAGE}?{LIST}&{dialog}"), ports(everybody(), OrgRole::Owner)).await;
        assert!(html.contains("<dialog") && html.contains(&close), "{dialog}: {html}");
    }
    let path = format!("{PAGE}?{LIST}&remove={id}");
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    assert_has(&html, &[&format!("name=\"back\" value=\"{KEPT}&amp;done=member%2Dremoved\"")]);
    let (html, _) = render(&format!("{PAGE}?role=admin"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(&html, &["members?role=admin&amp;remove=acct", "members?role=admin&amp;invite=1"]);
}

#[tokio::test]
async fn a_weaker_role_is_asked_for_first() {
    let (html, _) = render(&format!("{PAGE}?role=admin"), ports(everybody(), OrgRole::Owner)).await;
    let noor = AccountId::from_bits(2);
    let asks = noor.to_string().replace('_', "%5F");
    assert_has(
        &html,
        &[&format!(
            "name=\"ask\" value=\"/acme-robotics/~/members?role=admin&amp;demote={asks}\""
        )],
    );
    let (html, _) = render(&format!("{PAGE}?demote={noor}&to=member"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "Make Noor Haddad a member?",
            "What ends now",
            "Members, projects, limits and billing of Acme Robotics",
            "2 open invitations of theirs",
            "7 keys that they made: they know the secrets",
            "Being owner or key owner of prod, with nobody in their place",
            "Access to Acme Robotics: they are assigned to no project",
            "name=\"role\" value=\"member\"",
            "name=\"seen\" value=\"admin\"",
            ">Change to Member<",
        ],
    );
    assert_eq!(
        html.matches("name=\"ask\"").count(),
        everybody().len() - 1,
        "the dialog's own form changes it: {html}"
    );
    for nonsense in [
        format!("demote={noor}"),
        format!("demote={noor}&to=root"),
        "demote=noor&to=member".to_owned(),
    ] {
        let (html, _) = render(&format!("{PAGE}?{nonsense}"), ports(everybody(), OrgRole::Owner)).await;
        assert_has(&html, &["<dialog", "There is nothing here, or nothing that you may see."]);
    }
    let last = Ports {
        members: Some(Arc::new(Fake {
            rows: everybody(),
            obstacle: Some("An organization keeps at least one owner."),
        })),
        ..ports(everybody(), OrgRole::Owner)
    };
    let (html, _) = render(&format!("{PAGE}?demote={}&to=admin", AccountId::from_bits(1)), last).await;
    assert_has(&html, &["An organization keeps at least one owner.", ">Close<"]);
}

#[tokio::test]
async fn a_transfer_asks_whom_and_shows_who_it_is() {
    let path = format!("{PAGE}?transfer=1&role=admin");
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "Transfer ownership of Acme Robotics",
            "action=\"/acme-robotics/~/members\" method=\"get\"",
            "type=\"hidden\" name=\"role\" value=\"admin\"",
            "type=\"hidden\" name=\"transfer\" value=\"1\"",
        ],
    );
    assert!(!html.contains("Your password"), "{html}");
    for (typed, message) in [
        ("nobody%40acme.example", "No member of the organization has this address."),
        ("nobody", "Enter an e-mail address such as name@example.com."),
    ] {
        let (html, _) = render(&format!("{path}&email={typed}"), ports(everybody(), OrgRole::Owner)).await;
        assert_eq!(html.matches(message).count(), 1, "{html}");
        assert_has(
            &html,
            &["aria-invalid=\"true\"", &format!("value=\"{}\"", typed.replace("%40", "@"))],
        );
    }
    let (html, _) = render(
        &format!("{path}&email=noor.haddad%40acme.example"),
        ports(everybody(), OrgRole::Admin),
    )
    .await;
    assert!(!html.contains("<dialog"), "an admin has no ownership to give: {html}");
}

#[tokio::test]
async fn a_transfer_says_what_it_does_and_shows_errors_beside_fields() {
    let path = format!("{PAGE}?transfer=1&email=noor.haddad%40acme.example");
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    let noor = AccountId::from_bits(2);
    assert_has(
        &html,
        &[
            "Noor Haddad manages settings, owners and the Organization Default Key",
            "2 other owners remain",
            "Open invitations to become an owner that you sent: 1.",
            "An Organization Default Key that you made",
            "Type “Acme Robotics” to confirm",
            &format!("name=\"account\" value=\"{noor}\""),
        ],
    );
    let error = AppError::field("password", "This is not your password.");
    let typed = TransferForm {
        account: noor.to_string(),
        confirmation: "Acme <Robots>".to_owned(),
        password: "quiet river".to_owned(),
    };
    let refused = ports(everybody(), OrgRole::Owner).refusing(error, typed);
    let (html, _) = render(&path, refused).await;
    assert_has(&html, &["method=\"post\" data-enhanced", "value=\"Acme &lt;Robots&gt;\""]);
    assert!(!html.contains("quiet river"), "a password is never handed back");
    assert_eq!(focused(&html), 1, "{html}");
    assert_eq!(html.matches(">This is not your password.<").count(), 1, "{html}");
}
