use std::sync::Arc;

use async_trait::async_trait;

use super::{
    api::{ChangePassword, EndSession, Leave},
    form::{EmailForm, ProfileForm},
};
use crate::{
    model::{
        AppError, FieldError, OrgId, OrgRole, Timestamp, TypedId,
        account::{Account as AccountView, KeptKeys, LeavePreview, Membership, Profile, SessionRef, SessionRow},
        place::OrgRef,
        preferences::{Density, Preferences, Theme},
        time::HOUR,
    },
    port::Account,
    testing::{Ports, assert_has, failed, owner, place, render, request},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

#[derive(Clone, Default)]
struct Fake {
    orgs: Vec<Membership>,
    others: bool,
    obstacle: Option<String>,
    signed_out: bool,
}

fn org() -> OrgRef {
    place(owner()).org
}

fn session(digit: char, is_own: bool) -> SessionRow {
    SessionRow {
        id: digit.to_string().repeat(64).parse().expect("a digest"),
        is_own,
        address: (!is_own).then(|| "192.0.2.24".to_owned()),
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
        started_at: NOW.plus(-HOUR),
        seen_at: NOW.plus(-HOUR),
    }
}

#[async_trait]
impl Account for Fake {
    async fn show(&self) -> Result<AccountView, AppError> {
        if self.signed_out {
            return Err(AppError::SignedOut);
        }
        let others = self.others.then(|| session('b', false));
        Ok(AccountView {
            viewer: place(owner()).viewer,
            preferences: preferences(),
            sessions: [session('a', true)].into_iter().chain(others).collect(),
            orgs: self.orgs.clone(),
            now: NOW,
        })
    }
    async fn save_profile(&self, _: Profile) -> Result<(), AppError> {
        Ok(())
    }
    async fn set_theme(&self, _: Theme) -> Result<(), AppError> {
        Ok(())
    }
    async fn change_password(&self, _: &str, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn end_session(&self, _: SessionRef) -> Result<(), AppError> {
        Ok(())
    }
    async fn sign_out_everywhere(&self) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_leave(&self, id: OrgId) -> Result<LeavePreview, AppError> {
        let keys = KeptKeys {
            project: "prod".parse().expect("a name"),
            slug: "prod".parse().expect("a slug"),
            keys: 2,
        };
        let known = self.orgs.iter().find(|row| row.org.id == id).ok_or(AppError::NotFound)?;
        Ok(LeavePreview {
            org: known.org.clone(),
            role: known.role,
            keys: vec![keys],
            obstacle: self.obstacle.clone(),
        })
    }
    async fn leave(&self, _: OrgId) -> Result<(), AppError> {
        Ok(())
    }
}

fn preferences() -> Preferences {
    Preferences {
        zone: "Europe/Berlin".parse().expect("a zone"),
        theme: Theme::Dark,
        density: Density::Compact,
    }
}

fn member_of_acme() -> Fake {
    let membership = Membership {
        org: org(),
        role: OrgRole::Admin,
    };
    Fake {
        orgs: vec![membership],
        others: true,
        ..Fake::default()
    }
}

fn ports(fake: Fake) -> Ports {
    Ports {
        account: Some(Arc::new(fake)),
        preferences: preferences(),
        ..Ports::default()
    }
}

#[tokio::test]
async fn everything_of_the_account_is_on_one_page() {
    let (html, status) = render("/account", ports(member_of_acme())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<html lang=\"en\" data-theme=\"dark\" data-density=\"compact\"",
            "value=\"Ada Osei\"",
            "ada.osei@acme.example",
            "<option value=\"Europe/Berlin\" selected>",
            "<option value=\"dark\" selected>",
            "<option value=\"compact\" selected>",
            "autocomplete=\"current-password\"",
            "autocomplete=\"new-password\"",
            "Acme Robotics",
            ">admin<",
            "Firefox on Linux",
            "192.0.2.24",
            "title=\"20 Nov 2026, 14:02:11 UTC+1 (Europe/Berlin)\"",
            "action=\"/account\" method=\"post\" data-enhanced",
            "action=\"/account?save=email\" method=\"post\" data-enhanced",
            "action=\"/api/account/sign-out-everywhere\"",
        ],
    );
    assert_eq!(html.matches("This session").count(), 1);
    assert_eq!(
        html.matches("action=\"/api/account/end-session\"").count(),
        1,
        "the own session is ended by signing out"
    );
    assert!(html.contains(&format!("name=\"session\" value=\"{}\"", "b".repeat(64))));
    assert!(!html.contains("<dialog"));
}

#[tokio::test]
async fn strangers_are_led_to_the_sign_in_and_back() {
    let answer = request(
        "/account?leave=1",
        ports(Fake {
            signed_out: true,
            ..Fake::default()
        }),
    )
    .await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location.as_deref(), Some("/signin?next=%2Faccount%3Fleave%3D1"));
}

