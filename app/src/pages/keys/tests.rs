use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::provide_context;

use super::{BaseUrl, FormToken, KeyOutcome, form::KeyForm};
use crate::{
    model::{
        AppError, KeyId, Listing, Page, ProjectId, Timestamp, TypedId,
        error::FieldError,
        key::{ApiKey, CreatedKey, KeyState, NewKey},
        time::DAY,
    },
    port::Keys,
    testing::{Ports, all_projects, assert_has, member, owner, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

struct Fake(Vec<ApiKey>);

#[async_trait]
impl Keys for Fake {
    async fn list(&self, _: ProjectId, page: Page) -> Result<Listing<ApiKey>, AppError> {
        let rows: Vec<_> = self
            .0
            .iter()
            .filter(|key| key.name.as_str().contains(&page.query))
            .cloned()
            .collect();
        Ok(Listing {
            total: rows.len() as u64,
            rows,
            unfiltered: self.0.len() as u64,
            page: page.number,
            now: NOW,
        })
    }
    async fn create(&self, _: ProjectId, _: NewKey) -> Result<CreatedKey, AppError> {
        Err(AppError::Internal)
    }
    async fn disable(&self, _: ProjectId, _: KeyId) -> Result<(), AppError> {
        Ok(())
    }
    async fn enable(&self, _: ProjectId, _: KeyId) -> Result<(), AppError> {
        Ok(())
    }
    async fn revoke(&self, _: ProjectId, _: KeyId) -> Result<(), AppError> {
        Ok(())
    }
}

fn key(bits: u128, name: &str, state: KeyState) -> ApiKey {
    ApiKey {
        id: KeyId::from_bits(bits),
        name: name.parse().unwrap(),
        hint: format!("bw_p_{bits:04}…9fQ1"),
        state,
        created_by: "Noor Haddad".to_owned(),
        maker_left: bits == 2,
        created_at: NOW.plus(-20 * DAY),
        expires_at: Some(NOW.plus(6 * DAY)),
        last_used_at: None,
        is_org_default: bits == 1,
    }
}

fn three() -> Vec<ApiKey> {
    vec![
        key(1, "checkout-api", KeyState::Active),
        key(2, "nightly-eval", KeyState::Disabled),
        key(3, "mobile-poc", KeyState::Revoked),
    ]
}

fn ports(keys: Vec<ApiKey>) -> Ports {
    Ports {
        keys: Some(Arc::new(Fake(keys))),
        contexts: Some(Arc::new(|| {
            provide_context(BaseUrl("https://ai.acme.example".to_owned()));
            provide_context(FormToken("only-once".to_owned()));
        })),
        ..Ports::at(place(owner()))
    }
}

fn posted(outcome: KeyOutcome) -> Ports {
    Ports {
        contexts: Some(Arc::new(move || provide_context(outcome.clone()))),
        ..ports(three())
    }
}

#[tokio::test]
async fn the_list_shows_every_key_with_its_status() {
    let (html, status) = render("/acme-robotics/prod/keys", ports(three())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "checkout-api",
            "bw_p_0001…9fQ1",
            "Organization Default",
            "Expires soon",
            "Disabled",
            "Revoked",
            "in 6 days",
            "Noor Haddad",
        ],
    );
    assert_has(
        &html,
        &[
            "1–3 of 3 keys",
            "href=\"/acme-robotics/prod/keys?new=1\"",
            "action=\"/api/keys/disable\"",
            "action=\"/api/keys/enable\"",
            "name=\"back\" value=\"/acme-robotics/prod/keys?done=key%2Ddisabled\"",
        ],
    );
    assert_eq!(html.matches("?revoke=").count(), 2, "a revoked key can do nothing more");
    assert!(!html.contains("<dialog"));
}

#[tokio::test]
async fn without_any_key_there_are_three_steps() {
    let (html, _) = render("/acme-robotics/prod/keys?code=python", ports(Vec::new())).await;
    assert_has(
        &html,
        &[
            "Send the first request of prod",
            "https://ai.acme.example/v1",
            "from openai import OpenAI",
        ],
    );
    assert!(!html.contains("<table"));
}

#[tokio::test]
async fn nothing_matches_is_not_nothing_yet() {
    let (html, _) = render("/acme-robotics/prod/keys?q=zzz", ports(three())).await;
    assert_has(&html, &["No key matches", "“zzz”", "value=\"zzz\""]);
    assert!(!html.contains("Send the first request"));
}

#[tokio::test]
async fn a_member_sees_the_list_and_why_nothing_can_be_changed() {
    let ports = Ports {
        ..Ports::at(place(member()))
    };
    let ports = Ports {
        keys: Some(Arc::new(Fake(three()))),
        ..ports
    };
    let (html, status) = render("/acme-robotics/prod/keys?new=1&revoke=key_00000000000000000000000001", ports).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "checkout-api",
            "aria-disabled=\"true\"",
            "Only an admin of the project can do this.",
        ],
    );
    for part in ["<dialog", "?revoke=", "/api/keys/disable"] {
        assert!(!html.contains(part), "{part} is offered");
    }
}

