mod remove;

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::provide_context;

use super::{
    AddOutcome,
    api::{RemoveCollaborator, SetRole},
    form::AddForm,
};
use crate::{
    model::{
        AccountId, AppError, Email, KeyId, Listing, OrgRole, Page, ProjectId, ProjectRole, Standing, Timestamp, TypedId,
        collaborator::{
            Addition, AfterRemoval, Collaborator, CollaboratorFilter, Collaborators, ExternalRule, Guest, NewCollaborator, Origin,
            RemovalPreview,
        },
        made_key::{MadeKey, MadeKeys},
        place::ProjectRef,
        time::DAY,
    },
    port,
    testing::{Ports, all_projects, assert_has, failed, owner, place, project, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);
const PAGE: &str = "/acme-robotics/prod/settings/collaborators";

struct Fake {
    people: Vec<Collaborator>,
    after: AfterRemoval,
    obstacle: Option<String>,
}

#[async_trait]
impl port::Collaborators for Fake {
    async fn list(&self, _: ProjectId, filter: CollaboratorFilter, page: Page) -> Result<Collaborators, AppError> {
        let count = |origin| self.people.iter().filter(|person| person.origin == origin).count() as u64;
        let rows: Vec<_> = self
            .people
            .iter()
            .filter(|person| filter.role.is_none_or(|role| person.role == role))
            .filter(|person| filter.origin.is_none_or(|origin| person.origin == origin))
            .filter(|person| person.name.as_str().contains(&page.query))
            .cloned()
            .collect();
        Ok(Collaborators {
            listing: Listing {
                total: rows.len() as u64,
                rows,
                unfiltered: self.people.len() as u64,
                page: page.number,
                now: NOW,
            },
            external: count(Origin::External),
            inherited: count(Origin::Inherited),
            open_to_members: false,
            externals: ExternalRule {
                by_org: true,
                by_project: false,
            },
            look_ups_left: 7,
        })
    }
    async fn add(&self, _: ProjectId, _: NewCollaborator) -> Result<Addition, AppError> {
        Err(AppError::Internal)
    }
    async fn set_role(&self, _: ProjectId, _: AccountId, _: ProjectRole, _: ProjectRole) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_removal(&self, _: ProjectId, account: AccountId) -> Result<RemovalPreview, AppError> {
        let person = self
            .people
            .iter()
            .find(|person| person.account == account)
            .ok_or(AppError::NotFound)?;
        Ok(RemovalPreview {
            account,
            name: person.name.clone(),
            email: person.email.clone(),
            is_external: person.origin == Origin::External,
            role: person.role,
            keys: MadeKeys {
                rows: vec![made(1, "batch-embeddings", 41_208), made(2, "mobile-poc", 0)],
                more: 0,
            },
            after: self.after.clone(),
            is_key_owner: true,
            obstacle: self.obstacle.clone(),
        })
    }
    async fn remove(&self, _: ProjectId, _: AccountId, _: Vec<KeyId>) -> Result<(), AppError> {
        Ok(())
    }
}

fn made(bits: u128, name: &str, requests_24h: u64) -> MadeKey {
    MadeKey {
        id: KeyId::from_bits(bits),
        name: name.to_owned(),
        hint: format!("bw_p_{bits:04}…9fQ1"),
        project: "prod".to_owned(),
        is_org_default: false,
        requests_24h,
    }
}

fn somebody(bits: u128, name: &str, role: ProjectRole, origin: Origin) -> Collaborator {
    Collaborator {
        account: AccountId::from_bits(bits),
        name: name.parse().unwrap(),
        email: address(name),
        role,
        origin,
        org_role: match origin {
            Origin::Member => Some(OrgRole::Member),
            Origin::External => None,
            Origin::Inherited => Some(OrgRole::Owner),
        },
        is_project_owner: false,
        added_at: NOW.plus(-20 * DAY),
        added_by: None,
    }
}

fn address(name: &str) -> Email {
    format!("{}@acme.example", name.to_lowercase().replace(' ', ".")).parse().unwrap()
}

/// Ada Osei, owner of the organization; Noor Haddad, owner of the project; Jonas Lindqvist from outside.
fn three() -> Vec<Collaborator> {
    vec![
        somebody(1, "Ada Osei", ProjectRole::Admin, Origin::Inherited),
        Collaborator {
            is_project_owner: true,
            added_by: Some("Ada Osei".to_owned()),
            ..somebody(2, "Noor Haddad", ProjectRole::Admin, Origin::Member)
        },
        somebody(3, "Jonas Lindqvist", ProjectRole::Member, Origin::External),
    ]
}

fn fake(people: Vec<Collaborator>) -> Arc<Fake> {
    Arc::new(Fake {
        people,
        after: AfterRemoval::OtherProjects(vec!["dev".to_owned(), "lab".to_owned()]),
        obstacle: None,
    })
}

fn ports(people: Vec<Collaborator>) -> Ports {
    seen_by(owner(), fake(people))
}

fn seen_by(standing: Standing, fake: Arc<Fake>) -> Ports {
    Ports {
        collaborators: Some(fake),
        ..Ports::at(place(standing))
    }
}

fn posted(outcome: AddOutcome) -> Ports {
    Ports {
        contexts: Some(Arc::new(move || provide_context(outcome.clone()))),
        ..ports(three())
    }
}

fn assert_lacks(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(!html.contains(part), "{part} stands in {html}");
    }
}

