//! The people of a project: who is there, who may be added, what a removal ends.

use app::{
    model::{
        AccountId, AppError, Email, OrgRole, Page, ProjectRole, Sort,
        audit::AuditEntry,
        collaborator::{Addition, CollaboratorColumn, CollaboratorFilter, NewCollaborator, Origin},
        time::HOUR,
        usage::Scope,
    },
    port::{Audit, Collaborators, Projects, Shell},
};

use super::outcome;
use crate::{
    console::Console,
    store::db::execute,
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

/// The account of a person.
pub async fn id(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("a person").id
}

/// Runs a statement.
pub async fn sql(world: &World, statement: &'static str) {
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, statement).expect("done");
    tx.commit().await.expect("commit");
}

pub async fn allow_externals(world: &World) {
    sql(world, "UPDATE orgs SET external_allowed = TRUE").await;
    sql(world, "UPDATE projects SET external_allowed = TRUE").await;
}

pub async fn add(by: &Console, world: &World, email: Email) -> Result<Addition, AppError> {
    let new = NewCollaborator {
        email,
        role: ProjectRole::Member,
        announced: None,
    };
    by.add(world.prod.clone(), new).await
}

/// What stands beside the e-mail field.
fn refusal<T: std::fmt::Debug>(answer: Result<T, AppError>) -> String {
    answer.expect_err("refused").on_field("email").expect("at the field")
}

/// The log of `prod` as an owner sees it, oldest first, without the first `skip` records.
pub async fn log(world: &World, skip: usize) -> Vec<AuditEntry> {
    let owner = world.console(Who::Owner).await;
    let log = Audit::list(&owner, Scope::Project(world.prod.clone()), Page::default())
        .await
        .expect("log");
    log.rows.into_iter().rev().skip(skip).collect()
}

pub fn actions(log: &[AuditEntry]) -> Vec<&str> {
    log.iter().map(|entry| entry.action.as_str()).collect()
}

/// `field: before → after`.
pub fn fields(entry: &AuditEntry) -> Vec<String> {
    let line = |value: &Option<String>| value.clone().unwrap_or_default();
    let changes = entry.changes.iter();
    changes
        .map(|change| format!("{}: {} → {}", change.field, line(&change.before), line(&change.after)))
        .collect()
}

async fn names(by: &Console, world: &World, filter: CollaboratorFilter, query: &str) -> Vec<String> {
    let page = Page {
        number: 0,
        query: query.to_owned(),
    };
    let list = Collaborators::list(by, world.prod.clone(), filter, page).await.expect("listed");
    assert_eq!(list.listing.total, list.listing.rows.len() as u64);
    list.listing.rows.iter().map(|person| person.name.to_string()).collect()
}

