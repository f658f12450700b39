mod list;
mod template;

use std::sync::Arc;

use async_trait::async_trait;

use super::form::{ArchiveForm, ProjectForm};
use crate::{
    model::{
        AccountId, AppError, KeyId, Listing, Money, OrgId, OrgRole, Page, ProjectId, Standing, Timestamp, TypedId,
        error::FieldError,
        organization::DefaultAccess,
        place::{Place, ProjectRef},
        project::{ArchivePreview, Environment, NewProject, OwnedBy, ProjectFilter, ProjectList, ProjectRow, ProjectState, StoppingKey},
        project_life::{Concerned, DefaultPreview, People, RestorePreview},
        template::{FromTemplate, Planned, expand},
        time::{DAY, HOUR},
    },
    port::{ProjectLife, Projects},
    testing::{Ports, all_projects, assert_has, focused, member, owner, place, project, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

#[derive(Clone, Default)]
struct Fake {
    rows: Vec<ProjectRow>,
    obstacle: Option<String>,
    held_back: Option<String>,
}

fn jonas() -> People {
    People {
        first: vec![Concerned {
            name: "Jonas Lindqvist".parse().unwrap(),
            email: "jonas.lindqvist@acme.example".parse().unwrap(),
        }],
        total: 3,
    }
}

fn keys() -> Vec<StoppingKey> {
    vec![StoppingKey {
        id: KeyId::from_bits(5),
        name: "load-test-2".to_owned(),
        hint: "bw_d_9Krw…b1Xs".to_owned(),
        last_used: Some(NOW.plus(-9 * HOUR)),
        requests_24h: 181_904,
    }]
}

#[async_trait]
impl Projects for Fake {
    async fn list(&self, _: OrgId, filter: ProjectFilter, page: Page) -> Result<ProjectList, AppError> {
        let of_state = |row: &&ProjectRow| row.archived_at.is_some() == (filter.state == ProjectState::Archived);
        let all: Vec<_> = self.rows.iter().filter(of_state).cloned().collect();
        let matches = |row: &&ProjectRow| {
            row.name.as_str().contains(&page.query)
                && filter.environment.is_none_or(|environment| row.environment == environment)
                && (filter.owner != Some(OwnedBy::Nobody) || row.owner.is_none())
        };
        let mut rows: Vec<_> = all.iter().filter(matches).cloned().collect();
        if filter.sort.is_some_and(|sort| sort.descending) {
            rows.reverse();
        }
        Ok(ProjectList {
            listing: Listing {
                total: rows.len() as u64,
                rows,
                unfiltered: all.len() as u64,
                page: page.number,
                now: NOW,
            },
            owners: vec![(AccountId::from_bits(7), "Noor Haddad".to_owned())],
            default_access: DefaultAccess::AllMembers,
            held_back: self.held_back.clone(),
            models: vec!["bailiwick/echo".parse().unwrap(), "bailiwick/embed".parse().unwrap()],
        })
    }
    async fn create(&self, _: OrgId, _: NewProject) -> Result<ProjectRef, AppError> {
        Ok(project())
    }
    async fn preview_template(&self, _: OrgId, from: &FromTemplate) -> Result<Vec<Planned>, AppError> {
        expand(from)
    }
    async fn create_from_template(&self, _: OrgId, _: &FromTemplate) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_archive(&self, id: ProjectId) -> Result<ArchivePreview, AppError> {
        let row = self.rows.iter().find(|row| row.id == id).ok_or(AppError::NotFound)?;
        Ok(ArchivePreview {
            id,
            name: row.name.clone(),
            slug: row.slug.clone(),
            keys: keys(),
            requests_24h: 184_220,
            stranded: jonas(),
            members: 6,
            now: NOW,
            obstacle: self.obstacle.clone(),
        })
    }
    async fn archive(&self, _: ProjectId, _: &str, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

#[async_trait]
impl ProjectLife for Fake {
    async fn preview_restore(&self, id: ProjectId) -> Result<RestorePreview, AppError> {
        Ok(RestorePreview {
            id,
            name: "old-bot".parse().unwrap(),
            keys: keys(),
            collaborators: 4,
            regaining: jonas(),
            now: NOW,
            obstacle: self.obstacle.clone(),
        })
    }
    async fn restore(&self, _: ProjectId) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_default(&self, id: ProjectId) -> Result<DefaultPreview, AppError> {
        Ok(DefaultPreview {
            id,
            name: "test".parse().unwrap(),
            from: "main".parse().unwrap(),
            access: DefaultAccess::AllMembers,
            seen: "main all_members".to_owned(),
            gaining: People::default(),
            losing: jonas(),
            obstacle: self.obstacle.clone(),
        })
    }
    async fn make_default(&self, _: ProjectId, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

fn row(bits: u128, name: &str, archived_at: Option<Timestamp>) -> ProjectRow {
    ProjectRow {
        id: ProjectId::from_bits(bits),
        name: name.parse().unwrap(),
        slug: name.parse().unwrap(),
        description: "Load and nightly tests".to_owned(),
        environment: Environment::Development,
        is_default: bits == 1,
        owner: (bits == 1).then(|| "Noor Haddad".to_owned()),
        created_at: NOW.plus(-40 * DAY),
        active_keys: 3,
        month_cost: Money(1_102_770_000),
        expected_spend: (bits == 1).then_some(Money(1_000_000_000)),
        refused_24h: 611,
        archived_at,
        archived_by: (bits == 3).then(|| "Ada <Osei>".to_owned()),
    }
}

fn ports(obstacle: Option<&str>) -> Ports {
    at(all_projects(), obstacle, None)
}

/// The page of this place, with what stands against a change, and against further projects.
fn at(place: Place, obstacle: Option<&str>, held_back: Option<&str>) -> Ports {
    let fake = Arc::new(Fake {
        rows: vec![
            row(1, "main", None),
            row(2, "test", None),
            row(3, "old-bot", Some(NOW.plus(-3 * DAY))),
            row(4, "older-bot", Some(NOW.plus(-9 * DAY))),
        ],
        obstacle: obstacle.map(str::to_owned),
        held_back: held_back.map(str::to_owned),
    });
    Ports {
        projects: Some(fake.clone()),
        project_life: Some(fake),
        ..Ports::at(place)
    }
}

const PAGE: &str = "/acme-robotics/~/projects";

#[tokio::test]
async fn a_refused_project_keeps_what_was_typed_with_errors_beside_their_fields() {
    let error = AppError::Invalid {
        fields: vec![FieldError::new("slug", "This address is taken in Acme Robotics.")],
    };
    let typed = ProjectForm {
        name: "\"><script>x".to_owned(),
        slug: "support-bot".to_owned(),
        description: "Help <desk>".to_owned(),
        environment: "production".to_owned(),
        models: vec!["bailiwick/embed".to_owned()],
    };
    let (html, _) = render(&format!("{PAGE}?new=1"), ports(None).refusing(error, typed)).await;
    assert_has(
        &html,
        &[
            "<dialog open",
            "action=\"/acme-robotics/~/projects?new=1\" method=\"post\" data-enhanced",
            "value=\"&quot;&gt;&lt;script&gt;x\"",
            "value=\"support-bot\"",
            "value=\"Help &lt;desk&gt;\"",
            "<option value=\"production\" selected",
            "value=\"bailiwick/embed\" autocomplete=\"off\" checked",
        ],
    );
    assert!(
        !html.contains("value=\"bailiwick/echo\" autocomplete=\"off\" checked"),
        "it was not ticked"
    );
    let slug = html.split("name=\"slug\"").nth(1).and_then(|rest| rest.split_once('>'));
    let (slug, _) = slug.expect("the field");
    assert!(slug.contains("autofocus") && slug.contains("aria-invalid=\"true\""), "{slug}");
    assert_eq!(focused(&html), 1, "{html}");
    assert_eq!(html.matches(">This address is taken in Acme Robotics.<").count(), 1, "{html}");
}

#[tokio::test]
async fn the_dry_run_comes_before_the_confirmation() {
    let path = format!("{PAGE}?archive={}", ProjectId::from_bits(2));
    let (html, _) = render(&path, ports(None)).await;
    assert_has(
        &html,
        &[
            "Archive test?",
            "load-test-2",
            "181,904",
            "184,220",
            "9 h ago",
            "of 6 members",
            "Jonas Lindqvist",
            "and 2 more",
            "Type “test” to confirm",
            "name=\"confirmation\"",
            "name=\"password\"",
        ],
    );
    let typed = ArchiveForm {
        confirmation: "<tset>".to_owned(),
        password: "quiet river".to_owned(),
    };
    for (field, message) in [
        ("confirmation", "Type the name exactly as it stands above."),
        ("password", "This is not your password."),
    ] {
        let refused = ports(None).refusing(AppError::field(field, message), typed.clone());
        let (html, _) = render(&path, refused).await;
        assert_eq!(html.matches(&format!(">{message}<")).count(), 1, "{html}");
        assert_has(&html, &["value=\"&lt;tset&gt;\""]);
        assert_eq!(focused(&html), 1, "{html}");
        assert!(!html.contains("quiet river"), "a password is never handed back");
    }
}

#[tokio::test]
async fn a_restore_says_what_comes_back_and_how() {
    let path = format!("{PAGE}?state=archived&restore={}", ProjectId::from_bits(3));
    let (html, _) = render(&path, ports(None)).await;
    assert_has(
        &html,
        &[
            "Restore old-bot?",
            "Keys that come back disabled",
            "load-test-2",
            "Jonas Lindqvist",
            "Collaborators",
        ],
    );
    let (html, _) = render(&path, ports(Some("Ask the operator."))).await;
    assert_has(&html, &["Ask the operator."]);
    assert!(!html.contains("action=\"/api/projects/restore\""));
}

#[tokio::test]
async fn moving_the_default_flag_lists_who_gains_and_who_loses() {
    let path = format!("{PAGE}?default={}", ProjectId::from_bits(2));
    let (html, _) = render(&path, ports(None)).await;
    assert_has(
        &html,
        &[
            "Make test the Default Project?",
            "Gain access to test",
            "Nobody.",
            "Lose access to main",
            "Jonas Lindqvist",
        ],
    );
}

#[tokio::test]
async fn early_access_says_whom_to_ask_instead_of_offering_more() {
    let held_back = "Several projects are in early access. Ask platform@acme.example for more.";
    let (html, _) = render(PAGE, at(all_projects(), None, Some(held_back))).await;
    assert_has(&html, &[held_back, "aria-disabled=\"true\""]);
    let (html, _) = render(&format!("{PAGE}?new=1"), at(all_projects(), None, Some(held_back))).await;
    assert_eq!(html.matches(held_back).count(), 2, "in the dialog, too");
    assert!(!html.contains("name=\"slug\""));
}

#[tokio::test]
async fn the_access_policy_is_for_owners() {
    let admin = Standing {
        org: Some(OrgRole::Admin),
        project: None,
    };
    let all = Place {
        standing: admin,
        ..all_projects()
    };
    let (html, _) = render(PAGE, at(all, None, None)).await;
    assert_has(&html, &["Only an owner of the organization can do this.", "?archive="]);
    assert!(!html.contains("settings#access"));
}

#[tokio::test]
async fn a_project_that_cannot_be_archived_says_why_instead_of_asking() {
    let path = format!("{PAGE}?archive={}", ProjectId::from_bits(1));
    let (html, _) = render(&path, ports(Some("The Default Project cannot be archived."))).await;
    assert_has(&html, &["The Default Project cannot be archived."]);
    assert!(!html.contains("name=\"confirmation\""));
}

#[tokio::test]
async fn an_unknown_project_is_no_dialog_with_a_form() {
    let (html, status) = render(&format!("{PAGE}?archive=proj_nonsense"), ports(None)).await;
    assert_eq!(status, 200);
    assert_has(&html, &["There is nothing here, or nothing that you may see."]);
    assert!(!html.contains("name=\"confirmation\""));
}

#[tokio::test]
async fn a_role_without_the_right_gets_no_dialog() {
    let all = crate::model::place::Place {
        standing: member(),
        ..all_projects()
    };
    let ports = Ports {
        shell: Ports::at(all).shell,
        ..ports(None)
    };
    let (html, _) = render(&format!("{PAGE}?new=1"), ports).await;
    assert_has(&html, &["Only an owner or admin of the organization can do this."]);
    assert!(!html.contains("<dialog") && !html.contains("?archive="));
}

#[tokio::test]
async fn the_page_stands_under_all_projects_only() {
    let ports = Ports {
        shell: Ports::at(place(owner())).shell,
        ..ports(None)
    };
    let (_, status) = render("/acme-robotics/prod/projects", ports).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_name_with_markup_stays_text_in_the_title() {
    let mut place = all_projects();
    place.org.name = "</title><meta name=planted>".parse().expect("a name");
    let (html, _) = render(
        PAGE,
        Ports {
            projects: ports(None).projects,
            ..Ports::at(place)
        },
    )
    .await;
    assert!(html.contains("&lt;/title>"), "the name is in the title");
    assert!(!html.contains("<meta name=planted"));
}