#[tokio::test]
async fn the_list_says_where_everybody_comes_from() {
    let (html, status) = render(PAGE, ports(three())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "Inherited · org owner",
            "Owners of the organization are admins of every project.",
            "Project owner",
            "External",
            "1 external · 1 inherited",
            "noor.haddad@acme.example",
            "by <bdi>Ada Osei</bdi>",
            "1–3 of 3 collaborators",
            "This project’s switch does not allow external collaborators",
            "name=\"seen\" value=\"member\"",
            "The owner of a project is one of its admins. Choose another owner first.",
            "href=\"/acme-robotics/prod/settings/collaborators?new=1\"",
        ],
    );
    assert_eq!(
        html.matches("action=\"/api/collaborators/set-role\"").count(),
        1,
        "only Jonas Lindqvist can change"
    );
    assert_eq!(html.matches("?remove=").count(), 1);
    assert_lacks(&html, &["<dialog"]);
}

#[tokio::test]
async fn the_filter_stands_in_the_address() {
    let (html, _) = render(&format!("{PAGE}?role=admin&origin=member&q=Noor"), ports(three())).await;
    assert_has(
        &html,
        &[
            "1–1 of 1 collaborators",
            "name=\"role\" value=\"admin\"",
            "name=\"origin\" value=\"member\"",
            "value=\"Noor\"",
            "?q=Noor&amp;origin=member",
        ],
    );
    assert_lacks(&html, &["jonas.lindqvist@acme.example"]);
}

#[tokio::test]
async fn the_order_stands_in_the_address_and_stays_with_the_filter() {
    let (html, _) = render(&format!("{PAGE}?role=member&sort=role"), ports(three())).await;
    assert_has(
        &html,
        &[
            "aria-sort=\"ascending\"",
            "collaborators?role=member&amp;sort=%2Drole\"",
            "collaborators?role=member&amp;sort=%2Dadded\"",
            "collaborators?sort=role\"",
            "name=\"sort\" value=\"role\"",
        ],
    );
    assert_eq!(html.matches("aria-sort").count(), 1);
}

#[tokio::test]
async fn nothing_matches_is_not_nothing_yet() {
    let (html, _) = render(&format!("{PAGE}?q=zzz"), ports(three())).await;
    assert_has(&html, &["Nobody matches", "value=\"zzz\"", "Show everybody"]);
    assert_lacks(&html, &["Nobody was added yet"]);

    let (html, _) = render(PAGE, ports(three().into_iter().take(1).collect())).await;
    assert_has(&html, &["Nobody was added yet", "Ada Osei", "Add a collaborator"]);
}

#[tokio::test]
async fn an_admin_from_outside_is_offered_nothing_that_tells_of_others() {
    let outside = Standing {
        org: None,
        project: Some(ProjectRole::Admin),
    };
    let people = three().into_iter().skip(1).collect();
    let (html, status) = render(PAGE, seen_by(outside, fake(people))).await;
    assert_eq!(status, 200);
    assert_lacks(&html, &["Inherited", "inherited", "Show their keys"]);
}

