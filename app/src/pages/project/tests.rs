use std::sync::Arc;

use async_trait::async_trait;

use super::form::SettingsForm;
use crate::{
    model::{
        AccountId, AppError, FieldError, Money, OrgRole, ProjectId, ProjectRole, Standing, TypedId,
        place::Place,
        project::Environment,
        project_settings::{Candidate, DefaultTier, ProjectDetails, SettingsView},
    },
    port::ProjectSettings,
    testing::{Ports, assert_has, owner, place, project, render, request},
};

struct Fake(Result<SettingsView, AppError>);

#[async_trait]
impl ProjectSettings for Fake {
    async fn details(&self, _: ProjectId) -> Result<SettingsView, AppError> {
        self.0.clone()
    }
    async fn update(&self, _: ProjectId, _: ProjectDetails, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

fn view() -> SettingsView {
    let candidate = |bits, label: &str| Candidate {
        account: AccountId::from_bits(bits),
        label: label.to_owned(),
    };
    SettingsView {
        details: ProjectDetails {
            name: "Production".parse().unwrap(),
            slug: "prod".parse().unwrap(),
            description: "Customer <traffic>".to_owned(),
            environment: Environment::Production,
            owner: Some(AccountId::from_bits(2)),
            key_owner: None,
            workload: "support chat".to_owned(),
            expected_spend: Some(Money(500_000_000)),
            escalation: "#ops".to_owned(),
            tier: DefaultTier::Priority,
            external_allowed: false,
        },
        admins: vec![
            candidate(1, "Ada Osei (ada.osei@acme.example)"),
            candidate(2, "Noor Haddad (noor.haddad@acme.example)"),
        ],
        tiers: vec![DefaultTier::Auto, DefaultTier::Default],
        org_allows_external: false,
        archived: false,
    }
}

fn at(standing: Standing, view: Result<SettingsView, AppError>) -> Ports {
    Ports {
        project_settings: Some(Arc::new(Fake(view))),
        ..Ports::at(place(standing))
    }
}

fn project_admin() -> Standing {
    Standing {
        org: Some(OrgRole::Member),
        project: Some(ProjectRole::Admin),
    }
}

/// A link to the page Projects whose parameters end with this project.
fn link(params: &str) -> String {
    format!(
        "href=\"/acme-robotics/~/projects{params}{}\"",
        project().id.to_string().replace('_', "%5F")
    )
}

const PAGE: &str = "/acme-robotics/prod/settings";

#[tokio::test]
async fn the_form_is_filled_with_what_holds() {
    let (html, status) = render(PAGE, at(owner(), Ok(view()))).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<h1>Project settings</h1>",
            "value=\"Production\"",
            "value=\"prod\"",
            "value=\"Customer &lt;traffic&gt;\"",
            "value=\"support chat\"",
            "value=\"500\"",
            "value=\"#ops\"",
            "Noor Haddad (noor.haddad@acme.example)",
            "name=\"seen\"",
            "priority: not in the plan any more",
            "aria-current=\"page\"",
        ],
    );
    let owner = html.split("id=\"f-owner\"").nth(1).expect("the field");
    let chosen = format!("<option value=\"{}\" selected", AccountId::from_bits(2));
    assert!(owner.contains(&chosen), "{owner}");
}

#[tokio::test]
async fn the_external_switch_is_disabled_with_its_reason_while_the_organization_forbids_it() {
    let (html, _) = render(PAGE, at(owner(), Ok(view()))).await;
    assert_has(
        &html,
        &[
            "The organization does not allow them. An owner can, in the Organization settings.",
            "<input type=\"hidden\" name=\"external_allowed\" value=\"refused\"",
        ],
    );
    let allowed = SettingsView {
        org_allows_external: true,
        ..view()
    };
    let (html, _) = render(PAGE, at(owner(), Ok(allowed))).await;
    assert_has(&html, &["<option value=\"allowed\""]);
    assert!(!html.contains("type=\"hidden\" name=\"external_allowed\""));
}

