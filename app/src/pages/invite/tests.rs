use std::sync::Arc;

use async_trait::async_trait;

use super::form::AcceptForm;
use crate::{
    model::{
        AppError, InvitationId, Listing, OrgId, OrgRole, Page, Timestamp,
        choice::Choosing,
        error::FieldError,
        invitation::{Guest, Invitation, InviteOptions, Invited, LIFETIME, NewInvitations, Newcomer, OpenInvitation},
        place::Home,
    },
    port::Invitations,
    testing::{Ports, assert_has, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);
const PAGE: &str = "/invite?token=inv_7.abc";

struct Fake(Result<Invited, AppError>);

#[async_trait]
impl Invitations for Fake {
    async fn pending(&self, _: OrgId, _: Page) -> Result<Listing<Invitation>, AppError> {
        Err(AppError::NotFound)
    }
    async fn invite_options(&self, _: OrgId, _: Choosing) -> Result<InviteOptions, AppError> {
        Err(AppError::NotFound)
    }
    async fn invite(&self, _: OrgId, new: NewInvitations) -> Result<usize, AppError> {
        Ok(new.emails.len())
    }
    async fn resend(&self, _: OrgId, _: InvitationId) -> Result<(), AppError> {
        Ok(())
    }
    async fn revoke_invitation(&self, _: OrgId, _: InvitationId) -> Result<(), AppError> {
        Ok(())
    }
    async fn invited(&self, token: &str) -> Result<Invited, AppError> {
        assert_eq!(token, "inv_7.abc");
        self.0.clone()
    }
    async fn accept(&self, _: &str, _: Option<Newcomer>) -> Result<Option<Home>, AppError> {
        Ok(None)
    }
    async fn decline(&self, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

fn ports(invited: Result<Invited, AppError>) -> Ports {
    Ports {
        invitations: Some(Arc::new(Fake(invited))),
        ..Ports::default()
    }
}

fn open(guest: Guest) -> Ports {
    ports(Ok(Invited::Open(Box::new(OpenInvitation {
        org: "Acme Robotics".parse().expect("a name"),
        email: "noor.haddad@acme.example".parse().expect("an address"),
        role: OrgRole::Member,
        projects: vec!["staging".to_owned(), "dev".to_owned()],
        invited_by: "Ada Osei".to_owned(),
        sent_at: NOW,
        expires_at: NOW.plus(LIFETIME),
        now: NOW,
        guest,
    }))))
}

#[tokio::test]
async fn a_newcomer_makes_the_account_with_the_form() {
    let (html, status) = render(PAGE, open(Guest::New)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "Join Acme Robotics",
            "Ada Osei invited you.",
            "<span class=\"tag\">staging</span>",
            "in 7 days",
            "action=\"/invite?token=inv%5F7%2Eabc\" method=\"post\"",
            "value=\"noor.haddad@acme.example\"",
            "readonly",
            "name=\"name\"",
            "autocomplete=\"new-password\"",
            "Accept and join",
            "Decline",
            "name=\"token\" value=\"inv_7.abc\"",
        ],
    );
}

#[tokio::test]
async fn who_has_an_account_signs_in_first_and_comes_back() {
    let (html, _) = render(PAGE, open(Guest::SignedOut)).await;
    assert_has(&html, &["href=\"/signin?next=%2Finvite%3Ftoken%3Dinv%255F7%252Eabc\""]);
    assert!(!html.contains("Accept and join"), "{html}");
    let (html, _) = render(PAGE, open(Guest::SignedIn)).await;
    assert_has(&html, &["Accept and join"]);
    assert!(!html.contains("name=\"password\""), "{html}");
}

#[tokio::test]
async fn another_account_learns_no_more_than_a_masked_address() {
    let other = Invited::SomebodyElse {
        email: "n…@acme.example".to_owned(),
    };
    let (html, status) = render(PAGE, ports(Ok(other))).await;
    assert_eq!(status, 409);
    assert_has(&html, &["It is for n…@acme.example", "Sign out"]);
    assert!(!html.contains("Acme Robotics"), "{html}");
}

#[tokio::test]
async fn a_link_that_opens_nothing_has_one_page() {
    let (html, status) = render(PAGE, ports(Err(AppError::NotFound))).await;
    assert_eq!(status, 410);
    assert_has(&html, &["This invitation is not valid any more"]);
}

#[tokio::test]
async fn who_was_invited_by_somebody_without_the_right_learns_it_before_they_type() {
    let (html, status) = render(PAGE, ports(Err(AppError::conflict("Ada Osei may not invite you any more.")))).await;
    assert_eq!(status, 409);
    assert_has(
        &html,
        &["This invitation does not hold now", "Ada Osei may not invite you any more."],
    );
    assert!(!html.contains("name=\"password\""), "{html}");
}

#[tokio::test]
async fn a_refused_form_keeps_the_name_and_shows_each_error_beside_its_field() {
    let error = AppError::Invalid {
        fields: vec![FieldError::new("password", "Use at least 12 characters.")],
    };
    let typed = AcceptForm {
        name: Some("Noor Haddad".to_owned()),
        password: "short-and-secret".to_owned(),
    };
    let (html, _) = render(PAGE, open(Guest::New).refusing(error, typed)).await;
    assert!(!html.contains("short-and-secret"), "a password is never handed back");
    assert_has(&html, &["value=\"Noor Haddad\""]);
    assert_eq!(html.matches("Use at least 12 characters.").count(), 1, "{html}");
}
