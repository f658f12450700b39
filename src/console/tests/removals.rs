//! What the removal of a collaborator ends, and the way back.

use app::{
    model::{
        AppError, Page, ProjectRole,
        collaborator::{Addition, AfterRemoval},
        key::KeyState,
        usage::Scope,
    },
    port::{Audit, Collaborators, Keys, Shell},
};

use super::{
    collaborators::{actions, add, fields, id, log, sql},
    new_key,
};
use crate::{
    audit::Verifier,
    console::Console,
    store::{db::fetch_all, testing::on_both_engines},
    testing::{Who, World},
};

on_both_engines! {
    async fn who_loses_the_last_project_loses_the_organization_and_comes_back(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "UPDATE orgs SET default_access = 'assigned_only'").await;
        let owner = world.console(Who::Owner).await;
        let person = id(&world, Who::ProjectMember).await;
        let member = world.console(Who::ProjectMember).await;
        assert_eq!(owner.preview_removal(world.prod.clone(), person.clone()).await.expect("dry run").after, AfterRemoval::Nothing);
        owner.remove(world.prod.clone(), person.clone(), Vec::new()).await.expect("removed");
        assert_eq!(member.place("acme", Some("prod")).await, Err(AppError::NotFound));
        assert_eq!(member.place("acme", None).await, Err(AppError::NotFound));
        assert_eq!((member.switcher("", &[]).await.expect("switcher").orgs.len(), member.home().await), (0, Ok(None)));
        assert_eq!(owner.remove(world.prod.clone(), person.clone(), Vec::new()).await, Err(AppError::NotFound), "once");

        assert_eq!(add(&owner, &world, Who::ProjectMember.email()).await, Ok(Addition::Added), "still a member of the organization");
        assert_eq!(member.place("acme", Some("prod")).await.expect("back").standing.project, Some(ProjectRole::Member));

        let log = Audit::list(&owner, Scope::Org(world.org.clone()), Page::default()).await.expect("log");
        let newest: Vec<_> = log.rows.iter().take(5).rev().cloned().collect();
        assert_eq!(actions(&newest), ["collaborator.removed", "member.lost_access", "collaborator.looked_up", "collaborator.added", "member.access_regained"]);
        assert_eq!(fields(&newest[1]), ["access: organization → no project", "cause:  → removed from prod"]);
        assert_eq!(fields(&newest[4]), ["access: no project → organization", "cause:  → added to prod"]);
        let mut verifier = Verifier::default();
        let chain = world.org.as_str();
        for stored in world.store.audit_records(chain, 0, 1_000).await.expect("records") {
            verifier.check(&stored).expect("holds");
        }
        verifier.finish(world.store.audit_head(chain).await.expect("head")).expect("whole");
    }

    async fn what_stays_is_told_to_those_who_see_it(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let after = async |by: &Console, who| by.preview_removal(world.prod.clone(), id(&world, who).await).await.expect("dry run").after;
        assert_eq!(after(&owner, Who::ProjectMember).await, AfterRemoval::OtherProjects(vec!["Default project".to_owned()]));
        assert_eq!(after(&owner, Who::External).await, AfterRemoval::Nothing);
        let admin = world.console(Who::ProjectAdmin).await;
        assert_eq!(after(&admin, Who::ProjectMember).await, AfterRemoval::OtherProjects(Vec::new()), "no names for who sees no other project");
    }

    async fn a_removal_revokes_every_key_but_those_that_are_kept(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::ProjectAdmin).await);
        let person = id(&world, Who::ProjectAdmin).await;
        let mut made = Vec::new();
        for token in ["one", "two"] {
            made.push(Keys::create(&admin, world.prod.clone(), new_key(token)).await.expect("made").id);
        }
        let theirs = Keys::create(&owner, world.prod.clone(), new_key("three")).await.expect("made").id;
        let elsewhere = Keys::create(&owner, world.default_project.clone(), new_key("four")).await.expect("made").id;
        let preview = owner.preview_removal(world.prod.clone(), person.clone()).await.expect("dry run");
        let mut listed: Vec<_> = preview.keys.rows.into_iter().map(|key| key.id).collect();
        listed.sort();
        made.sort();
        assert_eq!(listed, made, "their own of this project");

        for foreign in [theirs.clone(), elsewhere, world.store.ambient.id()] {
            let refused = owner.remove(world.prod.clone(), person.clone(), vec![made[1].clone(), foreign]).await;
            assert_eq!(refused, Err(AppError::NotFound));
        }
        let states = async || {
            let keys = Keys::list(&owner, world.prod.clone(), Page::default()).await.expect("listed");
            let state = |id| keys.rows.iter().find(|key| key.id == id).expect("a key").state;
            [state(made[0].clone()), state(made[1].clone()), state(theirs.clone())]
        };
        assert_eq!(states().await, [KeyState::Active; 3], "nothing is half done");
        owner.remove(world.prod.clone(), person, vec![made[1].clone(), made[1].clone()]).await.expect("removed");
        assert_eq!(states().await, [KeyState::Revoked, KeyState::Active, KeyState::Active]);
        let log = log(&world, 3).await;
        assert_eq!(actions(&log), ["collaborator.removed", "api_key.revoked"]);
        assert_eq!(fields(&log[0]), ["role: admin → "]);
        assert_eq!((log[1].target_id.as_str(), fields(&log[1])), (made[0].as_str(), vec!["state: active → revoked".to_owned()]));
        let gone = Keys::list(&admin, world.prod.clone(), Page::default()).await;
        assert_eq!(gone, Err(AppError::NotFound), "the session is worth nothing here");
    }

    async fn very_many_keys_keep_nobody_in(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::ProjectAdmin).await);
        let person = id(&world, Who::ProjectAdmin).await;
        Keys::create(&admin, world.prod.clone(), new_key("one")).await.expect("made");
        sql(&world, "INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, created_by, created_at)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
            SELECT 'key_0000000000000000000000' || CAST(1000 + i AS TEXT), k.project_id, 'many', 'digest ' || CAST(i AS TEXT),
                   k.prefix, k.last_four, 'active', k.permissions, k.created_by, 0 FROM n, api_keys k").await;
        let keys = owner.preview_removal(world.prod.clone(), person.clone()).await.expect("dry run").keys;
        assert_eq!((keys.rows.len(), keys.more), (200, 101));
        owner.remove(world.prod.clone(), person, vec![keys.rows[0].id.clone()]).await.expect("removed");
        let mut reader = world.store.db.read().await.expect("read");
        let left = fetch_all!(&mut reader, (String,), "SELECT id FROM api_keys WHERE state <> 'revoked'").expect("read");
        assert_eq!(left, [(keys.rows[0].id.to_string(),)]);
    }

    async fn the_default_key_of_who_leaves_is_told_to_owners_alone(db: TestDb) {
        let world = World::new(db).await;
        let (owner, org_admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let person = id(&world, Who::ProjectAdmin).await;
        let key = Keys::create(&world.console(Who::ProjectAdmin).await, world.prod.clone(), new_key("")).await.expect("made").id;
        sql(&world, "UPDATE api_keys SET is_org_default = TRUE").await;
        for (console, keys) in [(&owner, 1), (&org_admin, 0)] {
            assert_eq!(console.preview_removal(world.prod.clone(), person.clone()).await.expect("dry run").keys.rows.len(), keys);
        }
        let refused = org_admin.remove(world.prod.clone(), person.clone(), vec![key.clone()]).await;
        assert_eq!(refused, Err(AppError::NotFound));
        org_admin.remove(world.prod.clone(), person, Vec::new()).await.expect("removed");
        let told = log(&world, 1).await;
        assert_eq!(actions(&told), ["collaborator.removed", "api_key.maker_left"]);
        assert_eq!((told[1].target_id.as_str(), fields(&told[1])), (key.as_str(), vec!["maker:  → projectadmin@acme.example".to_owned()]));
        let theirs = Audit::list(&org_admin, Scope::Project(world.prod.clone()), Page::default()).await.expect("log");
        assert_eq!(actions(&theirs.rows), ["collaborator.removed"]);
    }
}
