//! What a look-up for collaborators costs: one of ten in an hour, unless it tells of nobody new.

use app::{
    model::{
        AccountId, AppError, Email, Page, ProjectId, ProjectRole,
        collaborator::{Addition, CollaboratorFilter, NewCollaborator},
        time::HOUR,
    },
    port::{Collaborators, Projects},
};

use super::{
    collaborators::{actions, add, allow_externals, id, log, sql},
    new_project,
};
use crate::{
    console::Console,
    store::testing::on_both_engines,
    testing::{Who, World},
};

/// The look-ups that this person has left in this project.
async fn left_in(by: &Console, project: &ProjectId) -> u64 {
    let list = Collaborators::list(by, project.clone(), CollaboratorFilter::default(), Page::default()).await;
    list.expect("listed").look_ups_left
}

async fn left(by: &Console, world: &World) -> u64 {
    left_in(by, &world.prod).await
}

/// Adds this address as a form does that announced this account.
async fn confirm(by: &Console, project: &ProjectId, email: Email, announced: &AccountId) -> Result<Addition, AppError> {
    let new = NewCollaborator {
        email,
        role: ProjectRole::Member,
        announced: Some(announced.clone()),
    };
    by.add(project.clone(), new).await
}

fn nobody() -> Email {
    "nobody@acme.example".parse().expect("an address")
}

/// Looks so many addresses up that nobody has.
async fn miss(by: &Console, world: &World, times: u32) {
    for _ in 0..times {
        assert!(add(by, world, nobody()).await.expect_err("refused").on_field("email").is_some());
    }
}

fn assert_throttled(answer: &Result<Addition, AppError>) {
    assert!(matches!(answer, Err(AppError::Throttled { .. })), "{answer:?}");
}

