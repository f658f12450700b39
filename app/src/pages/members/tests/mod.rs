mod changes;
mod invitations;

use std::sync::Arc;

use async_trait::async_trait;

use self::invitations::invites;
use super::api::{AssignMember, SetRole};
use crate::{
    model::{
        AccountId, AppError, Email, KeyId, Listing, OrgId, OrgRole, Page, ProjectId, ProjectRole, Standing, Timestamp, TypedId,
        choice::{Choices, Choosing, ProjectChoice},
        made_key::{MadeKey, MadeKeys},
        member::{
            AssignedProject, Assignment, Demotion, Member, MemberFilter, MemberRemoval, Members as MemberList, SignInMethod, Transfer,
            TransferPreview,
        },
        place::Place,
        time::{DAY, MINUTE},
    },
    port::Members,
    testing::{Ports, all_projects, assert_has, failed, owner, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);
const PAGE: &str = "/acme-robotics/~/members";

/// What a form offers out of 500 projects: those that are ticked, and of these those that the text finds.
fn choices(choosing: &Choosing, projects: &[(u128, &str, Option<ProjectRole>)]) -> Choices {
    let all = projects.iter().map(|(bits, name, role)| ProjectChoice {
        id: ProjectId::from_bits(*bits),
        name: name.parse().expect("a name"),
        slug: name.to_lowercase().replace(' ', "-").parse().expect("a slug"),
        is_default: *bits == 3,
        role: *role,
        ticked: choosing.ticked.contains(&ProjectId::from_bits(*bits)),
    });
    let is_found = |choice: &ProjectChoice| choice.name.as_str().contains(&choosing.text);
    let matching = all.clone().filter(is_found).count() as u64;
    Choices {
        rows: all.filter(|choice| choice.ticked || is_found(choice)).collect(),
        matching: if choosing.text.is_empty() { 500 } else { matching },
        total: 500,
    }
}

struct Fake {
    rows: Vec<Member>,
    obstacle: Option<&'static str>,
}

#[async_trait]
impl Members for Fake {
    async fn list(&self, _: OrgId, filter: MemberFilter, page: Page) -> Result<MemberList, AppError> {
        let matches = |row: &&Member| {
            row.name.as_str().contains(&page.query)
                && filter.role.is_none_or(|role| role == row.role)
                && filter
                    .project
                    .as_ref()
                    .is_none_or(|slug| row.projects.iter().any(|project| project.slug == *slug))
                && (!filter.without_project || !row.has_access)
        };
        let rows: Vec<_> = self.rows.iter().filter(matches).cloned().collect();
        Ok(MemberList {
            owners: self.rows.iter().filter(|row| row.role == OrgRole::Owner).count() as u64,
            without_project: self.rows.iter().filter(|row| !row.has_access).count() as u64,
            listing: Listing {
                total: rows.len() as u64,
                rows,
                unfiltered: self.rows.len() as u64,
                page: page.number,
                now: NOW,
            },
        })
    }
    async fn set_role(&self, _: OrgId, _: AccountId, _: OrgRole, _: OrgRole) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_demotion(&self, _: OrgId, account: AccountId, to: OrgRole) -> Result<Demotion, AppError> {
        let row = self.rows.iter().find(|row| row.account == account).ok_or(AppError::NotFound)?;
        Ok(Demotion {
            account,
            name: row.name.clone(),
            from: row.role,
            to,
            projects: row.projects.iter().map(|project| project.name.to_string()).collect(),
            default_is_open: false,
            released: vec!["prod".to_owned()],
            invitations: 2,
            keys: 7,
            knows_default_key: row.role == OrgRole::Owner,
            obstacle: self.obstacle.map(str::to_owned),
        })
    }
    async fn preview_removal(&self, _: OrgId, account: AccountId) -> Result<MemberRemoval, AppError> {
        let row = self.rows.iter().find(|row| row.account == account).ok_or(AppError::NotFound)?;
        Ok(MemberRemoval {
            account,
            name: row.name.clone(),
            email: row.email.clone(),
            role: row.role,
            projects: row.projects.iter().map(|project| project.name.to_string()).collect(),
            owned: vec!["prod".to_owned()],
            keys: MadeKeys {
                more: 7,
                rows: vec![MadeKey {
                    id: KeyId::from_bits(5),
                    name: "load-test-2".to_owned(),
                    hint: "bw_d_9Krw…b1Xs".to_owned(),
                    project: "prod".to_owned(),
                    is_org_default: false,
                    requests_24h: 181_904,
                }],
            },
            invitations: 3,
            obstacle: self.obstacle.map(str::to_owned),
        })
    }
    async fn remove(&self, _: OrgId, _: AccountId, _: Vec<KeyId>) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_assignment(&self, _: OrgId, account: AccountId, choosing: Choosing) -> Result<Assignment, AppError> {
        let row = self.rows.iter().find(|row| row.account == account).ok_or(AppError::NotFound)?;
        Ok(Assignment {
            account,
            name: row.name.clone(),
            email: row.email.clone(),
            has_access: row.has_access,
            projects: choices(&choosing, &[(3, "Default project", None), (4, "staging", Some(ProjectRole::Admin))]),
        })
    }
    async fn assign(&self, _: OrgId, _: AccountId, _: Vec<ProjectId>, _: ProjectRole) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_transfer(&self, _: OrgId, email: Email) -> Result<TransferPreview, AppError> {
        let nobody = || AppError::field("email", "No member of the organization has this address.");
        let row = self.rows.iter().find(|row| row.email == email).ok_or_else(nobody)?;
        Ok(TransferPreview {
            account: row.account.clone(),
            name: row.name.clone(),
            email,
            role: row.role,
            other_owners: 2,
            invitations: 1,
            knows_default_key: true,
        })
    }
    async fn transfer(&self, _: OrgId, _: Transfer) -> Result<(), AppError> {
        Ok(())
    }
}

fn row(bits: u128, name: &str, role: OrgRole, projects: &[&str]) -> Member {
    let projects = projects.iter().map(|project| AssignedProject {
        name: project.parse().expect("a name"),
        slug: project.parse().expect("a slug"),
        role: ProjectRole::Member,
    });
    Member {
        account: AccountId::from_bits(bits),
        name: name.parse().expect("a name"),
        email: format!("{}@acme.example", name.to_lowercase().replace(' ', "."))
            .parse()
            .expect("an address"),
        role,
        joined_at: NOW.plus(-3 * DAY),
        added_by: (bits > 1).then(|| "Ada Osei".to_owned()),
        seen_at: (bits != 4).then(|| NOW.plus(-20 * MINUTE)),
        sign_in: SignInMethod::Password,
        has_access: role != OrgRole::Member || projects.len() > 0,
        projects: projects.collect(),
    }
}

fn everybody() -> Vec<Member> {
    vec![
        row(1, "Ada Osei", OrgRole::Owner, &[]),
        row(2, "Noor Haddad", OrgRole::Admin, &[]),
        row(3, "Jonas Lindqvist", OrgRole::Member, &["prod", "staging", "dev", "test"]),
        row(4, "Nobody Yet", OrgRole::Member, &[]),
    ]
}

fn ports(rows: Vec<Member>, role: OrgRole) -> Ports {
    let place = Place {
        standing: Standing {
            org: Some(role),
            project: None,
        },
        ..all_projects()
    };
    Ports {
        members: Some(Arc::new(Fake { rows, obstacle: None })),
        invitations: Some(invites(Vec::new())),
        ..Ports::at(place)
    }
}

#[tokio::test]
async fn the_list_shows_roles_projects_and_who_has_none() {
    let (html, status) = render(PAGE, ports(everybody(), OrgRole::Owner)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "1–4 of 4 members",
            "you</span>",
            "An organization never loses its last owner.",
            "All projects, as admin",
            "href=\"/acme-robotics/~/members?project=prod\"",
            "+1<span class=\"sr-only\">: test</span>",
            "No project</span>",
            "Add Nobody Yet to a project",
            "No project 1",
            "3 days ago",
            "by <bdi>Ada Osei</bdi>",
            "<td data-label=\"Sign-in method\">Password</td>",
            "20 min ago</time>",
            "not seen yet</span>",
            "aria-label=\"Role of Noor Haddad\"",
            "Copy account ID",
            "Transfer ownership…",
            "href=\"/acme-robotics/~/members\" aria-current=\"page\"",
        ],
    );
    assert!(!html.contains("Nobody else yet"));
}