#[tokio::test]
async fn an_archived_project_offers_no_change() {
    let mut place = place(owner());
    place.project = Some(ProjectRef {
        archived: true,
        ..project()
    });
    let ports = Ports {
        collaborators: Some(fake(three())),
        ..Ports::at(place)
    };
    let id = AccountId::from_bits(3);
    let (html, status) = render(&format!("{PAGE}?new=1&remove={id}"), ports).await;
    assert_eq!(status, 200);
    assert_has(&html, &["This project is archived."]);
    assert_lacks(&html, &["<dialog", "?remove=", "/api/collaborators/set-role"]);
}

#[tokio::test]
async fn the_add_dialog_posts_to_the_page_and_proposes_the_member_role() {
    let (html, _) = render(&format!("{PAGE}?new=1"), ports(three())).await;
    assert_has(
        &html,
        &[
            "<dialog open",
            "action=\"/acme-robotics/prod/settings/collaborators?new=1\" method=\"post\"",
            "value=\"member\" checked",
            "Look-ups are recorded in Audit Logs. You have 7 left in this hour.",
            ">Confirm<",
        ],
    );
    assert_lacks(&html, &["name=\"announced\"", "value=\"admin\" checked"]);
}

#[tokio::test]
async fn somebody_from_outside_is_announced_before_anything_is_done() {
    let guest = Guest {
        account: AccountId::from_bits(9),
        name: "Jonas Lindqvist".parse().unwrap(),
        email: "jonas.lindqvist@acme.example".parse().unwrap(),
    };
    let typed = AddForm {
        email: "jonas.lindqvist@acme.example".to_owned(),
        role: "admin".to_owned(),
        announced: String::new(),
    };
    let (html, _) = render(&format!("{PAGE}?new=1"), posted(AddOutcome::Announced(guest, typed))).await;
    let announced = format!("name=\"announced\" value=\"{}\"", AccountId::from_bits(9));
    assert_has(
        &html,
        &[
            "Jonas Lindqvist is not a member of Acme Robotics.",
            "Sees nothing else of Acme Robotics but its name",
            "You have 7 left in this hour; confirming this person takes none.",
            "Acme Robotics limits and pays for what they use",
            "value=\"admin\" checked",
            ">Add external collaborator<",
            &announced,
        ],
    );
}

#[tokio::test]
async fn a_refusal_stands_beside_the_address_that_was_typed() {
    let refused = AddOutcome::Refused(
        AppError::field("email", "nobody@acme.example cannot be added."),
        AddForm {
            email: "nobody@acme.example".to_owned(),
            role: "admin".to_owned(),
            announced: String::new(),
        },
    );
    let (html, _) = render(&format!("{PAGE}?new=1"), posted(refused)).await;
    assert_has(
        &html,
        &["value=\"nobody@acme.example\"", "aria-invalid=\"true\"", "value=\"admin\" checked"],
    );
    assert_eq!(html.matches(">nobody@acme.example cannot be added.<").count(), 1, "{html}");

    let throttled = AddOutcome::Refused(AppError::Throttled { retry_after_s: 1_800 }, AddForm::default());
    let (html, _) = render(&format!("{PAGE}?new=1"), posted(throttled)).await;
    assert_has(&html, &["Too many attempts. Try again in 1800 seconds."]);
}

#[tokio::test]
async fn what_failed_without_script_is_said_once() {
    let moved = AppError::conflict("Somebody changed the role of Jonas Lindqvist meanwhile.");
    let (html, _) = render(&failed::<SetRole>(PAGE, moved), ports(three())).await;
    assert_eq!(
        html.matches("Somebody changed the role of Jonas Lindqvist meanwhile.").count(),
        1,
        "{html}"
    );

    let page = format!("{PAGE}?remove={}", AccountId::from_bits(3));
    let (html, _) = render(&failed::<RemoveCollaborator>(&page, AppError::NotFound), ports(three())).await;
    assert_has(
        &html,
        &[
            "Remove Jonas Lindqvist from prod?",
            "There is nothing here, or nothing that you may see.",
        ],
    );
}

#[tokio::test]
async fn all_projects_has_no_collaborators() {
    let ports = Ports {
        collaborators: Some(fake(three())),
        ..Ports::at(all_projects())
    };
    let (_, status) = render("/acme-robotics/~/settings/collaborators", ports).await;
    assert_eq!(status, 404);
}
