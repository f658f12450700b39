use std::sync::Arc;

use async_trait::async_trait;

use super::{NOW, PAGE, choices, everybody, ports};
use crate::{
    model::{
        AppError, InvitationId, Listing, OrgId, OrgRole, Page, ProjectId, TypedId,
        choice::Choosing,
        invitation::{Invitation, InviteOptions, Invited, NewInvitations, Newcomer},
        place::Home,
        time::DAY,
    },
    pages::members::{InviteOutcome, invite_form::InviteForm},
    port::Invitations,
    testing::{Ports, assert_has, render},
};

/// Invitations that wait.
pub(super) struct Invites {
    rows: Vec<Invitation>,
    needs_project: bool,
}

#[async_trait]
impl Invitations for Invites {
    async fn pending(&self, _: OrgId, page: Page) -> Result<Listing<Invitation>, AppError> {
        let matching = self.rows.iter().filter(|row| row.email.as_str().contains(&page.query));
        let rows: Vec<_> = matching.cloned().collect();
        Ok(Listing {
            // The same on every page of a long list.
            total: rows.len() as u64 + u64::from(page.number * Page::SIZE),
            rows,
            unfiltered: self.rows.len() as u64,
            page: page.number,
            now: NOW,
        })
    }
    async fn invite_options(&self, _: OrgId, choosing: Choosing) -> Result<InviteOptions, AppError> {
        Ok(InviteOptions {
            projects: choices(&choosing, &[(3, "staging", None), (4, "prod", None)]),
            needs_project: self.needs_project,
        })
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
    async fn invited(&self, _: &str) -> Result<Invited, AppError> {
        Err(AppError::NotFound)
    }
    async fn accept(&self, _: &str, _: Option<Newcomer>) -> Result<Option<Home>, AppError> {
        Ok(None)
    }
    async fn decline(&self, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

pub(super) fn invites(rows: Vec<Invitation>) -> Arc<Invites> {
    Arc::new(Invites { rows, needs_project: true })
}

fn invitation(bits: u128, email: &str, role: OrgRole, days: i64) -> Invitation {
    Invitation {
        id: InvitationId::from_bits(bits),
        email: email.parse().expect("an address"),
        role,
        projects: vec!["staging".to_owned()],
        invited_by: "Noor Haddad".to_owned(),
        holds: true,
        expires_at: NOW.plus(days * DAY),
    }
}

#[tokio::test]
async fn pending_invitations_are_sent_again_or_revoked() {
    let rows = vec![
        invitation(1, "rafael@acme.example", OrgRole::Member, 5),
        invitation(2, "pim@acme.example", OrgRole::Member, -1),
        invitation(3, "boss@acme.example", OrgRole::Owner, 2),
    ];
    let with = |rows: &[Invitation], role| Ports {
        invitations: Some(invites(rows.to_vec())),
        ..ports(everybody(), role)
    };
    let (html, _) = render(PAGE, with(&rows, OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "Pending invitations",
            "in 5 days",
            "Expired ",
            "Resend to rafael@acme.example",
            "Revoke the invitation of boss@acme.example",
            "<span class=\"tag\">staging</span>",
        ],
    );
    let (html, _) = render(PAGE, with(&rows, OrgRole::Admin)).await;
    assert_has(&html, &["Revoke the invitation of pim@acme.example", "boss@acme.example"]);
    assert!(
        !html.contains("Revoke the invitation of boss@acme.example"),
        "only an owner touches owners"
    );
    let mut dead = rows[0].clone();
    dead.holds = false;
    let (html, _) = render(PAGE, with(&[dead], OrgRole::Owner)).await;
    assert_has(&html, &["Holds no longer", "Send it again in your own name."]);
    let (html, _) = render(PAGE, with(&[], OrgRole::Owner)).await;
    assert_has(&html, &["No pending invitation"]);
    assert!(!html.contains("of 0 invitations"), "{html}");
}

#[tokio::test]
async fn pending_invitations_have_pages_of_their_own() {
    let waiting = Ports {
        invitations: Some(invites(vec![invitation(1, "rafael@acme.example", OrgRole::Member, 5)])),
        ..ports(everybody(), OrgRole::Owner)
    };
    let (html, _) = render(&format!("{PAGE}?q=a&sort=name&page=2&pending=3"), waiting.clone()).await;
    assert_has(
        &html,
        &[
            "101–101 of 101 invitations",
            "href=\"/acme-robotics/~/members?q=a&amp;sort=name&amp;page=2&amp;pending=2#invitations\"",
            // Where revoking leads to, which takes the page with its only row, and turning over the members.
            "value=\"/acme-robotics/~/members?q=a&amp;sort=name&amp;page=2&amp;pending=2&amp;done=invitation%2Drevoked\"",
            "href=\"/acme-robotics/~/members?q=a&amp;sort=name&amp;pending=3\"",
            "Actions for the invitation of rafael@acme.example",
            "Copy invitation ID",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?q=zzz"), waiting).await;
    assert_has(&html, &["No invitation matches"]);
}

#[tokio::test]
async fn the_invite_form_offers_what_the_role_may_grant_and_keeps_what_was_typed() {
    let path = format!("{PAGE}?invite=1");
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "<textarea",
            "action=\"/acme-robotics/~/members?invite=1\" method=\"post\"",
            "value=\"owner\"",
            "name=\"projects\"",
            "so one project at least",
        ],
    );
    let (html, _) = render(&path, ports(everybody(), OrgRole::Admin)).await;
    assert!(!html.contains("<option value=\"owner\""), "{html}");

    let typed = InviteForm {
        emails: "noor@acme.example\nnonsense".to_owned(),
        role: "admin".to_owned(),
        projects: vec![ProjectId::from_bits(3).to_string()],
        project_role: "admin".to_owned(),
        ..InviteForm::default()
    };
    let error = typed.parse().expect_err("a wrong address");
    let refused = Ports {
        contexts: Some(Arc::new(move || {
            leptos::prelude::provide_context(InviteOutcome(Some(error.clone()), typed.clone()));
        })),
        ..ports(everybody(), OrgRole::Owner)
    };
    let (html, _) = render(&path, refused).await;
    assert_has(
        &html,
        &["noor@acme.example\nnonsense", "<option value=\"admin\" selected", "checked"],
    );
    assert_eq!(html.matches("These are no e-mail addresses").count(), 1, "{html}");
}

#[tokio::test]
async fn looking_for_a_project_keeps_what_was_typed_and_ticked() {
    let typed = InviteForm {
        emails: "noor@acme.example\nnonsense".to_owned(),
        role: "member".to_owned(),
        projects: vec![ProjectId::from_bits(3).to_string(), "no id".to_owned()],
        project_role: "admin".to_owned(),
        find: " pro ".to_owned(),
        look: true,
    };
    let looked = Ports {
        contexts: Some(Arc::new(move || {
            leptos::prelude::provide_context(InviteOutcome(None, typed.clone()));
        })),
        ..ports(everybody(), OrgRole::Owner)
    };
    let (html, _) = render(&format!("{PAGE}?invite=1"), looked).await;
    let ticked = format!(
        "name=\"projects\" value=\"{}\" autocomplete=\"off\" checked",
        ProjectId::from_bits(3)
    );
    let found = format!("name=\"projects\" value=\"{}\" autocomplete=\"off\">", ProjectId::from_bits(4));
    assert_has(
        &html,
        &[
            "noor@acme.example\nnonsense",
            "<option value=\"admin\" selected",
            "name=\"find\"",
            "value=\"pro\"",
            "1 of 500 projects is named like “pro”.",
            &ticked,
            &found,
        ],
    );
    assert!(!html.contains("no e-mail addresses"), "nobody is invited yet: {html}");
    let (first, last) = (html.find("name=\"look\""), html.find("Send invitations"));
    assert!(first.is_some() && first < last, "Enter looks, and sends nothing");
}