on_both_engines! {
    async fn admins_of_the_project_alone_manage_its_people(db: TestDb) {
        let world = World::new(db).await;
        let member = id(&world, Who::ProjectMember).await;
        for (who, expected) in [
            (Who::Anonymous, "401"),
            (Who::Owner, "yes"),
            (Who::OrgAdmin, "yes"),
            (Who::ProjectAdmin, "yes"),
            (Who::ProjectMember, "no"),
            (Who::OtherMember, "404"),
            (Who::External, "no"),
            (Who::Stranger, "404"),
        ] {
            let console = world.console(who).await;
            let prod = || world.prod.clone();
            let answers = [
                outcome(Collaborators::list(&console, prod(), CollaboratorFilter::default(), Page::default()).await),
                outcome(console.preview_removal(prod(), member.clone()).await),
                outcome(console.set_role(prod(), member.clone(), ProjectRole::Member, ProjectRole::Member).await),
                outcome(add(&console, &world, Who::Stranger.email()).await.or_else(|error| error.on_field("email").map(|_| Addition::Added).ok_or(error))),
                outcome(console.remove(prod(), world.store.ambient.id(), Vec::new()).await.or_else(|error| if expected == "yes" { Ok(()) } else { Err(error) })),
            ];
            assert_eq!(answers, [expected; 5], "{who:?}");
        }
    }

    async fn the_list_tells_who_was_added_and_who_inherits(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let list = Collaborators::list(&admin, world.prod.clone(), CollaboratorFilter::default(), Page::default()).await.expect("listed");
        let rows: Vec<_> = list.listing.rows.iter().map(|row| (row.name.as_str(), row.role, row.origin, row.org_role)).collect();
        assert_eq!(rows, [
            ("Ada Osei", ProjectRole::Admin, Origin::Inherited, Some(OrgRole::Owner)),
            ("External", ProjectRole::Member, Origin::External, None),
            ("OrgAdmin", ProjectRole::Admin, Origin::Inherited, Some(OrgRole::Admin)),
            ("ProjectAdmin", ProjectRole::Admin, Origin::Member, Some(OrgRole::Member)),
            ("ProjectMember", ProjectRole::Member, Origin::Member, Some(OrgRole::Member)),
        ]);
        assert_eq!((list.external, list.inherited, list.open_to_members), (1, 2, false));
        let of = |role, origin| CollaboratorFilter { role, origin, sort: None };
        assert_eq!(names(&admin, &world, of(Some(ProjectRole::Member), None), "").await, ["External", "ProjectMember"]);
        assert_eq!(names(&admin, &world, of(None, Some(Origin::Inherited)), "").await, ["Ada Osei", "OrgAdmin"]);
        assert_eq!(names(&admin, &world, of(Some(ProjectRole::Admin), Some(Origin::Member)), "PROJECT").await, ["ProjectAdmin"]);
        assert_eq!(names(&admin, &world, CollaboratorFilter::default(), "owner@acme").await, ["Ada Osei"]);
        assert!(names(&admin, &world, CollaboratorFilter::default(), "%").await.is_empty(), "a sign is a sign");

        // A role in the organization hides one that was given in the project before, and cannot be taken away here.
        sql(&world, "UPDATE org_members SET role = 'admin' WHERE account_id = (SELECT id FROM accounts WHERE name = 'ProjectMember')").await;
        assert_eq!(names(&admin, &world, of(None, Some(Origin::Inherited)), "member").await, ["ProjectMember"]);
        let removed = admin.remove(world.prod.clone(), id(&world, Who::ProjectMember).await, Vec::new()).await;
        assert!(matches!(removed, Err(AppError::Conflict { .. })), "{removed:?}");
    }

    async fn every_column_sorts_both_ways_and_names_break_ties(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "UPDATE project_members SET created_at = (SELECT 100 - length(a.name) FROM accounts a WHERE a.id = account_id)").await;
        sql(&world, "UPDATE org_members SET created_at = 7").await;
        let admin = world.console(Who::ProjectAdmin).await;
        let (owner, org, external, lead, member) = ("Ada Osei", "OrgAdmin", "External", "ProjectAdmin", "ProjectMember");
        for (column, ascending, descending) in [
            (CollaboratorColumn::Name, [owner, external, org, lead, member], [member, lead, org, external, owner]),
            (CollaboratorColumn::Role, [owner, org, lead, external, member], [external, member, owner, org, lead]),
            (CollaboratorColumn::Added, [owner, org, member, lead, external], [external, lead, member, owner, org]),
        ] {
            for (is_descending, expected) in [(false, ascending), (true, descending)] {
                let sort = Sort { column, descending: is_descending };
                let filter = CollaboratorFilter { sort: Some(sort), ..CollaboratorFilter::default() };
                assert_eq!(names(&admin, &world, filter, "").await, expected, "{sort:?}");
            }
        }
    }

    async fn the_default_project_names_its_people_and_not_all_members(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let list = Collaborators::list(&owner, world.default_project.clone(), CollaboratorFilter::default(), Page::default()).await.expect("listed");
        assert_eq!((list.listing.total, list.open_to_members), (2, true));
        sql(&world, "UPDATE orgs SET default_access = 'assigned_only'").await;
        let list = Collaborators::list(&owner, world.default_project.clone(), CollaboratorFilter::default(), Page::default()).await.expect("listed");
        assert!(!list.open_to_members);
    }

    async fn a_member_of_the_organization_is_added_at_once(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let other = Who::OtherMember.email();
        assert_eq!(add(&admin, &world, other.clone()).await, Ok(Addition::Added));
        let added = world.console(Who::OtherMember).await;
        assert_eq!(added.place("acme", Some("prod")).await.expect("open").standing.project, Some(ProjectRole::Member));
        assert!(refusal(add(&admin, &world, other.clone()).await).contains("in this project already, as member"));
        assert!(refusal(add(&admin, &world, Who::OrgAdmin.email()).await).contains("OrgAdmin is an admin of Acme Robotics, and so already an admin here"));
        let log = log(&world, 0).await;
        assert_eq!(actions(&log), ["collaborator.looked_up", "collaborator.added", "collaborator.looked_up", "collaborator.looked_up"]);
        assert_eq!((log[0].target.as_str(), log[1].target.as_str()), (other.as_str(), other.as_str()));
        assert_eq!(fields(&log[1]), ["role:  → member", "external:  → false"]);
        let list = Collaborators::list(&admin, world.prod.clone(), CollaboratorFilter::default(), Page::default()).await.expect("listed");
        let row = list.listing.rows.iter().find(|row| row.name.as_str() == "OtherMember").expect("a row");
        assert_eq!(row.added_by.as_deref(), Some("ProjectAdmin"));
    }

    async fn unknown_and_not_allowed_are_one_and_the_same(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let blank = |text: String, email: &Email| text.replace(email.as_str(), "…");
        let unknown: Email = "nobody@acme.example".parse().expect("an address");
        let expected = blank(refusal(add(&admin, &world, unknown.clone()).await), &unknown);
        assert!(expected.contains("An owner or admin of Acme Robotics can help"), "{expected}");
        let outside = Who::Stranger.email();
        for rules in ["UPDATE orgs SET external_allowed = FALSE", "UPDATE orgs SET external_allowed = TRUE"] {
            sql(&world, rules).await;
            assert_eq!(blank(refusal(add(&admin, &world, outside.clone()).await), &outside), expected, "{rules}");
        }
        sql(&world, "UPDATE orgs SET external_allowed = FALSE").await;
        sql(&world, "UPDATE projects SET external_allowed = TRUE").await;
        assert_eq!(blank(refusal(add(&admin, &world, outside.clone()).await), &outside), expected);
        let log = log(&world, 0).await;
        assert_eq!(actions(&log), ["collaborator.looked_up"; 4]);
        assert_eq!(log[0].target, unknown.as_str());
    }

    async fn somebody_from_outside_is_announced_before_they_are_added(db: TestDb) {
        let world = World::new(db).await;
        allow_externals(&world).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let stranger = id(&world, Who::Stranger).await;
        let new = |announced| NewCollaborator { email: Who::Stranger.email(), role: ProjectRole::Admin, announced };
        for announced in [None, Some(id(&world, Who::OtherMember).await)] {
            match admin.add(world.prod.clone(), new(announced)).await {
                Ok(Addition::Announced(guest)) => assert_eq!((guest.account, guest.name.as_str()), (stranger.clone(), "Stranger")),
                other => panic!("{other:?}"),
            }
        }
        let outsider = world.console(Who::Stranger).await;
        assert_eq!(outsider.place("acme", Some("prod")).await, Err(AppError::NotFound), "nothing was done");

        // Between the announcement and the confirmation the switch was turned off.
        sql(&world, "UPDATE projects SET external_allowed = FALSE").await;
        assert!(refusal(admin.add(world.prod.clone(), new(Some(stranger.clone()))).await).contains("cannot be added"));
        sql(&world, "UPDATE projects SET external_allowed = TRUE").await;
        assert_eq!(admin.add(world.prod.clone(), new(Some(stranger.clone()))).await, Ok(Addition::Added));
        let place = outsider.place("acme", Some("prod")).await.expect("open");
        assert_eq!((place.standing.org, place.standing.project), (None, Some(ProjectRole::Admin)));
        assert_eq!(outsider.place("acme", None).await, Err(AppError::NotFound));
        let log = log(&world, 4).await;
        assert_eq!(actions(&log), ["collaborator.added"]);
        assert_eq!(fields(&log[0]), ["role:  → admin", "external:  → true"]);
    }

    async fn look_ups_are_counted_for_the_person_and_for_the_project(db: TestDb) {
        let world = World::new(db).await;
        let unknown = || "nobody@acme.example".parse::<Email>().expect("an address");
        let people = [world.console(Who::Owner).await, world.console(Who::OrgAdmin).await, world.console(Who::ProjectAdmin).await];
        for console in &people {
            for _ in 0..10 {
                refusal(add(console, &world, unknown()).await);
            }
            let throttled = add(console, &world, Who::OtherMember.email()).await;
            assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=3_600 })), "{throttled:?}");
        }
        let member = id(&world, Who::ProjectMember).await;
        people[0].set_role(world.prod.clone(), member, ProjectRole::Admin, ProjectRole::Member).await.expect("an admin");
        let fourth = world.console(Who::ProjectMember).await;
        let throttled = add(&fourth, &world, unknown()).await;
        assert!(matches!(throttled, Err(AppError::Throttled { .. })), "the project had its 30: {throttled:?}");
        assert_eq!(log(&world, 0).await.len(), 31, "what was not looked up is not recorded");
        world.clock.advance(HOUR + 1);
        assert_eq!(add(&fourth, &world, Who::OtherMember.email()).await, Ok(Addition::Added));
    }

    async fn a_role_changes_from_what_was_seen_and_at_once(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let second = world.console(Who::ProjectAdmin).await;
        let (member, admin) = (id(&world, Who::ProjectMember).await, id(&world, Who::ProjectAdmin).await);
        let prod = || world.prod.clone();
        owner.set_role(prod(), member.clone(), ProjectRole::Admin, ProjectRole::Member).await.expect("promoted");
        let promoted = world.console(Who::ProjectMember).await;
        promoted.set_role(prod(), admin.clone(), ProjectRole::Member, ProjectRole::Admin).await.expect("demoted");

        // Both browsers still show the old state.
        let stale = second.set_role(prod(), member.clone(), ProjectRole::Member, ProjectRole::Admin).await;
        assert!(matches!(stale, Err(AppError::Forbidden { .. })), "{stale:?}");
        let late = owner.set_role(prod(), member.clone(), ProjectRole::Admin, ProjectRole::Member).await;
        assert!(matches!(late, Err(AppError::Conflict { .. })), "{late:?}");

        let inherited = owner.set_role(prod(), id(&world, Who::OrgAdmin).await, ProjectRole::Member, ProjectRole::Admin).await;
        assert!(matches!(inherited, Err(AppError::Conflict { .. })), "{inherited:?}");
        let nobody = owner.set_role(prod(), id(&world, Who::OtherMember).await, ProjectRole::Member, ProjectRole::Member).await;
        assert_eq!(nobody, Err(AppError::NotFound));
        let log = log(&world, 0).await;
        assert_eq!(actions(&log), ["collaborator.role_changed"; 2]);
        assert_eq!((log[0].target.as_str(), fields(&log[0])), (Who::ProjectMember.email().as_str(), vec!["role: member → admin".to_owned()]));
        assert_eq!(fields(&log[1]), ["role: admin → member"]);
    }

    async fn the_owner_of_a_project_stays_until_another_one_is_chosen(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let admin = id(&world, Who::ProjectAdmin).await;
        sql(&world, "UPDATE projects SET owner_id = (SELECT id FROM accounts WHERE name = 'ProjectAdmin') WHERE slug = 'prod'").await;
        let says_so = |error: &AppError| matches!(error, AppError::Conflict { message } if message.contains("ProjectAdmin is the owner of this project"));
        let demoted = owner.set_role(world.prod.clone(), admin.clone(), ProjectRole::Member, ProjectRole::Admin).await.expect_err("refused");
        let removed = owner.remove(world.prod.clone(), admin.clone(), Vec::new()).await.expect_err("refused");
        assert!(says_so(&demoted) && says_so(&removed), "{demoted:?} {removed:?}");
        assert!(owner.preview_removal(world.prod.clone(), admin.clone()).await.expect("dry run").obstacle.is_some());

        // Somebody else owns the project; who only answers for its keys can go, and then nobody does.
        sql(&world, "UPDATE projects SET key_owner_id = owner_id, owner_id = (SELECT id FROM accounts WHERE name = 'Ada Osei') WHERE slug = 'prod'").await;
        assert!(owner.preview_removal(world.prod.clone(), admin.clone()).await.expect("dry run").is_key_owner);
        owner.remove(world.prod.clone(), admin, Vec::new()).await.expect("removed");
        let log = log(&world, 0).await;
        assert_eq!(actions(&log), ["collaborator.removed", "project.updated"]);
        assert_eq!(fields(&log[1]), ["key_owner: projectadmin@acme.example → "]);
    }

    async fn two_who_add_the_same_person_add_them_once(db: TestDb) {
        let world = World::new(db).await;
        let (owner, org_admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let person = id(&world, Who::OtherMember).await;
        for round in 0..5 {
            let (one, two) = futures::join!(
                add(&owner, &world, Who::OtherMember.email()),
                add(&org_admin, &world, Who::OtherMember.email())
            );
            let (added, refused) = if one.is_ok() { (one, two) } else { (two, one) };
            assert_eq!(added, Ok(Addition::Added), "round {round}");
            assert!(refusal(refused).contains("in this project already"));
            let (one, two) = futures::join!(
                owner.remove(world.prod.clone(), person.clone(), Vec::new()),
                org_admin.remove(world.prod.clone(), person.clone(), Vec::new())
            );
            assert!(matches!((&one, &two), (Ok(()), Err(AppError::NotFound)) | (Err(AppError::NotFound), Ok(()))), "{one:?} {two:?}");
        }
        let log = log(&world, 0).await;
        assert_eq!(actions(&log).iter().filter(|action| **action == "collaborator.added").count(), 5);
    }

    async fn the_people_of_an_archived_project_stay_as_they_are(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let member = id(&world, Who::ProjectMember).await;
        Projects::archive(&owner, world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        let answers = [
            add(&owner, &world, Who::OtherMember.email()).await.map(drop),
            owner.set_role(world.prod.clone(), member.clone(), ProjectRole::Admin, ProjectRole::Member).await,
            owner.remove(world.prod.clone(), member, Vec::new()).await,
        ];
        for answer in answers {
            assert!(matches!(answer, Err(AppError::Conflict { .. })), "{answer:?}");
        }
        assert_eq!(names(&owner, &world, CollaboratorFilter::default(), "").await.len(), 5, "history stays readable");
    }
}
