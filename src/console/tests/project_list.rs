//! Filter and order of the list of projects.

use app::{
    model::{
        AccountId, ProjectId, Sort,
        project::{OwnedBy, ProjectColumn, ProjectState},
    },
    port::ProjectLife,
};

use super::*;
use crate::testing::NOW;

const DAY: i64 = 86_400_000;

/// A project as the list will meet it. All of them are called `lab-…`.
struct Seed {
    slug: &'static str,
    environment: Environment,
    is_owned: bool,
    created_at: i64,
    keys: usize,
    /// Of this month, in micro-dollars.
    cost: i64,
    refused: i64,
}

const SEEDS: [Seed; 3] = [
    Seed {
        slug: "lab-one",
        environment: Environment::Staging,
        is_owned: true,
        created_at: 20,
        keys: 2,
        cost: 7,
        refused: 1,
    },
    Seed {
        slug: "lab-two",
        environment: Environment::Development,
        is_owned: false,
        created_at: 30,
        keys: 1,
        cost: 9,
        refused: 0,
    },
    Seed {
        slug: "lab-zero",
        environment: Environment::Staging,
        is_owned: false,
        created_at: 10,
        keys: 0,
        cost: 9,
        refused: 5,
    },
];

async fn seeded(world: &World) -> AccountId {
    let console = world.console(Who::Owner).await;
    let account = world.person(Who::ProjectAdmin).await.expect("a person").id;
    for seed in SEEDS {
        let id: ProjectId = world.store.ambient.id();
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(
            &mut tx,
            "INSERT INTO projects (id, org_id, slug, name, environment, owner_id, created_at) VALUES ($1, $2, $3, $3, $4, $5, $6)",
            id.as_str(),
            world.org.as_str(),
            seed.slug,
            seed.environment.as_str(),
            seed.is_owned.then_some(account.as_str()),
            seed.created_at
        )
        .expect("a project");
        // What was before this month counts for nothing.
        for (day, cost) in [(NOW.month_start().0, seed.cost), (NOW.month_start().0 - DAY, 1_000)] {
            execute!(
                &mut tx,
                "INSERT INTO usage_days (project_id, model, key_id, tier, day, org_id, requests, tokens_in, tokens_cached, tokens_out, settled,
                 cost_micros, errors, refused_org, refused_project, latency, first_token)
                 VALUES ($1, 'bailiwick/echo', '', 'default', $2, $3, 0, 0, 0, 0, 0, $4, 0, 0, 0, '', '')",
                id.as_str(),
                day,
                world.org.as_str(),
                cost
            )
            .expect("a day");
        }
        execute!(
            &mut tx,
            "INSERT INTO usage_hours (project_id, model, key_id, tier, hour, org_id, requests, tokens_in, tokens_cached, tokens_out, settled,
             cost_micros, errors, refused_org, refused_project, latency, first_token)
             VALUES ($1, 'bailiwick/echo', '', 'default', $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, $4, '', '')",
            id.as_str(),
            NOW.0,
            world.org.as_str(),
            seed.refused
        )
        .expect("an hour");
        tx.commit().await.expect("commit");
        for number in 0..seed.keys {
            Keys::create(&console, id.clone(), new_key(&number.to_string()))
                .await
                .expect("made");
        }
    }
    account
}

/// The addresses of the projects that a list shows, without their `lab-`.
async fn shown(world: &World, filter: &ProjectFilter, text: &str) -> Vec<String> {
    let page = Page {
        number: 0,
        query: text.to_owned(),
    };
    let console = world.console(Who::Owner).await;
    let list = Projects::list(&console, world.org.clone(), filter.clone(), page)
        .await
        .expect("listed");
    assert_eq!(list.listing.total, list.listing.rows.len() as u64, "the total is of the filter");
    let slugs = list.listing.rows.iter().map(|row| row.slug.to_string());
    slugs.map(|slug| slug.trim_start_matches("lab-").to_owned()).collect()
}