#[tokio::test]
async fn somebody_without_an_organization_is_told_whom_to_ask() {
    let (html, status) = render("/account", ports(Fake::default())).await;
    assert_eq!(status, 200);
    assert_has(&html, &["No organization", "Ask one of its owners or admins."]);
    assert!(!html.contains("Leave…"));
}

#[tokio::test]
async fn errors_stand_beside_the_fields_that_they_are_of() {
    let error = AppError::field("zone", "Choose a time zone of the list.");
    let typed = ProfileForm {
        name: "Ada <N.>".to_owned(),
        zone: "Mars/Olympus".to_owned(),
        theme: "light".to_owned(),
        density: "comfortable".to_owned(),
    };
    let (html, _) = render("/account", ports(member_of_acme()).refusing(error, typed)).await;
    assert_has(
        &html,
        &[
            "value=\"Ada &lt;N.&gt;\"",
            "<option value=\"light\" selected",
            "<option value=\"comfortable\" selected",
        ],
    );
    assert_eq!(html.matches(" autofocus").count(), 1, "{html}");
    assert_eq!(html.matches(">Choose a time zone of the list.<").count(), 1, "{html}");
    let error = AppError::Invalid {
        fields: vec![
            FieldError::new("current", "This is not your password."),
            FieldError::new("new", "Use at least 12 characters."),
        ],
    };
    let (html, _) = render(&failed::<ChangePassword>("/account", error), ports(member_of_acme())).await;
    for text in [">This is not your password.<", ">Use at least 12 characters.<"] {
        assert_eq!(html.matches(text).count(), 1, "{html}");
    }
    let error = AppError::field("email", "This is your address already.");
    let typed = EmailForm {
        email: "ada+\"new@acme.example".to_owned(),
        password: "quiet river".to_owned(),
    };
    let (html, _) = render("/account?save=email", ports(member_of_acme()).refusing(error, typed)).await;
    assert_has(&html, &["value=\"ada+&quot;new@acme.example\""]);
    assert!(!html.contains("quiet river"), "a password is never handed back");
    assert_eq!(html.matches(">This is your address already.<").count(), 1, "{html}");
    let error = AppError::conflict("This is the session that you are using.");
    let (html, _) = render(&failed::<EndSession>("/account", error), ports(member_of_acme())).await;
    assert_eq!(html.matches("This is the session that you are using.").count(), 1, "{html}");
}

#[tokio::test]
async fn leaving_says_first_what_is_lost_and_what_stays() {
    let path = format!("/account?leave={}", org().id);
    let (html, _) = render(&path, ports(member_of_acme())).await;
    assert_has(
        &html,
        &[
            "Leave Acme Robotics?",
            "You are admin there.",
            "You lose all of its projects at once",
            "href=\"/acme-robotics/prod/keys\"",
            "2 keys",
            "action=\"/api/account/leave\"",
            &format!("name=\"org\" value=\"{}\"", org().id),
        ],
    );
    let error = AppError::conflict("You are the last owner.");
    let (html, _) = render(&failed::<Leave>(&path, error), ports(member_of_acme())).await;
    assert_eq!(html.matches("You are the last owner.").count(), 1, "{html}");
}

#[tokio::test]
async fn who_cannot_leave_is_told_why_and_not_asked() {
    let fake = Fake {
        obstacle: Some("You are the last owner.".to_owned()),
        ..member_of_acme()
    };
    let (html, _) = render(&format!("/account?leave={}", org().id), ports(fake)).await;
    assert_has(&html, &["Leave Acme Robotics?", "You are the last owner."]);
    assert!(!html.contains("action=\"/api/account/leave\""));
    for other in [OrgId::from_bits(99).to_string(), "acme".to_owned()] {
        let (html, _) = render(&format!("/account?leave={other}"), ports(member_of_acme())).await;
        assert_has(&html, &["<dialog", "role=\"alert\""]);
        assert!(!html.contains("action=\"/api/account/leave\""), "{other}");
    }
}
