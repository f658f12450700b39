//! Two browsers at once: one change wins, the other is told so, and no rule is broken in between.

use app::{
    model::{AppError, ProjectRole, project_settings::ProjectDetails},
    port::{Collaborators, Organization, ProjectLife, ProjectSettings, Projects},
};

use super::{
    collaborators::{add, allow_externals, id, sql},
    verified,
};
use crate::{
    console::Console,
    store::{
        db::{execute, fetch_one},
        testing::on_both_engines,
    },
    testing::{PASSWORD, Who, World},
};

const ROUNDS: usize = 8;

/// Makes `who` an admin of `prod`, whatever they were there.
async fn reset(world: &World, who: Who) {
    const GONE: &str = "DELETE FROM project_members WHERE project_id = $1 AND account_id = $2";
    const HERE: &str = "INSERT INTO project_members (project_id, account_id, role, created_at) VALUES ($1, $2, 'admin', 1)";
    let account = id(world, who).await;
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, GONE, world.prod.as_str(), account.as_str()).expect("gone");
    execute!(&mut tx, HERE, world.prod.as_str(), account.as_str()).expect("an admin");
    tx.commit().await.expect("commit");
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut reader = world.store.db.read().await.expect("a reader");
    fetch_one!(&mut reader, (i64,), sql).expect("a count").0
}

fn lost<T: std::fmt::Debug>(answer: &Result<T, AppError>) -> bool {
    matches!(
        answer,
        Err(AppError::Forbidden { .. } | AppError::NotFound | AppError::Conflict { .. })
    )
}

async fn own(console: &Console, world: &World, who: Who) -> Result<(), AppError> {
    let mut details: ProjectDetails = console.details(world.prod.clone()).await?.details;
    let seen = details.version();
    details.owner = Some(id(world, who).await);
    console.update(world.prod.clone(), details, &seen).await
}

on_both_engines! {
    async fn of_two_admins_who_remove_each_other_one_stays(db: TestDb) {
        let world = World::new(db).await;
        let (a, b) = (id(&world, Who::ProjectAdmin).await, id(&world, Who::ProjectMember).await);
        for round in 0..ROUNDS {
            reset(&world, Who::ProjectAdmin).await;
            reset(&world, Who::ProjectMember).await;
            let (one, two) = (world.console(Who::ProjectAdmin).await, world.console(Who::ProjectMember).await);
            let prod = || world.prod.clone();
            let (first, second) = if round % 2 == 0 {
                tokio::join!(one.remove(prod(), b.clone(), Vec::new()), two.remove(prod(), a.clone(), Vec::new()))
            } else {
                let down = |console: &Console, account| {
                    let console = console.clone();
                    async move { console.set_role(prod(), account, ProjectRole::Member, ProjectRole::Admin).await }
                };
                tokio::join!(down(&one, b.clone()), down(&two, a.clone()))
            };
            assert!(first.is_ok() != second.is_ok(), "round {round}: {first:?} {second:?}");
            assert!(lost(&first) || lost(&second), "round {round}: {first:?} {second:?}");
        }
        verified(&world).await;
    }

    async fn who_becomes_owner_of_a_project_is_not_removed_at_the_same_time(db: TestDb) {
        const ORPHANS: &str = "SELECT count(*) FROM projects p WHERE p.slug = 'prod' AND p.owner_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM project_members c WHERE c.project_id = p.id AND c.account_id = p.owner_id AND c.role = 'admin')";
        let world = World::new(db).await;
        let admin = id(&world, Who::ProjectAdmin).await;
        for round in 0..ROUNDS {
            sql(&world, "UPDATE projects SET owner_id = NULL").await;
            reset(&world, Who::ProjectAdmin).await;
            let (one, two) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
            let chosen = own(&one, &world, Who::ProjectAdmin);
            let removed = async {
                if round % 2 == 0 {
                    two.remove(world.prod.clone(), admin.clone(), Vec::new()).await
                } else {
                    two.set_role(world.prod.clone(), admin.clone(), ProjectRole::Member, ProjectRole::Admin).await
                }
            };
            let (chosen, removed) = tokio::join!(chosen, removed);
            assert!(chosen.is_ok() != removed.is_ok(), "round {round}: {chosen:?} {removed:?}");
            assert_eq!(count(&world, ORPHANS).await, 0, "round {round}: an owner who is no admin");
        }
        verified(&world).await;
    }

    async fn an_outsider_is_not_added_while_the_door_is_closed(db: TestDb) {
        let world = World::new(db).await;
        let stranger = Who::Stranger.email();
        let account = id(&world, Who::Stranger).await;
        for round in 0..ROUNDS {
            allow_externals(&world).await;
            sql(&world, "DELETE FROM attempts").await;
            let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::ProjectAdmin).await);
            let new = app::model::collaborator::NewCollaborator {
                email: stranger.clone(),
                role: ProjectRole::Member,
                announced: Some(account.clone()),
            };
            let (added, closed) = tokio::join!(admin.add(world.prod.clone(), new), owner.set_external(world.org.clone(), false));
            closed.expect("closed");
            // Whoever came first: after the door is closed nobody else comes in.
            let late = add(&admin, &world, "external@acme.example".parse().expect("an address")).await;
            assert!(late.is_err(), "round {round}: {late:?}");
            if added.is_ok() {
                owner.remove(world.prod.clone(), account.clone(), Vec::new()).await.expect("removed");
            }
        }
        verified(&world).await;
    }

    async fn a_project_is_archived_and_restored_once(db: TestDb) {
        let world = World::new(db).await;
        let (one, two) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        for round in 0..3 {
            let archive = |console: &Console| {
                let (console, prod) = (console.clone(), world.prod.clone());
                async move { console.archive(prod, "prod", PASSWORD).await }
            };
            let (first, second) = tokio::join!(archive(&one), archive(&two));
            assert!(first.is_ok() != second.is_ok(), "round {round}: {first:?} {second:?}");
            let (first, second) = tokio::join!(one.restore(world.prod.clone()), two.restore(world.prod.clone()));
            assert!(first.is_ok() != second.is_ok(), "round {round}: {first:?} {second:?}");
        }
        verified(&world).await;
    }
}
