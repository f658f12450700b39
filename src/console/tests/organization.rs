use app::{
    model::{
        organization::{ExternalUse, OrgNames},
        time::HOUR,
    },
    port::{Organization, ProjectSettings},
};

use super::*;
use crate::console::Console;

fn names(name: &str, slug: &str) -> OrgNames {
    OrgNames {
        name: name.parse().expect("a name"),
        slug: slug.parse().expect("a slug"),
    }
}

/// Renames the organization as a form does that was filled just now.
async fn rename(console: &Console, world: &World, to: OrgNames) -> Result<(), AppError> {
    let seen = console.settings(world.org.clone()).await?.names.version();
    console.rename(world.org.clone(), to, &seen).await
}

on_both_engines! {
    async fn a_new_address_takes_over_and_the_old_one_leads_there(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for (slug, part) in [("settings", "reserved"), ("other", "Another organization")] {
            let error = rename(&owner, &world, names("Acme", slug)).await.expect_err(slug);
            assert!(error.on_field("slug").is_some_and(|text| text.contains(part)), "{error:?}");
        }
        assert_eq!(owner.settings(world.org.clone()).await.expect("read").names, names("Acme Robotics", "acme"), "nothing is half done");

        rename(&owner, &world, names("Acme AI", "acme-ai")).await.expect("renamed");
        assert_eq!(
            records(&owner, Scope::Org(world.org.clone()), 1).await,
            ["org.updated Acme AI: name Acme Robotics → Acme AI; address acme → acme-ai"]
        );
        for address in ["acme", "acme-ai"] {
            let place = owner.place(address, Some("prod")).await.expect("a place");
            assert_eq!((place.org.slug.as_str(), place.org.name.as_str()), ("acme-ai", "Acme AI"));
        }
        let stranger = world.console(Who::Stranger).await;
        assert_eq!(stranger.place("acme", Some("prod")).await, Err(AppError::NotFound), "an old address is no probe");
        let theirs = stranger.settings(world.other_org.clone()).await.expect("read").names.version();
        let taken = stranger.rename(world.other_org.clone(), names("Other", "acme"), &theirs).await.expect_err("kept for ever");
        assert!(taken.on_field("slug").is_some(), "{taken:?}");
        rename(&owner, &world, names("Acme AI", "acme")).await.expect("it may have its own back");
        assert_eq!(owner.place("acme-ai", None).await.expect("a place").org.slug.as_str(), "acme");
        verified(&world).await;
    }

    async fn guesses_at_the_addresses_of_other_organizations_are_counted(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for _ in 0..10 {
            let taken = rename(&owner, &world, names("Acme", "other")).await.expect_err("taken");
            assert!(taken.on_field("slug").is_some(), "{taken:?}");
        }
        for slug in ["other", "free"] {
            let throttled = rename(&owner, &world, names("Acme", slug)).await;
            assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=3_600 })), "{throttled:?}");
        }
        rename(&owner, &world, names("Acme AI", "acme")).await.expect("the name alone asks nothing");
        world.clock.advance(HOUR);
        rename(&owner, &world, names("Acme AI", "free")).await.expect("moved");
    }

    async fn two_organizations_want_one_address(db: TestDb) {
        let world = World::new(db).await;
        let (owner, stranger) = (world.console(Who::Owner).await, world.console(Who::Stranger).await);
        let theirs = stranger.settings(world.other_org.clone()).await.expect("read").names.version();
        for round in 0..5 {
            let address = format!("free-{round}");
            let ours = rename(&owner, &world, names("Acme", &address));
            let other = stranger.rename(world.other_org.clone(), names("Other", &address), &theirs);
            let (ours, other) = futures::join!(ours, other);
            assert!(ours.is_ok() != other.is_ok(), "{ours:?} {other:?}");
            if other.is_ok() {
                let now = stranger.settings(world.other_org.clone()).await.expect("read").names.version();
                stranger.rename(world.other_org.clone(), names("Other", "other"), &now).await.expect("back");
            }
        }
    }

    async fn a_form_that_was_filled_before_another_change_saves_nothing(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let seen = owner.settings(world.org.clone()).await.expect("read").names.version();
        rename(&owner, &world, names("First", "acme")).await.expect("renamed");
        let stale = owner.rename(world.org.clone(), names("Second", "acme"), &seen).await;
        assert!(matches!(stale, Err(AppError::Conflict { .. })), "{stale:?}");
        owner.rename(world.org.clone(), names("First", "acme"), &seen).await.expect("it is so already");
        assert_eq!(owner.settings(world.org.clone()).await.expect("read").names.name.as_str(), "First");
    }

    async fn the_external_policy_is_recorded_and_says_where_it_is_used(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let settings = owner.settings(world.org.clone()).await.expect("read");
        assert!(!settings.external_allowed);
        assert_eq!(settings.external, ExternalUse { projects: 0, people: 1 }, "who is there stays");
        owner.set_external(world.org.clone(), true).await.expect("allowed");
        owner.set_external(world.org.clone(), true).await.expect("it is so already");
        let mut details = owner.details(world.prod.clone()).await.expect("read").details;
        let seen = details.version();
        details.external_allowed = true;
        owner.update(world.prod.clone(), details, &seen).await.expect("saved");
        assert_eq!(owner.settings(world.org.clone()).await.expect("read").external, ExternalUse { projects: 1, people: 1 });
        owner.set_external(world.org.clone(), false).await.expect("refused");
        assert_eq!(
            records(&owner, Scope::Org(world.org.clone()), 3).await,
            [
                "org.policy_changed Acme Robotics: external_collaborators refused → allowed",
                "project.updated prod: external_collaborators refused → allowed",
                "org.policy_changed Acme Robotics: external_collaborators allowed → refused",
            ]
        );
        assert_eq!(outcome(world.console(Who::External).await.place("acme", Some("prod")).await), "yes");
    }

    async fn only_owners_reach_the_settings(db: TestDb) {
        let world = World::new(db).await;
        for (who, expected) in [
            (Who::Anonymous, "401"),
            (Who::Owner, "yes"),
            (Who::OrgAdmin, "no"),
            (Who::ProjectAdmin, "no"),
            (Who::External, "404"),
            (Who::Stranger, "404"),
        ] {
            let console = world.console(who).await;
            assert_eq!(outcome(console.settings(world.org.clone()).await), expected, "{who:?}");
            let seen = "acme Acme Robotics";
            let renamed = console.rename(world.org.clone(), names("Acme Robotics", "acme"), seen).await;
            assert_eq!(outcome(renamed), expected, "{who:?}");
            assert_eq!(outcome(console.set_external(world.org.clone(), false).await), expected, "{who:?}");
        }
    }
}
