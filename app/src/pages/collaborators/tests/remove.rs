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
