//! One address, one account: other case is the same, anything that only looks or routes alike is another.

use http::Method;

use super::super::{Site, Who};
use crate::{store::db::fetch_all, testing::PASSWORD};

/// The owner's address as it may be typed.
const SAME: [&str; 3] = ["OWNER%40ACME.EXAMPLE", "Owner%40acme.example", "+owner%40acme.example+"];
/// Addresses that look like the owner's, and are none.
const LOOK_ALIKES: [&str; 9] = [
    "%D0%BEwner%40acme.example",
    "owner%40%D0%B0cme.example",
    "%EF%BD%8Fwner%40acme.example",
    "owner%EF%BC%A0acme.example",
    "owner%E2%80%8B%40acme.example",
    "owner%00%40acme.example",
    "owner%40acme.example%0D%0ABcc%3A+eve%40evil.example",
    "owner%40acme.example.",
    "owner%40acme.example%2C+eve%40evil.example",
];
/// Addresses of somebody else, even where a mail program delivers them to the owner.
const OTHERS: [&str; 3] = ["owner%2Bx%40acme.example", "o.wner%40acme.example", "nobody%40acme.example"];

async fn recipients(site: &Site) -> Vec<String> {
    let mut reader = site.world.store.db.read().await.expect("a reader");
    let sql = "SELECT recipient FROM mails WHERE state = 'waiting'";
    let rows = fetch_all!(&mut reader, (String,), sql).expect("mails");
    rows.into_iter().map(|(recipient,)| recipient).collect()
}

#[tokio::test]
async fn nobody_signs_in_by_an_address_that_only_looks_like_another() {
    let site = Site::new().await;
    let sign_in = async |email: &str| {
        let body = format!("email={email}&password={PASSWORD}");
        let answer = site.by_script("/signin", &body, "").await;
        (answer.status.as_u16(), answer.body)
    };
    for email in SAME {
        assert_eq!(sign_in(email).await.0, 200, "{email}");
    }
    let unknown = sign_in("nobody%40acme.example").await;
    assert_eq!(unknown.0, 422);
    for email in OTHERS {
        assert_eq!(sign_in(email).await, unknown, "{email}");
    }
    for email in LOOK_ALIKES {
        assert_eq!(sign_in(email).await.0, 422, "{email}");
    }
}

#[tokio::test]
async fn a_reset_goes_to_the_address_of_the_account_alone() {
    let site = Site::new().await;
    let ask = async |email: &str| {
        let answer = site.ask(Method::POST, "/signin/forgot", &format!("email={email}"), "").await;
        answer.status.as_u16()
    };
    for email in LOOK_ALIKES {
        assert_eq!(ask(email).await, 422, "{email}");
    }
    for email in OTHERS {
        assert_eq!(ask(email).await, 200, "{email}");
    }
    assert!(recipients(&site).await.is_empty());
    for email in SAME {
        assert_eq!(ask(email).await, 200, "{email}");
    }
    assert_eq!(recipients(&site).await, ["owner@acme.example"; 3]);
}

#[tokio::test]
async fn the_look_up_of_a_collaborator_finds_one_account_and_tells_of_no_other() {
    let site = Site::new().await;
    let cookie = site.sign_in(Who::ProjectAdmin).await;
    let add = async |email: &str| {
        let body = format!("email={email}&role=member");
        let answer = site.ask(Method::POST, "/acme/prod/settings/collaborators", &body, &cookie).await;
        let sentence = |text: &str| answer.body.contains(text);
        (
            answer.status.as_u16(),
            sentence("cannot be added"),
            sentence("Enter an e-mail address"),
        )
    };
    for email in LOOK_ALIKES {
        assert_eq!(add(email).await, (422, false, true), "{email}");
    }
    for email in [
        "othermember%2Bx%40acme.example",
        "other.member%40acme.example",
        "stranger%40acme.example",
    ] {
        assert_eq!(add(email).await, (422, true, false), "{email}");
    }
    assert_eq!(add("OtherMember%40ACME.example").await.0, 302, "another case is the same person");
}