on_both_engines! {
    async fn every_column_sorts_both_ways_and_names_break_ties(db: TestDb) {
        let world = World::new(db).await;
        seeded(&world).await;
        for (column, ascending, descending) in [
            (ProjectColumn::Name, ["one", "two", "zero"], ["zero", "two", "one"]),
            (ProjectColumn::Created, ["zero", "one", "two"], ["two", "one", "zero"]),
            (ProjectColumn::Keys, ["zero", "two", "one"], ["one", "two", "zero"]),
            (ProjectColumn::Cost, ["one", "two", "zero"], ["two", "zero", "one"]),
            (ProjectColumn::Refused, ["two", "one", "zero"], ["zero", "one", "two"]),
        ] {
            for (is_descending, expected) in [(false, ascending), (true, descending)] {
                let sort = Sort { column, descending: is_descending };
                let filter = ProjectFilter { sort: Some(sort), ..ProjectFilter::default() };
                assert_eq!(shown(&world, &filter, "lab-").await, expected, "{sort:?}");
            }
        }
        let unsorted = shown(&world, &ProjectFilter::default(), "").await;
        assert_eq!(unsorted, ["default", "one", "two", "zero", "prod"], "the Default Project first, then names");
        let by_name = ProjectFilter {
            sort: Some(Sort { column: ProjectColumn::Name, descending: true }),
            ..ProjectFilter::default()
        };
        assert_eq!(shown(&world, &by_name, "").await, ["prod", "zero", "two", "one", "default"]);
    }

    async fn filters_hold_together_and_so_do_the_totals(db: TestDb) {
        let world = World::new(db).await;
        let account = seeded(&world).await;
        let staging = ProjectFilter { environment: Some(Environment::Staging), ..ProjectFilter::default() };
        assert_eq!(shown(&world, &staging, "lab-").await, ["one", "zero"]);
        let nobodys = ProjectFilter { owner: Some(OwnedBy::Nobody), ..ProjectFilter::default() };
        assert_eq!(shown(&world, &nobodys, "lab-").await, ["two", "zero"]);
        let theirs = ProjectFilter { owner: Some(OwnedBy::Account(account.clone())), ..ProjectFilter::default() };
        assert_eq!(shown(&world, &theirs, "lab-").await, ["one"]);
        let both = ProjectFilter { environment: Some(Environment::Staging), ..nobodys.clone() };
        assert_eq!(shown(&world, &both, "lab-").await, ["zero"]);
        assert_eq!(shown(&world, &both, "two").await, [""; 0]);
        let archived = ProjectFilter { state: ProjectState::Archived, ..nobodys };
        assert_eq!(shown(&world, &archived, "").await, [""; 0]);

        let console = world.console(Who::Owner).await;
        let list = Projects::list(&console, world.org.clone(), both, Page::default()).await.expect("listed");
        assert_eq!((list.listing.total, list.listing.unfiltered), (1, 5));
        assert!(list.owners.iter().any(|(owner, _)| *owner == account), "{:?}", list.owners);
        assert!(list.owners.is_sorted_by_key(|(_, name)| name.to_lowercase()), "{:?}", list.owners);
    }

    async fn an_archived_project_says_who_archived_it_until_it_is_restored(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::OrgAdmin).await;
        let archived = ProjectFilter { state: ProjectState::Archived, ..ProjectFilter::default() };
        let who = async |state: &ProjectFilter| {
            let list = Projects::list(&admin, world.org.clone(), state.clone(), Page::default()).await.expect("listed");
            let row = list.listing.rows.into_iter().find(|row| row.id == world.prod)?;
            Some((row.archived_at, row.archived_by))
        };
        assert_eq!(who(&ProjectFilter::default()).await, Some((None, None)));
        admin.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        let name = world.person(Who::OrgAdmin).await.expect("a person").name.to_string();
        assert_eq!(who(&archived).await, Some((Some(NOW), Some(name))));

        // As before the column was there.
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE projects SET archived_by = NULL WHERE id = $1", world.prod.as_str()).expect("forgotten");
        tx.commit().await.expect("commit");
        assert_eq!(who(&archived).await, Some((Some(NOW), None)));

        admin.restore(world.prod.clone()).await.expect("restored");
        assert_eq!(who(&ProjectFilter::default()).await, Some((None, None)));
        let owner = world.console(Who::Owner).await;
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived again");
        let name = world.person(Who::Owner).await.expect("a person").name.to_string();
        assert_eq!(who(&archived).await, Some((Some(NOW), Some(name))));
    }
}