#[tokio::test]
async fn the_create_dialog_posts_to_the_page_with_its_token() {
    let (html, _) = render("/acme-robotics/prod/keys?new=1", ports(three())).await;
    assert_has(
        &html,
        &[
            "<dialog open",
            "action=\"/acme-robotics/prod/keys?new=1\" method=\"post\"",
            "name=\"idempotency\" value=\"only-once\"",
            "name=\"name\"",
            "value=\"90\" selected",
        ],
    );
}

#[tokio::test]
async fn a_key_that_was_made_is_shown_once() {
    let created = CreatedKey {
        id: KeyId::from_bits(9),
        name: "checkout-canary".parse().unwrap(),
        secret: "bw_p_Yx4K2mQ8vR1tN7wE3sB6uH9cJ0dL5fGp9kQe31".to_owned(),
    };
    let (html, _) = render("/acme-robotics/prod/keys?new=1", posted(KeyOutcome::Created(created))).await;
    assert_has(
        &html,
        &[
            "Save your key",
            "checkout-canary in prod",
            "BAILIWICK_KEY=bw_p_Yx4K2mQ8vR1tN7wE3sB6uH9cJ0dL5fGp9kQe31",
            "href=\"/acme-robotics/prod/keys\"",
        ],
    );
    assert!(!html.contains("<h2 id=\"dialog-title\">Create key"));
}

#[tokio::test]
async fn errors_of_the_form_stand_beside_their_fields() {
    let error = AppError::Invalid {
        fields: vec![FieldError::new("name", "A name has at most 80 characters.")],
    };
    let typed = KeyForm {
        name: "checkout".to_owned(),
        lifetime: "365".to_owned(),
        idempotency: String::new(),
    };
    let (html, _) = render("/acme-robotics/prod/keys", posted(KeyOutcome::Refused(error, typed))).await;
    assert_has(
        &html,
        &[
            "<dialog open",
            "aria-invalid=\"true\"",
            "value=\"checkout\"",
            "value=\"365\" selected",
        ],
    );
    assert_eq!(html.matches(">A name has at most 80 characters.<").count(), 1, "{html}");
}

#[tokio::test]
async fn revoking_names_its_effect_and_only_asks_for_keys_that_work() {
    let id = KeyId::from_bits(2);
    let (html, _) = render(&format!("/acme-robotics/prod/keys?revoke={id}"), ports(three())).await;
    assert_has(
        &html,
        &[
            "Revoke nightly-eval?",
            "refused with 401",
            "It was never used.",
            "action=\"/api/keys/revoke\"",
        ],
    );
    let revoked = KeyId::from_bits(3);
    let (html, _) = render(&format!("/acme-robotics/prod/keys?revoke={revoked}"), ports(three())).await;
    assert!(!html.contains("<dialog"), "after the form the address still names the key");
}

#[tokio::test]
async fn all_projects_has_no_keys() {
    let ports = Ports {
        keys: Some(Arc::new(Fake(three()))),
        ..Ports::at(all_projects())
    };
    let (_, status) = render("/acme-robotics/~/keys", ports).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_key_whose_maker_has_left_is_marked() {
    let (html, _) = render("/acme-robotics/prod/keys", ports(three())).await;
    assert_eq!(html.matches("Maker has left").count(), 1, "{html}");
}
