//! The members of an organization: roles, removal, assignment, transfer; and who may not.

use app::{
    model::{
        AccountId, AppError, Listing, OrgRole, Page, ProjectId, ProjectRole, Sort, TypedId,
        audit::AuditEntry,
        choice::Choosing,
        member::{Assignment, Member, MemberColumn, MemberFilter, Transfer},
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
    testing::{PASSWORD, Who, World},
};

async fn id(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("a person").id
}

/// Runs one statement behind the console's back.
async fn sql(world: &World, statement: &'static str) {
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

async fn member(world: &World, who: Who) -> Option<Member> {
    let owner = world.console(Who::Owner).await;
    members(&owner, world, MemberFilter::default(), who.email().as_str()).await.pop()
}

async fn set_role(world: &World, by: Who, whom: Who, seen: OrgRole, role: OrgRole) -> Result<(), AppError> {
    let console = world.console(by).await;
    console.set_role(world.org.clone(), id(world, whom).await, role, seen).await
}

fn is_conflict<T>(answer: &Result<T, AppError>) -> bool {
    matches!(answer, Err(AppError::Conflict { .. }))
}

fn is_forbidden<T>(answer: &Result<T, AppError>) -> bool {
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

    async fn a_demotion_takes_effect_at_once_and_clears_what_it_must(db: TestDb) {
        let world = World::new(db).await;
        assigned_only(&world).await;
        sql(&world, "UPDATE projects SET owner_id = (SELECT id FROM accounts WHERE name = 'OrgAdmin'),
                                         key_owner_id = (SELECT id FROM accounts WHERE name = 'OrgAdmin') WHERE slug = 'prod'").await;
        let admin = world.console(Who::OrgAdmin).await;
        assert!(admin.place("acme", None).await.is_ok());
        let dry_run = world.console(Who::Owner).await.preview_demotion(world.org.clone(), id(&world, Who::OrgAdmin).await, OrgRole::Member).await;
        let dry_run = dry_run.expect("dry run");
        assert!(dry_run.loses_access() && dry_run.obstacle.is_none(), "{dry_run:?}");
        assert_eq!((dry_run.from, dry_run.released), (OrgRole::Admin, vec!["prod".to_owned()]));
        set_role(&world, Who::Owner, Who::OrgAdmin, OrgRole::Admin, OrgRole::Member).await.expect("demoted");
        assert_eq!(admin.place("acme", None).await, Err(AppError::NotFound), "no project: the organization is gone");
        assert_eq!(Members::list(&admin, world.org.clone(), MemberFilter::default(), Page::default()).await, Err(AppError::NotFound));
        assert_eq!(actions(&world, 4).await, ["member.lost_access", "project.updated", "project.updated", "member.role_changed"]);
        assert_eq!(fields(&world, "member.role_changed").await, ["role: admin → member"]);
        assert_eq!(fields(&world, "project.updated").await, ["key owner: orgadmin@acme.example → –"]);

        // The way back: by a project, or by the role.
        let owner = world.console(Who::Owner).await;
        let account = id(&world, Who::OrgAdmin).await;
        let stranded = member(&world, Who::OrgAdmin).await.expect("still a member");
        assert!(!stranded.has_access);
        owner.assign(world.org.clone(), account.clone(), vec![world.prod.clone()], ProjectRole::Member).await.expect("assigned");
        assert!(admin.place("acme", Some("prod")).await.is_ok());
        assert_eq!(actions(&world, 2).await, ["member.access_regained", "collaborator.added"]);
        assert_eq!(fields(&world, "collaborator.added").await, ["role: – → member", "external: – → false"]);
        set_role(&world, Who::Owner, Who::OrgAdmin, OrgRole::Member, OrgRole::Admin).await.expect("promoted");
        assert!(admin.place("acme", None).await.is_ok());
    }

    async fn the_dry_run_of_a_weaker_role_names_what_stays(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let org = || world.org.clone();
        let (account, of_owner) = (id(&world, Who::OrgAdmin).await, id(&world, Who::Owner).await);
        // A role in the project itself keeps its details, and the organization; an archived project keeps nothing.
        sql(&world, "INSERT INTO project_members (project_id, account_id, role, created_at)
                     SELECT p.id, a.id, 'admin', 0 FROM projects p, accounts a WHERE p.slug = 'prod' AND a.name = 'OrgAdmin'").await;
        sql(&world, "UPDATE projects SET owner_id = (SELECT id FROM accounts WHERE name = 'OrgAdmin') WHERE slug = 'prod'").await;
        let dry_run = admin.preview_demotion(org(), account.clone(), OrgRole::Member).await.expect("of oneself");
        assert_eq!((dry_run.projects.as_slice(), dry_run.released.len()), (["prod".to_owned()].as_slice(), 0));
        assert!(dry_run.default_is_open && !dry_run.loses_access());
        let member = world.console(Who::ProjectAdmin).await;
        assert!(is_forbidden(&member.preview_demotion(org(), account.clone(), OrgRole::Member).await));
        assigned_only(&world).await;
        assert!(!admin.preview_demotion(org(), account.clone(), OrgRole::Member).await.expect("dry run").loses_access());
        sql(&world, "UPDATE projects SET archived_at = 1 WHERE slug = 'prod'").await;
        assert!(admin.preview_demotion(org(), account.clone(), OrgRole::Member).await.expect("dry run").loses_access());

        assert!(is_conflict(&owner.preview_demotion(org(), account.clone(), OrgRole::Admin).await), "no weaker role");
        assert!(is_forbidden(&admin.preview_demotion(org(), of_owner.clone(), OrgRole::Admin).await), "an owner is for owners");
        let last = owner.preview_demotion(org(), of_owner, OrgRole::Admin).await.expect("dry run");
        assert!(last.obstacle.expect("an obstacle").contains("at least one owner") && last.released.is_empty());
        let outside = id(&world, Who::External).await;
        assert_eq!(owner.preview_demotion(org(), outside, OrgRole::Member).await, Err(AppError::NotFound));
    }

    async fn only_an_owner_touches_owners_and_the_last_one_stays(db: TestDb) {
        let world = World::new(db).await;
        let org = || world.org.clone();
        let owner_id = id(&world, Who::Owner).await;
        let admin = world.console(Who::OrgAdmin).await;
        assert!(is_forbidden(&set_role(&world, Who::OrgAdmin, Who::Owner, OrgRole::Owner, OrgRole::Admin).await));
        assert!(is_forbidden(&set_role(&world, Who::OrgAdmin, Who::OtherMember, OrgRole::Member, OrgRole::Owner).await));
        assert!(is_forbidden(&set_role(&world, Who::OrgAdmin, Who::OrgAdmin, OrgRole::Admin, OrgRole::Owner).await));
        assert!(is_forbidden(&admin.preview_removal(org(), owner_id.clone()).await));
        assert!(is_forbidden(&admin.remove(org(), owner_id.clone(), Vec::new()).await));
        set_role(&world, Who::OrgAdmin, Who::OtherMember, OrgRole::Member, OrgRole::Admin).await.expect("an admin makes admins");

        assert!(is_conflict(&set_role(&world, Who::Owner, Who::Owner, OrgRole::Owner, OrgRole::Admin).await));
        let owner = world.console(Who::Owner).await;
        assert!(is_conflict(&owner.remove(org(), owner_id.clone(), Vec::new()).await));
        let preview = owner.preview_removal(org(), owner_id).await.expect("dry run");
        assert!(preview.obstacle.expect("an obstacle").contains("at least one owner"));
        assert!(is_conflict(&owner.leave(org()).await));
        let stale = set_role(&world, Who::Owner, Who::OtherMember, OrgRole::Member, OrgRole::Owner).await;
        assert!(is_conflict(&stale), "the form showed the role of before: {stale:?}");
        for who in [Who::ProjectAdmin, Who::OtherMember, Who::External, Who::Stranger, Who::Anonymous] {
            if who == Who::OtherMember {
                continue;
            }
            assert!(set_role(&world, who, Who::ProjectMember, OrgRole::Member, OrgRole::Owner).await.is_err(), "{who:?}");
        }
        assert_eq!(member(&world, Who::ProjectMember).await.expect("listed").role, OrgRole::Member);
    }

    async fn two_browsers_never_take_the_last_owner_away(db: TestDb) {
        let world = World::new(db).await;
        for round in 0..8 {
            sql(&world, "UPDATE org_members SET role = 'owner' WHERE account_id IN (SELECT id FROM accounts WHERE name = 'OrgAdmin' OR email = 'owner@acme.example')").await;
            let (first, second) = if round % 2 == 0 {
                tokio::join!(
                    set_role(&world, Who::Owner, Who::OrgAdmin, OrgRole::Owner, OrgRole::Admin),
                    set_role(&world, Who::OrgAdmin, Who::Owner, OrgRole::Owner, OrgRole::Admin),
                )
            } else {
                let console = world.console(Who::OrgAdmin).await;
                tokio::join!(
                    set_role(&world, Who::Owner, Who::Owner, OrgRole::Owner, OrgRole::Admin),
                    console.leave(world.org.clone()),
                )
            };
            assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
            let mut reader = world.store.db.read().await.expect("read");
            let (owners,) = fetch_one!(&mut reader, (i64,), "SELECT count(*) FROM org_members WHERE org_id = $1 AND role = 'owner'", world.org.as_str())
                .expect("counted");
            assert_eq!(owners, 1);
            drop(reader);
            if second.is_ok() && round % 2 == 1 {
                sql(&world, "INSERT INTO org_members (org_id, account_id, role, created_at)
                             SELECT o.id, a.id, 'owner', 0 FROM orgs o, accounts a WHERE o.slug = 'acme' AND a.name = 'OrgAdmin'").await;
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

    async fn a_transfer_wants_the_name_and_the_password(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let transfer = |account: &AccountId, confirmation: &str, password: &str| Transfer {
            account: account.clone(),
            confirmation: confirmation.to_owned(),
            password: password.to_owned(),
        };
        for (email, message) in [
            ("nobody@acme.example", "No member of the organization"),
            (Who::Stranger.email().as_str(), "No member of the organization"),
            (Who::External.email().as_str(), "No member of the organization"),
            (Who::Owner.email().as_str(), "is an owner already"),
        ] {
            let error = owner.preview_transfer(world.org.clone(), email.parse().expect("an address")).await.expect_err("refused");
            assert!(error.on_field("email").is_some_and(|said| said.contains(message)), "{email}: {error:?}");
        }
        let preview = owner.preview_transfer(world.org.clone(), Who::OrgAdmin.email()).await.expect("dry run");
        assert_eq!((preview.role, preview.other_owners, preview.name.as_str()), (OrgRole::Admin, 0, "OrgAdmin"));
        let admin_id = preview.account;
        for (field, wrong) in [
            ("confirmation", transfer(&admin_id, "acme robotics", PASSWORD)),
            ("password", transfer(&admin_id, "Acme Robotics", "wrong-password")),
            ("account", transfer(&id(&world, Who::Stranger).await, "Acme Robotics", PASSWORD)),
            ("account", transfer(&id(&world, Who::External).await, "Acme Robotics", PASSWORD)),
            ("account", transfer(&id(&world, Who::Owner).await, "Acme Robotics", PASSWORD)),
        ] {
            let error = owner.transfer(world.org.clone(), wrong.clone()).await.expect_err("refused");
            assert!(error.on_field(field).is_some(), "{wrong:?}: {error:?}");
        }
        let admin = world.console(Who::OrgAdmin).await;
        let right = || transfer(&admin_id, "Acme Robotics", PASSWORD);
        assert!(is_forbidden(&admin.preview_transfer(world.org.clone(), Who::OrgAdmin.email()).await));
        assert!(is_forbidden(&admin.transfer(world.org.clone(), right()).await), "an admin takes no ownership");
        owner.transfer(world.org.clone(), right()).await.expect("transferred");
        assert_eq!(member(&world, Who::OrgAdmin).await.expect("listed").role, OrgRole::Owner);
        assert_eq!(member(&world, Who::Owner).await.expect("listed").role, OrgRole::Admin);
        assert_eq!(actions(&world, 3).await, ["member.role_changed", "member.role_changed", "org.ownership_transferred"]);
        assert_eq!(fields(&world, "org.ownership_transferred").await, ["owner: owner@acme.example → orgadmin@acme.example"]);
        assert!(is_forbidden(&owner.transfer(world.org.clone(), right()).await), "given away");
    }
}