#[tokio::test]
async fn an_admin_changes_no_owner_and_makes_none() {
    let mut rows = everybody();
    rows[1].account = AccountId::from_bits(9);
    let (html, _) = render(PAGE, ports(rows, OrgRole::Admin)).await;
    assert_has(&html, &["Only an owner of the organization can invite, change or remove an owner."]);
    assert!(!html.contains("value=\"owner\"") && !html.contains("Transfer ownership…"), "{html}");
    assert_has(&html, &["Transfer ownership<span class=\"sub\">Only an owner"]);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_nothing_matches_is_not_nothing_yet() {
    let (html, _) = render(&format!("{PAGE}?role=admin"), ports(everybody(), OrgRole::Owner)).await;
    let csv = "href=\"/acme-robotics/~/members.csv?role=admin\"";
    assert_has(&html, &["Noor Haddad", "1–1 of 1 members", "name=\"role\" value=\"admin\"", csv]);
    assert!(!html.contains("jonas.lindqvist"));
    let (html, _) = render(&format!("{PAGE}?state=no-project"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(&html, &["Nobody Yet", "1–1 of 1 members"]);
    let (html, _) = render(&format!("{PAGE}?q=zzz"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(&html, &["Nobody matches", "Show everybody"]);
    let alone = vec![row(1, "Ada Osei", OrgRole::Owner, &[])];
    let (html, _) = render(PAGE, ports(alone, OrgRole::Owner)).await;
    assert_has(&html, &["Nobody else yet"]);
}

#[tokio::test]
async fn the_order_stands_in_the_address_and_stays_with_the_filter() {
    let (html, _) = render(&format!("{PAGE}?role=admin&sort=-seen"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "aria-sort=\"descending\"",
            "members?role=admin&amp;sort=seen\"",
            "members?role=admin&amp;sort=name\"",
            "members?sort=%2Dseen\"",
            "name=\"sort\" value=\"-seen\"",
        ],
    );
    assert_eq!(html.matches("aria-sort").count(), 1);
    let (html, _) = render(&format!("{PAGE}?sort=password"), ports(everybody(), OrgRole::Owner)).await;
    assert!(!html.contains("aria-sort"), "{html}");
}

#[tokio::test]
async fn a_removal_names_what_ends_and_ticks_the_keys() {
    let path = format!("{PAGE}?remove={}", AccountId::from_bits(3));
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "Remove Jonas Lindqvist from Acme Robotics?",
            "All rights in Acme Robotics, at once in open sessions, too",
            "Their projects: prod, staging, dev, test",
            "owner or key owner of prod",
            "3 open invitations of theirs",
            "name=\"keys[]\"",
            "checked",
            "181,904",
            "7 more keys of theirs are revoked with them.",
            &format!("name=\"shown[]\" value=\"{}\"", KeyId::from_bits(5)),
            "In use: load-test-2.",
            "Remove and revoke the ticked key",
        ],
    );
    let refusing = Ports {
        members: Some(Arc::new(Fake {
            rows: everybody(),
            obstacle: Some("An organization keeps at least one owner."),
        })),
        ..ports(everybody(), OrgRole::Owner)
    };
    let (html, _) = render(&path, refusing).await;
    assert_has(&html, &["An organization keeps at least one owner."]);
    assert!(!html.contains("name=\"keys[]\""));
    let (html, _) = render(&format!("{PAGE}?remove=nonsense"), ports(everybody(), OrgRole::Owner)).await;
    assert_has(&html, &["There is nothing here, or nothing that you may see."]);
}

#[tokio::test]
async fn assigning_ticks_what_is_there_and_says_what_it_brings_back() {
    let path = format!("{PAGE}?assign={}", AccountId::from_bits(4));
    let (html, _) = render(&path, ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "Add Nobody Yet to projects",
            "name=\"projects[]\"",
            "admin already",
            "With the first one it is there again.",
            "There are 500 projects. The first 50 are shown; find the others by name.",
            "formmethod=\"get\" formaction=\"/acme-robotics/~/members\"",
        ],
    );
    let ticked = ProjectId::from_bits(3);
    let looked = format!("{path}&q=Nobody&find=zzz&look=1&projects%5B%5D={ticked}&projects%5B%5D=nonsense&project_role=admin");
    let (html, _) = render(&looked, ports(everybody(), OrgRole::Owner)).await;
    assert_has(
        &html,
        &[
            "None of 500 projects is named like “zzz”.",
            &format!("name=\"projects[]\" value=\"{ticked}\" autocomplete=\"off\" checked"),
            "<option value=\"admin\" selected",
            &format!("name=\"assign\" value=\"{}\"", AccountId::from_bits(4)),
            "<input type=\"hidden\" name=\"q\" value=\"Nobody\"",
            "1–1 of 1 members",
        ],
    );
    assert!(!html.contains("admin already"), "{html}");
    let error = AppError::field("projects", "Choose one project at least.");
    let (html, _) = render(&failed::<AssignMember>(&path, error), ports(everybody(), OrgRole::Owner)).await;
    assert_eq!(html.matches(">Choose one project at least.<").count(), 1, "{html}");
}

#[tokio::test]
async fn a_refused_role_is_said_once_at_the_head() {
    let error = AppError::conflict("An organization keeps at least one owner.");
    let (html, _) = render(&failed::<SetRole>(PAGE, error), ports(everybody(), OrgRole::Owner)).await;
    assert_eq!(html.matches("An organization keeps at least one owner.").count(), 1, "{html}");
}

#[tokio::test]
async fn the_matrix_is_the_policy() {
    let (html, _) = render(&format!("{PAGE}?roles=1"), ports(everybody(), OrgRole::Admin)).await;
    assert_has(
        &html,
        &[
            "What each role may do",
            "External collaborator",
            "as role",
            "See a project’s audit log",
        ],
    );
    assert_eq!(html.matches("<th scope=\"row\">").count(), 12, "twelve rows");
}

#[tokio::test]
async fn the_page_stands_under_all_projects_only() {
    let ports = Ports {
        members: ports(everybody(), OrgRole::Owner).members,
        ..Ports::at(place(owner()))
    };
    let (_, status) = render("/acme-robotics/prod/members", ports).await;
    assert_eq!(status, 404);
}