#[tokio::test]
async fn the_address_is_disabled_with_its_reason_for_who_may_not_move_the_project() {
    let (html, _) = render(PAGE, at(owner(), Ok(view()))).await;
    assert_has(&html, &["name=\"slug\" value=\"prod\" autocomplete=\"off\" required"]);
    let (html, _) = render(PAGE, at(project_admin(), Ok(view()))).await;
    assert_has(&html, &["<input type=\"hidden\" name=\"slug\" value=\"prod\""]);
    let field = html.split("id=\"f-slug\"").nth(1).expect("the field");
    assert!(field.starts_with(" value=\"prod\" disabled"), "{field}");
    assert_has(
        field,
        &["id=\"f-slug-hint\" class=\"hint\">Only an owner or admin of the organization can do this."],
    );
}

#[tokio::test]
async fn errors_stand_beside_their_fields_and_what_was_typed_stays() {
    let refused = |error: AppError| {
        let typed = SettingsForm {
            slug: "test".to_owned(),
            workload: "nightly <evaluation>".to_owned(),
            expected_spend: "a lot".to_owned(),
            seen: "of before".to_owned(),
            ..SettingsForm::from(&view().details)
        };
        at(owner(), Ok(view())).refusing(error, typed)
    };
    let error = AppError::Invalid {
        fields: vec![
            FieldError::new("slug", "Another project has this address."),
            FieldError::new("owner", "Choose one of the project’s admins."),
        ],
    };
    let (html, _) = render(PAGE, refused(error)).await;
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2, "{html}");
    for text in ["Another project has this address.", "Choose one of the project’s admins."] {
        assert_eq!(html.matches(&format!(">{text}<")).count(), 1, "{text}: {html}");
    }
    assert_has(
        &html,
        &[
            "value=\"nightly &lt;evaluation&gt;\"",
            "value=\"a lot\"",
            "name=\"seen\" value=\"of before\"",
        ],
    );
    let conflict = AppError::conflict("Somebody else has changed these settings.");
    let (html, _) = render(PAGE, refused(conflict)).await;
    assert_has(&html, &["Somebody else has changed these settings.", "value=\"a lot\""]);
}

#[tokio::test]
async fn archiving_is_for_owners_and_admins_of_the_organization() {
    let (html, _) = render(PAGE, at(owner(), Ok(view()))).await;
    let archive = link("?archive=");
    assert_has(&html, &["Archive this project", &archive]);
    let (html, status) = render(PAGE, at(project_admin(), Ok(view()))).await;
    assert_eq!(status, 200);
    assert_has(&html, &["Only an owner or admin of the organization can do this.", "Save settings"]);
    assert!(!html.contains("?archive="));
}

#[tokio::test]
async fn an_archived_project_can_only_be_restored() {
    let archived = SettingsView { archived: true, ..view() };
    let mut place = place(owner());
    place.project.as_mut().expect("a project").archived = true;
    let ports = Ports {
        shell: Ports::at(place).shell,
        ..at(owner(), Ok(archived))
    };
    let (html, _) = render(PAGE, ports).await;
    let restore = link("?state=archived&amp;restore=");
    assert_has(&html, &["Restore this project", &restore]);
    assert!(!html.contains("Save settings"));
}

#[tokio::test]
async fn who_may_not_manage_the_project_gets_no_page_and_no_entry() {
    let denied = AppError::Forbidden {
        reason: "Only an admin of the project can do this.".to_owned(),
    };
    let (html, status) = render(PAGE, at(crate::testing::member(), Err(denied))).await;
    assert_eq!(status, 403);
    assert_has(&html, &["Only an admin of the project can do this."]);
    assert!(!html.contains("Project settings"), "left out of the navigation");
}

#[tokio::test]
async fn an_old_address_leads_to_the_new_one() {
    let renamed = || Place {
        org: crate::model::place::OrgRef {
            slug: "acme-ai".parse().unwrap(),
            ..place(owner()).org
        },
        ..place(owner())
    };
    let ask = async |path: &str| {
        let ports = Ports {
            shell: Ports::at(renamed()).shell,
            ..at(owner(), Ok(view()))
        };
        let answer = request(path, ports).await;
        (answer.status, answer.location)
    };
    let moved = |to: &str| (302, Some(to.to_owned()));
    assert_eq!(
        ask("/acme-robotics/prod/settings?done=x&a=%2F").await,
        moved("/acme-ai/prod/settings?done=x&a=%2F")
    );
    assert_eq!(ask("/acme-ai/production/settings").await, moved("/acme-ai/prod/settings"));
    assert_eq!(ask("/acme-ai/prod/settings").await, (200, None));
}
