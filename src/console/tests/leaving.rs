//! Leaving an organization: who may, and what it gives up.

use app::{
    model::{AppError, Page, ProjectId, key::KeyState},
    port::{Account, Keys, Shell},
};

use super::{
    account::{changes, id_of, newest, rows, sql},
    new_key, outcome,
};
use crate::{
    store::{
        db::{fetch_all, fetch_one},
        testing::on_both_engines,
    },
    testing::{Who, World},
};

const ROLES: &str = "SELECT count(*) FROM project_members WHERE account_id = $1";

on_both_engines! {
    async fn the_last_owner_and_owners_of_projects_stay(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let preview = owner.preview_leave(world.org.clone()).await.expect("dry run");
        assert!(preview.obstacle.is_some_and(|obstacle| obstacle.contains("last owner")));
        let refused = owner.leave(world.org.clone()).await;
        assert!(matches!(&refused, Err(AppError::Conflict { message }) if message.contains("last owner")), "{refused:?}");

        let admin = world.console(Who::ProjectAdmin).await;
        let id = id_of(&world, Who::ProjectAdmin).await;
        sql(&world, "UPDATE projects SET owner_id = $2 WHERE id = $1", world.prod.as_str(), &id).await;
        let refused = admin.leave(world.org.clone()).await;
        assert!(matches!(&refused, Err(AppError::Conflict { message }) if message.contains("owner of prod")), "{refused:?}");
        assert_eq!(rows(&world, ROLES, &id).await, 1, "nothing is half done");
        for (who, org) in [(Who::External, &world.org), (Who::Stranger, &world.org), (Who::Owner, &world.other_org)] {
            let console = world.console(who).await;
            assert_eq!(outcome(console.preview_leave(org.clone()).await), "404", "{who:?}");
            assert_eq!(outcome(console.leave(org.clone()).await), "404", "{who:?}");
        }
    }

    async fn leaving_gives_up_every_project_for_good(db: TestDb) {
        const FACTS: &str = "SELECT p.owner_id, p.key_owner_id FROM projects p WHERE p.id = $1";
        let world = World::new(db).await;
        let leaver = world.console(Who::ProjectAdmin).await;
        let id = id_of(&world, Who::ProjectAdmin).await;
        Keys::create(&leaver, world.prod.clone(), new_key("mine")).await.expect("made");
        let owner = world.console(Who::Owner).await;
        let preview = leaver.preview_leave(world.org.clone()).await.expect("dry run");
        let kept: Vec<_> = preview.keys.iter().map(|kept| (kept.slug.as_str(), kept.keys)).collect();
        assert_eq!((kept, preview.obstacle), (vec![("prod", 1)], None));

        // An archived project has an owner, too, and comes back one day.
        sql(&world, "UPDATE projects SET owner_id = $2, key_owner_id = $2, archived_at = 1 WHERE id = $1", world.prod.as_str(), &id).await;
        leaver.leave(world.org.clone()).await.expect("left");
        assert_eq!(rows(&world, ROLES, &id).await, 0);
        let [left, by_owner, by_key_owner, role] = newest(&world, world.org.as_str()).await;
        assert_eq!((left.action.as_str(), left.target_id.as_str()), ("member.left", id.as_str()));
        assert_eq!(changes(&left), [("role", Some("member"), None), ("project roles", Some("1"), Some("0"))]);
        let email = Who::ProjectAdmin.email();
        assert_eq!((role.action.as_str(), changes(&role)), ("collaborator.removed", vec![("role", Some("admin"), None)]));
        assert_eq!(role.project.as_ref().map(ProjectId::as_str), Some(world.prod.as_str()));
        assert_eq!(by_owner.action, "project.updated");
        assert_eq!(changes(&by_owner), [("owner", Some(email.as_str()), None)]);
        assert_eq!(changes(&by_key_owner), [("key owner", Some(email.as_str()), None)]);
        assert_eq!(by_key_owner.project.as_ref().map(ProjectId::as_str), Some(world.prod.as_str()));

        sql(&world, "UPDATE projects SET archived_at = NULL WHERE id = $1 AND $2 <> ''", world.prod.as_str(), &id).await;
        let mut reader = world.store.db.read().await.expect("a reader");
        let facts = fetch_all!(&mut reader, (Option<String>, Option<String>), FACTS, world.prod.as_str()).expect("read");
        assert_eq!(facts, [(None, None)]);
        drop(reader);
        assert_eq!(outcome(leaver.place("acme", Some("prod")).await), "404", "restored, but not for the one who left");
        assert!(leaver.show().await.expect("read").orgs.is_empty());
        let keys = Keys::list(&owner, world.prod.clone(), Page::default()).await.expect("listed");
        assert_eq!(keys.rows[0].state, KeyState::Active, "keys belong to their project");
        assert_eq!(outcome(leaver.leave(world.org.clone()).await), "404", "twice");

        sql(
            &world,
            "INSERT INTO org_members (org_id, account_id, role, created_at) VALUES ($1, $2, 'member', 1)",
            world.org.as_str(),
            &id,
        )
        .await;
        assert_eq!(outcome(leaver.place("acme", Some("default")).await), "yes", "taken back as a member");
        assert_eq!(outcome(leaver.place("acme", Some("prod")).await), "404", "without the old role");
    }

    async fn of_two_owners_who_leave_at_once_one_stays(db: TestDb) {
        const OWNERS: &str = "SELECT count(*) FROM org_members WHERE role = 'owner' AND org_id = (
            SELECT org_id FROM projects WHERE id = $1)";
        let world = World::new(db).await;
        let second = id_of(&world, Who::OrgAdmin).await;
        let owner = id_of(&world, Who::Owner).await;
        for round in 0..5 {
            for id in [&owner, &second] {
                sql(&world, "DELETE FROM org_members WHERE org_id = $1 AND account_id = $2", world.org.as_str(), id).await;
                sql(
                    &world,
                    "INSERT INTO org_members (org_id, account_id, role, created_at) VALUES ($1, $2, 'owner', 1)",
                    world.org.as_str(),
                    id,
                )
                .await;
                sql(&world, "UPDATE projects SET owner_id = NULL WHERE org_id = $1 AND owner_id = $2", world.org.as_str(), id).await;
            }
            let (one, two) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
            let (first, last) = tokio::join!(one.leave(world.org.clone()), two.leave(world.org.clone()));
            assert!(first.is_ok() != last.is_ok(), "round {round}: {first:?} {last:?}");
            let mut reader = world.store.db.read().await.expect("a reader");
            let (owners,) = fetch_one!(&mut reader, (i64,), OWNERS, world.prod.as_str()).expect("counted");
            assert_eq!(owners, 1, "round {round}");
        }
    }
}
