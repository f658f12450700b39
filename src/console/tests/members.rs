//! The members of an organization: roles, removal, assignment, transfer; and who may not.

use app::{
    model::{
        AccountId, AppError, Listing, OrgRole, Page, ProjectId, ProjectRole, Sort, TypedId,
        audit::AuditEntry,
        choice::Choosing,
        member::{Assignment, Member, MemberColumn, MemberFilter},
        usage::Scope,
    },
    port::{Account, Audit, Keys, Members, Shell},
};

use super::new_key;
use crate::{
    console::Console,
    store::{
        db::{execute, fetch_one},
        testing::on_both_engines,
    },
    testing::{Who, World},
};

pub(super) async fn id(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("a person").id
}

/// Runs one statement behind the console's back.
pub(super) async fn sql(world: &World, statement: &'static str) {
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, statement).expect("done");
    tx.commit().await.expect("commit");
}

/// Only who is assigned to the Default Project reaches it.
pub(super) async fn assigned_only(world: &World) {
    sql(world, "UPDATE orgs SET default_access = 'assigned_only' WHERE slug = 'acme'").await;
}

/// The organization's log, newest first, as its owner sees it.
pub(super) async fn log(world: &World) -> Listing<AuditEntry> {
    let owner = world.console(Who::Owner).await;
    Audit::list(&owner, Scope::Org(world.org.clone()), Page::default())
        .await
        .expect("log")
}

/// The newest actions, newest first.
pub(super) async fn actions(world: &World, count: usize) -> Vec<String> {
    let log = log(world).await;
    log.rows.into_iter().take(count).map(|entry| entry.action).collect()
}

/// The newest record of an action: its fields as `field: before → after`.
pub(super) async fn fields(world: &World, action: &str) -> Vec<String> {
    let entry = log(world)
        .await
        .rows
        .into_iter()
        .find(|entry| entry.action == action)
        .expect("a record");
    let side = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let change = |change: app::model::audit::Change| format!("{}: {} → {}", change.field, side(change.before), side(change.after));
    entry.changes.into_iter().map(change).collect()
}

async fn members(console: &Console, world: &World, filter: MemberFilter, text: &str) -> Vec<Member> {
    let page = Page {
        number: 0,
        query: text.to_owned(),
    };
    Members::list(console, world.org.clone(), filter, page)
        .await
        .expect("listed")
        .listing
        .rows
}

pub(super) async fn member(world: &World, who: Who) -> Option<Member> {
    let owner = world.console(Who::Owner).await;
    members(&owner, world, MemberFilter::default(), who.email().as_str()).await.pop()
}

pub(super) async fn set_role(world: &World, by: Who, whom: Who, seen: OrgRole, role: OrgRole) -> Result<(), AppError> {
    let console = world.console(by).await;
    console.set_role(world.org.clone(), id(world, whom).await, role, seen).await
}

pub(super) fn is_conflict<T>(answer: &Result<T, AppError>) -> bool {
    matches!(answer, Err(AppError::Conflict { .. }))
}

pub(super) fn is_forbidden<T>(answer: &Result<T, AppError>) -> bool {
    matches!(answer, Err(AppError::Forbidden { .. }))
}

