use std::sync::Arc;

use async_trait::async_trait;

use super::form::{EntryForm, EntryOutcome};
use crate::{
    model::{
        AppError, Email, Name,
        door::{Door, SignUpPolicy},
    },
    port::{EmailChange, Entry},
    testing::{Ports, assert_has, render},
};

/// Knows one link, `good`.
struct Fake {
    may_sign_up: bool,
}

fn opened(token: &str) -> Option<Email> {
    (token == "good").then(|| "noor.haddad@acme.example".parse().expect("an address"))
}

#[async_trait]
impl Entry for Fake {
    async fn request_reset(&self, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn find_reset(&self, token: &str) -> Result<Option<Email>, AppError> {
        Ok(opened(token))
    }
    async fn reset(&self, _: &str, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn may_sign_up(&self) -> Result<bool, AppError> {
        Ok(self.may_sign_up)
    }
    async fn request_sign_up(&self, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn find_sign_up(&self, token: &str) -> Result<Option<Email>, AppError> {
        Ok(opened(token))
    }
    async fn sign_up(&self, _: &str, _: Name, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

#[async_trait]
impl EmailChange for Fake {
    async fn request_email(&self, _: &str, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn find_email(&self, token: &str) -> Result<Option<Email>, AppError> {
        Ok(opened(token))
    }
    async fn confirm_email(&self, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

fn ports(sign_up: SignUpPolicy, contact: Option<&str>, outcome: Option<EntryOutcome>) -> Ports {
    let fake = Arc::new(Fake {
        may_sign_up: sign_up != SignUpPolicy::Closed,
    });
    let door = Door {
        sign_up,
        contact: contact.map(|text| text.parse().expect("a name")),
    };
    Ports {
        entry: Some(fake.clone()),
        email_change: Some(fake),
        contexts: Some(Arc::new(move || {
            leptos::prelude::provide_context(door.clone());
            if let Some(outcome) = outcome.clone() {
                leptos::prelude::provide_context(outcome);
            }
        })),
        ..Ports::default()
    }
}

fn typed(email: &str) -> EntryForm {
    EntryForm {
        email: email.to_owned(),
        name: "Noor Haddad".to_owned(),
        password: "a-secret-that-is-not-shown".to_owned(),
    }
}

async fn page(path: &str, outcome: Option<EntryOutcome>) -> (String, u16) {
    render(path, ports(SignUpPolicy::Open, None, outcome)).await
}

#[tokio::test]
async fn a_forgotten_password_is_asked_for_by_a_plain_form() {
    let (html, status) = page("/signin/forgot", None).await;
    assert_eq!(status, 200);
    let form = [
        "<form action=\"/signin/forgot\" method=\"post\">",
        "<label for=\"f-email\">E-mail</label>",
        "Send the link",
    ];
    assert_has(&html, &form);
    let (html, _) = page("/signin/forgot", Some(EntryOutcome::Done(typed("noor@acme.example")))).await;
    assert_has(
        &html,
        &["Look into your mailbox", "If this address has an account", "noor@acme.example"],
    );
    assert!(!html.contains("<form action=\"/signin/forgot\""), "{html}");
    let refused = EntryOutcome::Refused(AppError::field("email", "Enter an e-mail address."), typed("noor"));
    let (html, _) = page("/signin/forgot", Some(refused)).await;
    assert_has(&html, &["value=\"noor\"", "aria-invalid=\"true\"", "Enter an e-mail address."]);
}

#[tokio::test]
async fn each_form_stands_behind_a_good_link_and_keeps_its_token() {
    for (path, button) in [
        ("/signin/reset", "Change password"),
        ("/signup/account", "Create account"),
        ("/account/email", "Use this address"),
    ] {
        let (html, status) = page(&format!("{path}?token=good"), None).await;
        assert_eq!(status, 200, "{path}");
        let action = format!("<form action=\"{path}?token=good\" method=\"post\">");
        assert_has(&html, &[&action, "noor.haddad@acme.example", button]);
        for bad in ["?token=bad", ""] {
            let (html, status) = page(&format!("{path}{bad}"), None).await;
            assert_eq!(status, 410, "{path}");
            assert_has(&html, &["This link is not valid any more"]);
            assert!(!html.contains(button), "{html}");
        }
        let refused = EntryOutcome::Refused(AppError::field("password", "Use at least 12 characters."), typed(""));
        let (html, _) = page(&format!("{path}?token=good"), Some(refused)).await;
        assert_has(&html, &["Use at least 12 characters."]);
        assert!(!html.contains("a-secret-that-is-not-shown"), "{path}");
        let (html, status) = page(&format!("{path}?token=used"), Some(EntryOutcome::Done(typed("")))).await;
        assert_eq!(status, 200, "{path}: done is done, though the link is used now");
        assert!(!html.contains(button), "{html}");
    }
}

#[tokio::test]
async fn a_refused_name_stays_in_the_form() {
    let refused = EntryOutcome::Refused(AppError::field("password", "Use at least 12 characters."), typed(""));
    let (html, _) = page("/signup/account?token=good", Some(refused)).await;
    assert_has(&html, &["value=\"Noor Haddad\""]);
}

#[tokio::test]
async fn sign_up_is_offered_where_the_operator_allows_it() {
    let (html, status) = render("/signup", ports(SignUpPolicy::Closed, Some("platform@acme.example"), None)).await;
    assert_eq!(status, 403);
    assert_has(
        &html,
        &[
            "Accounts here are by invitation",
            "Ask an owner of your organization, or platform@acme.example.",
        ],
    );
    let (html, status) = render("/signup", ports(SignUpPolicy::Domains, None, None)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &["<form action=\"/signup\" method=\"post\">", "only some domains may sign up"],
    );
    let (html, _) = render("/signup", ports(SignUpPolicy::Open, None, None)).await;
    assert!(!html.contains("only some domains"), "{html}");
    let (html, _) = page("/signup", Some(EntryOutcome::Done(typed("noor@acme.example")))).await;
    assert_has(&html, &["Look into your mailbox", "noor@acme.example"]);
}

#[tokio::test]
async fn sign_in_leads_to_the_other_ways_in() {
    let (html, _) = render("/signin", ports(SignUpPolicy::Closed, None, None)).await;
    assert_has(
        &html,
        &[
            "href=\"/signin/forgot\"",
            "Accounts here are by invitation. ",
            "Ask an owner of your organization.",
        ],
    );
    assert!(!html.contains("href=\"/signup\""), "{html}");
    let (html, _) = render("/signin", ports(SignUpPolicy::Open, None, None)).await;
    assert_has(&html, &["href=\"/signup\""]);
}
