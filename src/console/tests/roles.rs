//! Roles in the organization: a weaker one and its dry run, owners, and the transfer of the ownership.

use app::{
    model::{
        AccountId, AppError, OrgRole, Page, ProjectRole,
        member::{MemberFilter, Transfer},
    },
    port::{Account, Invitations, Keys, Members, Shell},
};

use super::{
    invitations,
    members::{actions, assigned_only, fields, id, is_conflict, is_forbidden, member, set_role, sql},
    new_key,
};
use crate::{
    store::{db::fetch_one, testing::on_both_engines},
    testing::{PASSWORD, Who, World},
};

on_both_engines! {
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
        // Invitations that a member may not send, and keys whose secrets they know.
        admin.invite(org(), invitations::new(&["guest@acme.example"], OrgRole::Admin)).await.expect("sent");
        Keys::create(&admin, world.default_project.clone(), new_key("kept")).await.expect("made");
        let dry_run = owner.preview_demotion(org(), account.clone(), OrgRole::Member).await.expect("dry run");
        assert_eq!((dry_run.invitations, dry_run.keys), (1, 1));
        sql(&world, "UPDATE api_keys SET is_org_default = TRUE").await;
        sql(&world, "UPDATE invitations SET expires_at = 0").await;
        let dry_run = admin.preview_demotion(org(), account.clone(), OrgRole::Member).await.expect("dry run");
        assert_eq!((dry_run.invitations, dry_run.keys, dry_run.knows_default_key), (0, 0, false), "that key is for owners alone");
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
        for (email, role) in [("guest@acme.example", OrgRole::Owner), ("another@acme.example", OrgRole::Member)] {
            owner.invite(world.org.clone(), invitations::new(&[email], role)).await.expect("sent");
        }
        let preview = owner.preview_transfer(world.org.clone(), Who::OrgAdmin.email()).await.expect("dry run");
        assert_eq!((preview.role, preview.other_owners, preview.name.as_str()), (OrgRole::Admin, 0, "OrgAdmin"));
        assert_eq!((preview.invitations, preview.knows_default_key), (1, false), "an admin goes on to invite members");
        Keys::create(&owner, world.default_project.clone(), new_key("")).await.expect("made");
        sql(&world, "UPDATE api_keys SET is_org_default = TRUE").await;
        assert!(owner.preview_transfer(world.org.clone(), Who::OrgAdmin.email()).await.expect("dry run").knows_default_key);
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