on_both_engines! {
    async fn the_list_filters_on_the_server(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::OrgAdmin).await;
        let emails = |rows: Vec<Member>| rows.into_iter().map(|row| row.email.to_string()).collect::<Vec<_>>();
        let all = Members::list(&admin, world.org.clone(), MemberFilter::default(), Page::default()).await.expect("listed");
        assert_eq!((all.listing.total, all.listing.unfiltered, all.owners, all.without_project), (5, 5, 1, 0));
        assert!(!emails(all.listing.rows.clone()).contains(&Who::External.email().to_string()), "no member");
        let in_prod = all.listing.rows.iter().find(|row| row.email == Who::ProjectAdmin.email()).expect("listed");
        assert_eq!((in_prod.projects.len(), in_prod.projects[0].role), (1, ProjectRole::Admin));

        let admins = MemberFilter { role: Some(OrgRole::Admin), ..MemberFilter::default() };
        assert_eq!(emails(members(&admin, &world, admins, "").await), [Who::OrgAdmin.email().to_string()]);
        let prod = MemberFilter { project: Some("prod".parse().expect("a slug")), ..MemberFilter::default() };
        let found = emails(members(&admin, &world, prod, "").await);
        assert_eq!(found, [Who::ProjectAdmin.email().to_string(), Who::ProjectMember.email().to_string()]);
        // A project of another organization has no members here, whoever is in it.
        let foreign = MemberFilter { project: Some("theirs".parse().expect("a slug")), ..MemberFilter::default() };
        assert_eq!(members(&admin, &world, foreign, "").await.len(), 0);
        assert_eq!(members(&admin, &world, MemberFilter::default(), "100%").await.len(), 0);

        assigned_only(&world).await;
        let stranded = MemberFilter { without_project: true, ..MemberFilter::default() };
        let rows = members(&admin, &world, stranded, "").await;
        assert!(rows.iter().all(|row| !row.has_access));
        assert_eq!(emails(rows), [Who::OtherMember.email().to_string()]);
    }

    async fn every_column_sorts_both_ways_and_names_break_ties(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "UPDATE org_members SET created_at = (SELECT 100 - length(a.name) FROM accounts a WHERE a.id = account_id)").await;
        sql(&world, "UPDATE org_members SET seen_at = 5 WHERE account_id = (SELECT id FROM accounts WHERE name = 'OtherMember')").await;
        let admin = world.console(Who::OrgAdmin).await;
        let (owner, org, other, lead, member) = ("Ada Osei", "OrgAdmin", "OtherMember", "ProjectAdmin", "ProjectMember");
        for (column, ascending, descending) in [
            (MemberColumn::Name, [owner, org, other, lead, member], [member, lead, other, org, owner]),
            (MemberColumn::Role, [owner, org, other, lead, member], [other, lead, member, org, owner]),
            (MemberColumn::Joined, [member, lead, other, owner, org], [owner, org, other, lead, member]),
            (MemberColumn::Seen, [owner, org, lead, member, other], [other, owner, org, lead, member]),
        ] {
            for (is_descending, expected) in [(false, ascending), (true, descending)] {
                let sort = Sort { column, descending: is_descending };
                let filter = MemberFilter { sort: Some(sort), ..MemberFilter::default() };
                let rows = members(&admin, &world, filter, "").await;
                let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
                assert_eq!(names, expected, "{sort:?}");
            }
        }
    }

    async fn a_removal_ends_everything_and_revokes_what_was_ticked(db: TestDb) {
        let world = World::new(db).await;
        let org = || world.org.clone();
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::ProjectAdmin).await);
        let account = id(&world, Who::ProjectAdmin).await;
        let kept = Keys::create(&admin, world.prod.clone(), new_key("kept")).await.expect("made").id;
        let gone = Keys::create(&admin, world.prod.clone(), new_key("gone")).await.expect("made").id;
        let foreign = Keys::create(&owner, world.prod.clone(), new_key("owners")).await.expect("made").id;
        sql(&world, "UPDATE projects SET owner_id = (SELECT id FROM accounts WHERE name = 'ProjectAdmin') WHERE slug = 'prod'").await;

        let preview = owner.preview_removal(org(), account.clone()).await.expect("dry run");
        assert_eq!((preview.keys.rows.len(), preview.obstacle), (2, None));
        assert_eq!((preview.projects, preview.owned), (vec!["prod".to_owned()], vec!["prod".to_owned()]));
        let with_foreign = owner.remove(org(), account.clone(), vec![kept.clone(), foreign]).await;
        assert_eq!(with_foreign, Err(AppError::NotFound), "a key that somebody else made");
        assert!(admin.place("acme", Some("prod")).await.is_ok(), "nothing is half done");

        owner.remove(org(), account.clone(), vec![kept.clone()]).await.expect("removed");
        for project in [Some("prod"), Some("default"), None] {
            assert_eq!(admin.place("acme", project).await, Err(AppError::NotFound), "{project:?}");
        }
        assert_eq!(
            actions(&world, 4).await,
            ["collaborator.removed", "project.updated", "api_key.revoked", "member.removed"]
        );
        assert_eq!(fields(&world, "member.removed").await, ["role: member → –", "project roles: 1 → 0"]);
        assert_eq!(fields(&world, "project.updated").await, ["owner: projectadmin@acme.example → –"]);
        let mut reader = world.store.db.read().await.expect("read");
        for (key, state) in [(&kept, "active"), (&gone, "revoked")] {
            let (is,) = fetch_one!(&mut reader, (String,), "SELECT state FROM api_keys WHERE id = $1", key.as_str()).expect("there");
            assert_eq!(is, state);
        }
        drop(reader);
        assert_eq!(owner.remove(org(), account, Vec::new()).await, Err(AppError::NotFound), "once");
        let own = world.console(Who::OrgAdmin).await;
        assert!(is_conflict(&own.remove(org(), id(&world, Who::OrgAdmin).await, Vec::new()).await), "oneself");
    }

    async fn an_archived_project_does_not_bring_a_removed_member_back(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "UPDATE projects SET archived_at = 1 WHERE slug = 'prod'").await;
        let owner = world.console(Who::Owner).await;
        owner.remove(world.org.clone(), id(&world, Who::ProjectMember).await, Vec::new()).await.expect("removed");
        sql(&world, "UPDATE projects SET archived_at = NULL WHERE slug = 'prod'").await;
        let removed = world.console(Who::ProjectMember).await;
        assert_eq!(removed.place("acme", Some("prod")).await, Err(AppError::NotFound));
    }

    async fn the_default_key_of_an_owner_who_leaves_is_told_to_the_others(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let key = Keys::create(&owner, world.default_project.clone(), new_key("")).await.expect("made").id;
        sql(&world, "UPDATE api_keys SET is_org_default = TRUE").await;
        sql(&world, "UPDATE projects SET owner_id = NULL").await;
        set_role(&world, Who::Owner, Who::OrgAdmin, OrgRole::Admin, OrgRole::Owner).await.expect("promoted");
        owner.leave(world.org.clone()).await.expect("left");
        let log = Audit::list(&world.console(Who::OrgAdmin).await, Scope::Org(world.org.clone()), Page::default()).await.expect("log");
        let newest: Vec<_> = log.rows.iter().take(2).map(|entry| entry.action.as_str()).collect();
        assert_eq!(newest, ["api_key.maker_left", "member.left"]);
        assert_eq!(log.rows[0].target_id, key.as_str());
    }

    async fn the_default_key_of_a_removed_member_is_told_to_owners_alone(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        // Somebody who was an owner once made it.
        let key = Keys::create(&admin, world.default_project.clone(), new_key("")).await.expect("made").id;
        sql(&world, "UPDATE api_keys SET is_org_default = TRUE").await;
        set_role(&world, Who::Owner, Who::OtherMember, OrgRole::Member, OrgRole::Admin).await.expect("promoted");
        let (other, maker) = (world.console(Who::OtherMember).await, id(&world, Who::OrgAdmin).await);
        assert_eq!(other.preview_removal(world.org.clone(), maker.clone()).await.expect("dry run").keys.rows.len(), 0);
        assert_eq!(owner.preview_removal(world.org.clone(), maker.clone()).await.expect("dry run").keys.rows.len(), 1);
        let revoked = other.remove(world.org.clone(), maker.clone(), vec![key.clone()]).await;
        assert_eq!(revoked, Err(AppError::NotFound), "for an admin the key does not exist");
        other.remove(world.org.clone(), maker, Vec::new()).await.expect("removed");
        assert_eq!(actions(&world, 2).await, ["api_key.maker_left", "member.removed"]);
        assert_eq!(fields(&world, "api_key.maker_left").await, ["maker: orgadmin@acme.example → –"]);
        let keys = Keys::list(&owner, world.default_project.clone(), Page::default()).await.expect("listed");
        assert!(keys.rows.iter().any(|listed| listed.id == key && listed.maker_left), "its owners are warned");
        let seen = Audit::list(&other, Scope::Org(world.org.clone()), Page::default()).await.expect("log");
        assert!(seen.rows.iter().all(|entry| entry.target_id != key.as_str()), "not for admins");
    }

    async fn assigning_takes_projects_of_this_organization_alone(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let org = || world.org.clone();
        let other = id(&world, Who::OtherMember).await;
        let preview = owner.preview_assignment(org(), other.clone(), Choosing::default()).await.expect("preview");
        assert_eq!((preview.projects.rows.len(), preview.projects.total), (2, 2));
        let none = owner.assign(org(), other.clone(), Vec::new(), ProjectRole::Member).await.expect_err("refused");
        let many = (0..=Assignment::MOST as u128).map(ProjectId::from_bits).collect();
        let many = owner.assign(org(), other.clone(), many, ProjectRole::Member).await.expect_err("refused");
        assert!(many.on_field("projects").is_some_and(|text| text.contains("at most 100")), "{many:?}");
        assert!(none.on_field("projects").is_some());
        let foreign = vec![world.prod.clone(), world.other_project.clone()];
        assert_eq!(owner.assign(org(), other.clone(), foreign, ProjectRole::Admin).await, Err(AppError::NotFound));
        assert_eq!(member(&world, Who::OtherMember).await.expect("listed").projects.len(), 0, "nothing is half done");
        let twice = vec![world.prod.clone(), world.prod.clone()];
        owner.assign(org(), other.clone(), twice, ProjectRole::Admin).await.expect("assigned");
        let admins = id(&world, Who::OrgAdmin).await;
        assert!(is_conflict(&owner.assign(org(), admins, vec![world.prod.clone()], ProjectRole::Member).await));
        let stranger = id(&world, Who::Stranger).await;
        for outside in [stranger, id(&world, Who::External).await] {
            assert_eq!(owner.assign(org(), outside.clone(), vec![world.prod.clone()], ProjectRole::Admin).await, Err(AppError::NotFound));
            assert_eq!(owner.remove(org(), outside.clone(), Vec::new()).await, Err(AppError::NotFound));
            assert_eq!(owner.preview_removal(org(), outside).await, Err(AppError::NotFound));
        }
        // A role that is there stays as it is.
        owner.assign(org(), other, vec![world.prod.clone()], ProjectRole::Member).await.expect("nothing to do");
        assert_eq!(member(&world, Who::OtherMember).await.expect("listed").projects[0].role, ProjectRole::Admin);
    }
}
