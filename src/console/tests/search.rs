//! The palette's search: everybody finds what they may see, and nobody more.

use app::{
    model::{
        AppError, KeyId,
        search::{Found, PER_GROUP, Search},
    },
    port::{Finder, Keys, Projects},
};

use super::{
    collaborators::{allow_externals, id, sql},
    new_key, new_project,
};
use crate::{
    console::Console,
    store::{db::execute, testing::on_both_engines},
    testing::{PASSWORD, Who, World},
};

/// Searches as somebody in `prod` does.
async fn search(world: &World, who: Who, text: &str) -> Found {
    let search = Search {
        text: text.to_owned(),
        org: Some(world.org.clone()),
        project: Some(world.prod.clone()),
    };
    world.console(who).await.search(search).await.expect("an answer")
}

fn projects(found: &Found) -> Vec<&str> {
    found.projects.iter().map(|found| found.at.project.slug.as_str()).collect()
}

fn people(found: &Found) -> Vec<String> {
    found
        .people
        .iter()
        .map(|person| format!("{} {}", person.name, person.role()))
        .collect()
}

async fn key(by: &Console, world: &World, name: &str) -> KeyId {
    let new = app::model::key::NewKey {
        name: name.parse().expect("a name"),
        ..new_key(name)
    };
    Keys::create(by, world.prod.clone(), new).await.expect("made").id
}

on_both_engines! {
    async fn people_are_found_by_those_who_may_know_them(db: TestDb) {
        let world = World::new(db).await;
        let all = ["Ada Osei owner", "External external", "OrgAdmin admin", "OtherMember member", "ProjectAdmin member",
            "ProjectMember member"];
        for (who, expected) in [
            // Members of the organization, then those from outside in this project.
            (Who::Owner, vec![all[0], all[2], all[3], all[4], all[5], all[1]]),
            (Who::OrgAdmin, vec![all[0], all[2], all[3], all[4], all[5], all[1]]),
            (Who::ProjectMember, vec![]),
            (Who::OtherMember, vec![]),
            (Who::External, vec![]),
            (Who::Stranger, vec![]),
        ] {
            assert_eq!(people(&search(&world, who, "acme.example").await), expected, "{who:?}");
        }
        // An admin of the project finds its people, those who inherit their role among them.
        let mut found = people(&search(&world, Who::ProjectAdmin, "acme.example").await);
        found.sort();
        assert_eq!(found, [all[0], all[1], all[2], all[4], all[5]]);
        assert_eq!(people(&search(&world, Who::Owner, "ADA os").await), ["Ada Osei owner"]);
        assert_eq!(people(&search(&world, Who::Owner, "ada_os").await), [""; 0], "a wildcard is a character");
    }

    async fn an_admin_from_outside_meets_nobody_of_the_organization(db: TestDb) {
        let world = World::new(db).await;
        allow_externals(&world).await;
        sql(&world, "UPDATE project_members SET role = 'admin'").await;
        let found = search(&world, Who::External, "acme.example").await;
        let mut names = people(&found);
        names.sort();
        assert_eq!(names, ["External external", "ProjectAdmin member", "ProjectMember member"], "those who were added");
        for who in [Who::Owner, Who::OrgAdmin, Who::OtherMember] {
            let found = format!("{:?}", search(&world, Who::External, who.email().as_str()).await);
            assert!(!found.contains(id(&world, who).await.as_str()) && !found.contains(who.email().as_str()), "{who:?}: {found}");
        }
    }

    async fn keys_are_found_in_the_projects_that_one_sees(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let made = key(&owner, &world, "checkout").await;
        let default = Keys::create(&owner, world.default_project.clone(), new_key("d")).await.expect("made").id;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE, name = 'checkout default' WHERE id = $1", default.as_str())
            .expect("marked");
        tx.commit().await.expect("commit");
        for (who, expected) in [
            (Who::Owner, vec!["checkout", "checkout default"]),
            (Who::OrgAdmin, vec!["checkout"]),
            (Who::ProjectMember, vec!["checkout"]),
            (Who::External, vec!["checkout"]),
            (Who::OtherMember, vec![]),
            (Who::Stranger, vec![]),
        ] {
            let found = search(&world, who, "CHECK").await;
            let names: Vec<_> = found.keys.iter().map(|key| key.name.as_str()).collect();
            assert_eq!(names, expected, "{who:?}");
        }
        let found = search(&world, Who::Owner, "checkout").await.keys.remove(0);
        assert_eq!((found.project.as_str(), found.org.as_str()), ("prod", "acme"));
        let hint = format!("{}…{}", found.prefix, found.last_four);
        assert_eq!(search(&world, Who::Owner, &hint).await.keys, [found], "by what the list of keys shows");
        owner.revoke(world.prod.clone(), made).await.expect("revoked");
        key(&owner, &world, "checkout z").await;
        let names: Vec<_> = search(&world, Who::OrgAdmin, "checkout").await.keys.into_iter().map(|key| key.name.to_string()).collect();
        assert_eq!(names, ["checkout z", "checkout"], "revoked ones come last");
    }

    async fn projects_are_found_everywhere_and_eight_are_enough(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for number in 0..10 {
            Projects::create(&owner, world.org.clone(), new_project(&format!("lab-{number}"))).await.expect("made");
        }
        assert_eq!(search(&world, Who::Owner, "lab").await.projects.len(), PER_GROUP);
        assert_eq!(projects(&search(&world, Who::Owner, "LAB-7").await), ["lab-7"]);
        assert_eq!(projects(&search(&world, Who::ProjectMember, "").await), ["default", "prod"]);
        assert_eq!(projects(&search(&world, Who::External, "").await), ["prod"]);
        assert_eq!(projects(&search(&world, Who::Stranger, "").await), ["theirs"]);
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert_eq!(projects(&search(&world, Who::Owner, "prod").await), [""; 0]);
        let nothing = search(&world, Who::Owner, "").await;
        assert!(nothing.people.is_empty() && nothing.keys.is_empty(), "nobody is listed before a letter is typed");
    }

    async fn a_search_without_a_place_or_in_a_foreign_one_finds_no_people(db: TestDb) {
        let world = World::new(db).await;
        let text = || "acme.example".to_owned();
        let owner = world.console(Who::Owner).await;
        let nowhere = Search { text: text(), ..Search::default() };
        assert_eq!(owner.search(nowhere.clone()).await.expect("an answer").people, []);
        let foreign = Search { text: text(), org: Some(world.other_org.clone()), project: Some(world.other_project.clone()) };
        assert_eq!(owner.search(foreign).await.expect("an answer").people, []);
        assert_eq!(world.console(Who::Anonymous).await.search(nowhere).await, Err(AppError::SignedOut));
    }
}
