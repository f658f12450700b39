//! The confirmation of a removal.

use super::*;

#[tokio::test]
async fn a_removal_lists_what_ends_with_every_key_ticked() {
    let id = AccountId::from_bits(3);
    let (html, _) = render(&format!("{PAGE}?remove={id}"), ports(three())).await;
    let ticked = format!("name=\"keys[]\" value=\"{}\" autocomplete=\"off\" checked", KeyId::from_bits(1));
    assert_has(
        &html,
        &[
            "Remove Jonas Lindqvist from prod?",
            "stays in Acme Robotics, with dev, lab.",
            "All rights in prod, at once in open sessions, too",
            "The part of the key owner of prod",
            "41,208",
            "In use: batch-embeddings.",
            "Remove and revoke the ticked keys",
            &ticked,
        ],
    );
    assert_eq!(html.matches("type=\"checkbox\"").count(), 2);
}

#[tokio::test]
async fn a_removal_that_cannot_be_says_why() {
    let refusing = |obstacle: Option<&str>| {
        Arc::new(Fake {
            people: three(),
            after: AfterRemoval::Nothing,
            obstacle: obstacle.map(str::to_owned),
        })
    };
    let id = AccountId::from_bits(2);
    let ports = seen_by(owner(), refusing(Some("Noor Haddad is the owner of this project.")));
    let (html, _) = render(&format!("{PAGE}?remove={id}"), ports).await;
    assert_has(&html, &["Noor Haddad is the owner of this project.", ">Close<"]);
    assert_lacks(&html, &["action=\"/api/collaborators/remove\""]);

    for unknown in [AccountId::from_bits(77).to_string(), "nonsense".to_owned()] {
        let (html, _) = render(&format!("{PAGE}?remove={unknown}"), seen_by(owner(), refusing(None))).await;
        assert_has(&html, &["There is nothing here, or nothing that you may see."]);
    }

    let (html, _) = render(&format!("{PAGE}?remove={id}"), seen_by(owner(), refusing(None))).await;
    assert_has(
        &html,
        &[
            "loses Acme Robotics until an admin adds them to another project",
            "this is their last project",
        ],
    );
}

#[tokio::test]
async fn a_removal_from_an_open_project_does_not_claim_more_than_it_does() {
    let fake = |after| {
        Arc::new(Fake {
            people: three(),
            after,
            obstacle: None,
        })
    };
    let path = format!("{PAGE}?remove={}", AccountId::from_bits(2));
    for (viewer, after) in [
        (owner(), AfterRemoval::OpenProject),
        // It may be open: an admin from outside does not learn it.
        (
            Standing {
                org: None,
                project: Some(ProjectRole::Admin),
            },
            AfterRemoval::Concealed,
        ),
    ] {
        let (html, _) = render(&path, seen_by(viewer, fake(after))).await;
        assert_has(&html, &["The role that they were given in prod, at once in open sessions, too"]);
        assert_lacks(&html, &["All rights in prod"]);
    }
}

#[tokio::test]
async fn an_admin_becomes_a_member_after_a_look_at_what_ends() {
    let id = AccountId::from_bits(2);
    let list = "/acme-robotics/prod/settings/collaborators?origin=member&amp;sort=%2Dadded";
    let (html, _) = render(&format!("{PAGE}?origin=member&sort=-added&demote={id}"), ports(three())).await;
    assert_has(
        &html,
        &[
            "Make Noor Haddad a member of prod?",
            "The part of the key owner of prod",
            "name=\"role\" value=\"member\"",
            "name=\"seen\" value=\"admin\"",
            ">Change to Member<",
            &format!("&quot;close&quot;:&quot;{list}&quot;"),
            &format!("name=\"back\" value=\"{list}&amp;done=role%2Dchanged\""),
        ],
    );
    let (html, _) = render(&format!("{PAGE}?origin=external&remove={id}"), ports(three())).await;
    assert_has(&html, &["settings/collaborators?origin=external&quot;"]);
    let (html, _) = render(PAGE, ports(three())).await;
    assert_has(
        &html,
        &["name=\"ask\" value=\"/acme-robotics/prod/settings/collaborators?demote=acct"],
    );
    let (html, _) = render(&format!("{PAGE}?demote={}", AccountId::from_bits(3)), ports(three())).await;
    assert_has(&html, &["Jonas Lindqvist is a member of prod already.", ">Close<"]);
}