on_both_engines! {
    async fn an_addition_from_outside_takes_one_look_up_even_the_last(db: TestDb) {
        let world = World::new(db).await;
        allow_externals(&world).await;
        let (admin, stranger) = (world.console(Who::ProjectAdmin).await, id(&world, Who::Stranger).await);
        assert_eq!(left(&admin, &world).await, 10);
        miss(&admin, &world, 9).await;
        assert!(matches!(add(&admin, &world, Who::Stranger.email()).await, Ok(Addition::Announced(_))));
        assert_eq!(left(&admin, &world).await, 0);
        assert_eq!(confirm(&admin, &world.prod, Who::Stranger.email(), &stranger).await, Ok(Addition::Added));
        assert_eq!(left(&admin, &world).await, 0);
        assert_throttled(&add(&admin, &world, nobody()).await);
        let log = log(&world, 9).await;
        assert_eq!(actions(&log), ["collaborator.looked_up", "collaborator.looked_up", "collaborator.added"], "each is recorded");
        world.clock.advance(HOUR + 1);
        assert_eq!(left(&admin, &world).await, 10);
    }

    async fn a_confirmation_is_free_once_for_what_was_announced_to_the_same_person(db: TestDb) {
        let world = World::new(db).await;
        allow_externals(&world).await;
        let (admin, other) = (world.console(Who::OrgAdmin).await, world.console(Who::ProjectAdmin).await);
        let (stranger, external) = (id(&world, Who::Stranger).await, id(&world, Who::External).await);
        let lab = Projects::create(&admin, world.org.clone(), new_project("lab")).await.expect("made").id;
        sql(&world, "UPDATE projects SET external_allowed = TRUE").await;
        assert!(matches!(add(&admin, &world, Who::Stranger.email()).await, Ok(Addition::Announced(_))));
        miss(&admin, &world, 9).await;
        miss(&other, &world, 10).await;
        // What a form claims opens nothing: neither another address, another account, another project nor another person.
        for (by, project, email, announced) in [
            (&admin, &world.prod, nobody(), &stranger),
            (&admin, &world.prod, Who::External.email(), &stranger),
            (&admin, &world.prod, Who::External.email(), &external),
            (&admin, &world.prod, Who::Stranger.email(), &external),
            (&admin, &lab, Who::Stranger.email(), &stranger),
            (&other, &world.prod, Who::Stranger.email(), &stranger),
        ] {
            assert_throttled(&confirm(by, project, email, announced).await);
        }
        // Nobody is added while the switch is off, and that was the one look-up.
        sql(&world, "UPDATE projects SET external_allowed = FALSE").await;
        let refused = confirm(&admin, &world.prod, Who::Stranger.email(), &stranger).await.expect_err("refused");
        assert!(refused.on_field("email").is_some(), "{refused:?}");
        sql(&world, "UPDATE projects SET external_allowed = TRUE").await;
        assert_throttled(&confirm(&admin, &world.prod, Who::Stranger.email(), &stranger).await);

        // An announcement is good for an hour.
        world.clock.advance(HOUR + 1);
        assert!(matches!(add(&admin, &world, Who::Stranger.email()).await, Ok(Addition::Announced(_))));
        world.clock.advance(HOUR + 1);
        assert_eq!(confirm(&admin, &world.prod, Who::Stranger.email(), &stranger).await, Ok(Addition::Added));
        assert_eq!(left(&admin, &world).await, 9, "it counted");
    }

    async fn two_confirmations_at_once_are_one(db: TestDb) {
        let world = World::new(db).await;
        allow_externals(&world).await;
        let (admin, stranger) = (world.console(Who::ProjectAdmin).await, id(&world, Who::Stranger).await);
        miss(&admin, &world, 9).await;
        assert!(matches!(add(&admin, &world, Who::Stranger.email()).await, Ok(Addition::Announced(_))));
        let (one, two) = futures::join!(
            confirm(&admin, &world.prod, Who::Stranger.email(), &stranger),
            confirm(&admin, &world.prod, Who::Stranger.email(), &stranger)
        );
        let (added, refused) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(added, Ok(Addition::Added));
        assert_throttled(&refused);
    }

    async fn a_colleague_who_is_added_does_not_count_among_colleagues(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let colleague = id(&world, Who::OtherMember).await;
        for _ in 0..12 {
            assert_eq!(add(&admin, &world, Who::OtherMember.email()).await, Ok(Addition::Added));
            admin.remove(world.prod.clone(), colleague.clone(), Vec::new()).await.expect("removed");
        }
        assert_eq!(left(&admin, &world).await, 10);
        // Who is here already, and whoever is found nowhere, counts.
        for email in [Who::ProjectMember.email(), Who::OrgAdmin.email(), nobody()] {
            add(&admin, &world, email).await.expect_err("refused");
        }
        assert_eq!(left(&admin, &world).await, 7);
        miss(&admin, &world, 7).await;
        assert_throttled(&add(&admin, &world, Who::OtherMember.email()).await);

        // Somebody from outside has no colleagues: what they find of the organization's people counts.
        sql(&world, "UPDATE project_members SET role = 'admin' WHERE account_id = (SELECT id FROM accounts WHERE name = 'External')").await;
        let outsider = world.console(Who::External).await;
        assert_eq!(add(&outsider, &world, Who::OtherMember.email()).await, Ok(Addition::Added));
        assert_eq!(left(&outsider, &world).await, 9);
    }

    async fn what_is_left_in_a_project_bounds_everybody(db: TestDb) {
        let world = World::new(db).await;
        let people = [world.console(Who::Owner).await, world.console(Who::OrgAdmin).await, world.console(Who::ProjectAdmin).await];
        for (console, times) in people.iter().zip([10, 10, 4]) {
            miss(console, &world, times).await;
        }
        assert_eq!(left(&people[2], &world).await, 6, "ten of the person, thirty of the project");
        sql(&world, "UPDATE project_members SET role = 'admin' WHERE account_id = (SELECT id FROM accounts WHERE name = 'ProjectMember')").await;
        let fourth = world.console(Who::ProjectMember).await;
        assert_eq!(left(&fourth, &world).await, 6, "all that the project has left");
        assert_eq!(left_in(&people[0], &world.default_project).await, 0, "a person has ten everywhere");
    }
}
