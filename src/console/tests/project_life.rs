use std::sync::Arc;

use app::model::{KeyId, RequestId, project_life::People, time::HOUR};

use super::*;
use crate::{
    catalog::Catalog,
    store::db::{fetch_all, fetch_one},
    testing::NOW,
};

/// Names of the people.
fn names(people: &People) -> Vec<&str> {
    assert_eq!(people.total, people.first.len() as u64);
    people.first.iter().map(|person| person.name.as_str()).collect()
}

/// What this person gets from the project `prod`, the Default Project and "All projects", and where `/` leads:
/// `yes 404 no acme/prod`.
async fn reaches(world: &World, who: Who) -> String {
    let console = world.console(who).await;
    let home = console.home().await.expect("answered");
    format!(
        "{} {} {} {}",
        outcome(console.place("acme", Some("prod")).await),
        outcome(console.place("acme", Some("default")).await),
        outcome(console.place("acme", None).await),
        home.map_or_else(|| "nowhere".to_owned(), |home| format!("{}/{}", home.org, home.project))
    )
}

async fn records_of_org(world: &World, newest: usize) -> Vec<String> {
    records(&world.console(Who::Owner).await, Scope::Org(world.org.clone()), newest).await
}

async fn states_of_keys(console: &Console, world: &World) -> Vec<KeyState> {
    let keys = Keys::list(console, world.prod.clone(), Page::default()).await.expect("keys");
    keys.rows.into_iter().map(|key| key.state).collect()
}

/// A request that this key sent to the project then.
async fn request(world: &World, key: &KeyId, project: &ProjectId, at: i64) {
    const SQL: &str = "
        INSERT INTO requests (id, org_id, project_id, key_id, model, tier, status, arrived_at, latency_ms)
        VALUES ($1, $2, $3, $4, 'bailiwick/echo', 'default', 200, $5, 1)";
    let id: RequestId = world.store.ambient.id();
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, SQL, id.as_str(), world.org.as_str(), project.as_str(), key.as_str(), at).expect("a request");
    tx.commit().await.expect("commit");
}

/// The slugs of the active projects, and that of the Default Project.
async fn projects(world: &World) -> (Vec<String>, String) {
    let mut reader = world.store.db.read().await.expect("a reader");
    let active = "SELECT slug FROM projects WHERE org_id = $1 AND archived_at IS NULL ORDER BY slug";
    let rows = fetch_all!(&mut reader, (String,), active, world.org.as_str()).expect("read");
    let default = "SELECT slug FROM projects WHERE org_id = $1 AND is_default";
    let (default,) = fetch_one!(&mut reader, (String,), default, world.org.as_str()).expect("exactly one");
    (rows.into_iter().map(|(slug,)| slug).collect(), default)
}

on_both_engines! {
    async fn archive_strands_and_restore_brings_back(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        set_access(&owner, &world, DefaultAccess::AssignedOnly).await.expect("set");
        let key = Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        let member = "yes 404 no acme/prod";
        assert_eq!(reaches(&world, Who::ProjectMember).await, member);

        let preview = admin.preview_archive(world.prod.clone()).await.expect("dry run");
        assert_eq!(names(&preview.stranded), ["ProjectAdmin", "ProjectMember"]);
        assert_eq!((preview.keys.len(), preview.members, preview.obstacle), (1, 5, None));
        assert_eq!((preview.keys[0].name.as_str(), preview.keys[0].last_used), ("ci", None));

        let wrong = admin.archive(world.prod.clone(), "prod", "not-my-password").await.expect_err("refused");
        assert_eq!(wrong.on_field("password").as_deref(), Some("This is not your password."));
        let none = admin.archive(world.prod.clone(), "prod", "").await.expect_err("refused");
        assert!(none.on_field("password").is_some());
        let wrong = admin.archive(world.prod.clone(), "production", PASSWORD).await.expect_err("refused");
        assert!(wrong.on_field("confirmation").is_some());
        assert_eq!(reaches(&world, Who::ProjectMember).await, member, "nothing is half done");

        admin.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        let lost = "404 404 404 nowhere";
        for who in [Who::ProjectAdmin, Who::ProjectMember, Who::External] {
            assert_eq!(reaches(&world, who).await, lost, "{who:?}");
            assert!(world.console(who).await.switcher("", &[]).await.expect("answered").orgs.is_empty());
        }
        assert_eq!(states_of_keys(&owner, &world).await, [KeyState::Active], "archived is no state of a key");
        assert_eq!(
            records_of_org(&world, 2).await,
            [
                "project.archived prod: state active → archived; stopped_keys – → ci; requests_24h – → 0; \
                 people_left_without_a_project – → 2",
                "member.lost_access Members: people – → projectadmin@acme.example, projectmember@acme.example; \
                 because – → prod was archived",
            ]
        );
        let again = admin.archive(world.prod.clone(), "prod", PASSWORD).await;
        assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");

        let preview = admin.preview_restore(world.prod.clone()).await.expect("dry run");
        assert_eq!(names(&preview.regaining), ["ProjectAdmin", "ProjectMember"]);
        assert_eq!((preview.keys.len(), preview.collaborators, preview.obstacle), (1, 3, None));
        admin.restore(world.prod.clone()).await.expect("restored");
        assert_eq!(reaches(&world, Who::ProjectMember).await, member);
        assert_eq!(reaches(&world, Who::External).await, "yes 404 404 acme/prod");
        let by = world.console(Who::ProjectAdmin).await;
        assert_eq!(states_of_keys(&by, &world).await, [KeyState::Disabled]);
        by.enable(world.prod.clone(), key.id).await.expect("one by one, with the role from before");
        assert_eq!(states_of_keys(&by, &world).await, [KeyState::Active]);
        assert_eq!(
            records_of_org(&world, 3).await,
            [
                "project.restored prod: state archived → active; disabled_keys – → ci; collaborators – → 3",
                "member.access_regained Members: people – → projectadmin@acme.example, projectmember@acme.example; \
                 because – → prod was restored",
                "api_key.enabled ci: state disabled → active",
            ]
        );
        let again = admin.restore(world.prod.clone()).await;
        assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");
        verified(&world).await;
    }

    async fn a_removed_member_stays_away_when_the_project_returns(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert_eq!(reaches(&world, Who::ProjectMember).await, "404 yes no acme/default", "open to all members");
        let mut tx = world.store.db.write().await.expect("begin");
        let person = world.person(Who::ProjectMember).await.expect("an account");
        execute!(&mut tx, "DELETE FROM project_members WHERE account_id = $1", person.id.as_str()).expect("removed");
        tx.commit().await.expect("commit");
        let preview = owner.preview_restore(world.prod.clone()).await.expect("dry run");
        assert_eq!((preview.collaborators, preview.regaining.total), (2, 0));
        owner.restore(world.prod.clone()).await.expect("restored");
        assert_eq!(reaches(&world, Who::ProjectMember).await, "404 yes no acme/default");
    }

    async fn the_access_policy_switches_and_switches_back(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let refused = world.console(Who::OrgAdmin).await.set_access(world.org.clone(), DefaultAccess::AssignedOnly, "").await;
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
        let open = "404 yes no acme/default";
        assert_eq!(reaches(&world, Who::OtherMember).await, open);

        let preview = owner.preview_access(world.org.clone(), DefaultAccess::AssignedOnly).await.expect("dry run");
        assert_eq!(names(&preview.organization), ["OtherMember"]);
        assert_eq!(names(&preview.project), ["OtherMember", "ProjectAdmin", "ProjectMember"]);
        set_access(&owner, &world, DefaultAccess::AssignedOnly).await.expect("set");
        assert_eq!(reaches(&world, Who::OtherMember).await, "404 404 404 nowhere");
        assert_eq!(reaches(&world, Who::ProjectMember).await, "yes 404 no acme/prod");
        assert_eq!(reaches(&world, Who::OrgAdmin).await, "yes yes yes acme/default", "never without a project");
        assert_eq!(
            records_of_org(&world, 2).await,
            [
                "org.access_changed Acme Robotics: default_access all_members → assigned_only; \
                 people_without_a_project_of_their_own – → 1",
                "member.lost_access Members: people – → othermember@acme.example; because – → Default Project access became assigned_only",
            ]
        );
        let before = records_of_org(&world, 50).await.len();
        set_access(&owner, &world, DefaultAccess::AssignedOnly).await.expect("it is so already");
        assert_eq!(records_of_org(&world, 50).await.len(), before, "what changes nothing leaves no record");

        let preview = owner.preview_access(world.org.clone(), DefaultAccess::AllMembers).await.expect("dry run");
        assert_eq!(names(&preview.organization), ["OtherMember"]);
        set_access(&owner, &world, DefaultAccess::AllMembers).await.expect("set");
        assert_eq!(reaches(&world, Who::OtherMember).await, open);
        assert_eq!(
            records_of_org(&world, 1).await,
            ["member.access_regained Members: people – → othermember@acme.example; because – → Default Project access became all_members"]
        );
        verified(&world).await;
    }

    async fn the_default_flag_moves_and_moves_back(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::OrgAdmin).await;
        let preview = admin.preview_default(world.prod.clone()).await.expect("dry run");
        assert_eq!((preview.from.as_str(), &preview.obstacle), ("Default project", &None));
        assert_eq!(names(&preview.gaining), ["OtherMember"]);
        assert_eq!(names(&preview.losing), ["OtherMember", "ProjectAdmin", "ProjectMember"]);
        make_default(&admin, &world.prod).await.expect("moved");
        assert_eq!(reaches(&world, Who::OtherMember).await, "yes 404 no acme/prod");
        assert_eq!(reaches(&world, Who::ProjectMember).await, "yes 404 no acme/prod");
        assert_eq!(
            records_of_org(&world, 1).await,
            ["org.default_project_moved Acme Robotics: default_project Default project → prod; gaining_access – → othermember@acme.example; \
              losing_access – → othermember@acme.example, projectadmin@acme.example, projectmember@acme.example"]
        );
        let project_admin = world.console(Who::ProjectAdmin).await;
        assert_eq!(
            records(&project_admin, Scope::Project(world.prod.clone()), 1).await,
            ["project.default_moved prod: default_project no → yes"],
            "neither another project nor people"
        );

        // The old one is a project like any other now.
        let old = world.default_project.clone();
        assert_eq!(
            records(&admin, Scope::Project(old.clone()), 1).await,
            ["project.default_moved Default project: default_project yes → no"]
        );
        admin.archive(old.clone(), "Default project", PASSWORD).await.expect("archived");
        let blocked = admin.preview_default(old.clone()).await.expect("dry run");
        assert!(blocked.obstacle.is_some_and(|text| text.contains("archived")));
        assert!(matches!(make_default(&admin, &old).await, Err(AppError::Conflict { .. })));
        admin.restore(old.clone()).await.expect("restored");
        make_default(&admin, &old).await.expect("moved back");
        assert_eq!(reaches(&world, Who::OtherMember).await, "404 yes no acme/default");
        assert!(matches!(make_default(&admin, &old).await, Err(AppError::Conflict { .. })), "it is the Default Project already");
        assert_eq!(projects(&world).await, (vec!["default".to_owned(), "prod".to_owned()], "default".to_owned()));

        let owner = world.console(Who::Owner).await;
        set_access(&owner, &world, DefaultAccess::AssignedOnly).await.expect("set");
        let preview = admin.preview_default(world.prod.clone()).await.expect("dry run");
        assert_eq!((preview.gaining.total, preview.losing.total), (0, 0), "nobody reaches it by the flag");
        verified(&world).await;
    }

    async fn a_dry_run_that_is_out_of_date_changes_nothing(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let (org, prod, to) = (|| world.org.clone(), || world.prod.clone(), DefaultAccess::AssignedOnly);
        let lab = Projects::create(&owner, org(), new_project("lab")).await.expect("made").id;
        let flag = async || owner.preview_default(prod()).await.expect("dry run").seen;
        let access = async || owner.preview_access(org(), to).await.expect("dry run").seen;
        let refused = |now: &str| {
            let text = format!("Somebody changed the Default Project or its access meanwhile: it is {now}. Nothing was changed. Open this again to see what it does now.");
            Err(AppError::conflict(text))
        };
        // Another project has the flag: other people gain and lose access.
        let shown = (flag().await, access().await);
        make_default(&admin, &lab).await.expect("moved");
        let before = records_of_org(&world, 50).await;
        assert_eq!(owner.make_default(prod(), &shown.0).await, refused("Data lab now, open to all members"));
        assert_eq!(owner.set_access(org(), to, &shown.1).await, refused("Data lab now, open to all members"));
        // The access is another one: nobody gains or loses anything by the flag.
        let shown = (flag().await, access().await);
        set_access(&owner, &world, to).await.expect("set");
        assert_eq!(admin.make_default(prod(), &shown.0).await, refused("Data lab now, open to assigned people only"));
        assert_eq!(owner.set_access(org(), to, &shown.1).await, Ok(()), "it is so already");
        let back = owner.set_access(org(), DefaultAccess::AllMembers, &shown.1).await;
        assert_eq!(back, refused("Data lab now, open to assigned people only"));
        assert_eq!(records_of_org(&world, 50).await.len(), before.len() + 2, "the policy, and who lost access");
        assert_eq!(projects(&world).await.1, "lab");
        owner.make_default(prod(), &flag().await).await.expect("moved by what is shown now");
    }

    async fn an_organization_never_loses_its_last_project(db: TestDb) {
        let world = World::new(db).await;
        let (one, two) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let mut wins = (0, 0);
        for round in 0..16 {
            // One browser archives prod; the other gives it the flag, and archives the old Default Project. In each round it looks
            // once more before: so it comes before, amid and after the steps of the other, however fast the machine is.
            let seen = two.preview_default(world.prod.clone()).await.expect("dry run").seen;
            let first = one.archive(world.prod.clone(), "prod", PASSWORD);
            let second = async {
                for _ in 0..round {
                    two.preview_default(world.prod.clone()).await?;
                }
                two.make_default(world.prod.clone(), &seen).await?;
                two.archive(world.default_project.clone(), "Default project", PASSWORD).await
            };
            let (first, second) = futures::join!(first, second);
            assert!(first.is_ok() != second.is_ok(), "exactly one of both: {first:?} {second:?}");
            wins = (wins.0 + u32::from(first.is_ok()), wins.1 + u32::from(second.is_ok()));
            let (active, default) = projects(&world).await;
            assert_eq!(active, std::slice::from_ref(&default), "the one that is left is the Default Project");
            let archived = if first.is_ok() { &world.prod } else { &world.default_project };
            one.restore(archived.clone()).await.expect("restored");
            if default == "prod" {
                make_default(&one, &world.default_project).await.expect("moved back");
            }
        }
        assert!(wins.0 > 0 && wins.1 > 0, "each comes first once: {wins:?}");
        verified(&world).await;
    }

    async fn requests_are_counted_by_key_and_never_inside_a_restore(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let mut keys = Vec::new();
        for token in ["one", "two"] {
            keys.push(Keys::create(&owner, world.prod.clone(), new_key(token)).await.expect("made").id);
        }
        for (key, project, age) in [(0, &world.prod, 0), (0, &world.prod, HOUR), (0, &world.prod, 25 * HOUR), (1, &world.default_project, 0)] {
            request(&world, &keys[key], project, NOW.0 - age).await;
        }
        let preview = owner.preview_archive(world.prod.clone()).await.expect("dry run");
        let counted = |id: &KeyId| preview.keys.iter().find(|key| key.id == *id).map(|key| key.requests_24h);
        assert_eq!((counted(&keys[0]), counted(&keys[1]), preview.requests_24h), (Some(2), Some(0), 2));
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        let archived = records_of_org(&world, 1).await;
        assert!(archived[0].contains("stopped_keys – → ci, ci; requests_24h – → 2;"), "{archived:?}");

        // Whoever reads the requests inside of the change, finds none.
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "ALTER TABLE requests RENAME TO elsewhere").expect("moved");
        tx.commit().await.expect("commit");
        owner.restore(world.prod.clone()).await.expect("restored");
        let again = owner.restore(world.prod.clone()).await;
        assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");
    }

    async fn guesses_at_the_password_are_counted_and_recorded(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for _ in 0..10 {
            let wrong = owner.archive(world.prod.clone(), "prod", "not-my-password").await.expect_err("refused");
            assert!(wrong.on_field("password").is_some(), "{wrong:?}");
        }
        let throttled = owner.archive(world.prod.clone(), "prod", PASSWORD).await;
        assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=900 })), "{throttled:?}");
        let mut reader = world.store.db.read().await.expect("a reader");
        let sql = "SELECT count(*) FROM audit_records WHERE chain = 'installation' AND action = 'account.password_refused'";
        let (refused,) = fetch_one!(&mut reader, (i64,), sql).expect("counted");
        assert_eq!(refused, 10);
    }

    async fn only_owners_see_the_default_key_in_a_dry_run(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::OrgAdmin).await);
        let key = Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1", key.id.as_str()).expect("marked");
        tx.commit().await.expect("commit");
        assert_eq!(owner.preview_archive(world.prod.clone()).await.expect("dry run").keys.len(), 1);
        assert_eq!(admin.preview_archive(world.prod.clone()).await.expect("dry run").keys.len(), 0);
        admin.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert_eq!(owner.preview_restore(world.prod.clone()).await.expect("dry run").keys.len(), 1);
        assert_eq!(admin.preview_restore(world.prod.clone()).await.expect("dry run").keys.len(), 0);
        admin.restore(world.prod.clone()).await.expect("restored");
        assert_eq!(states_of_keys(&owner, &world).await, [KeyState::Disabled]);
        let org = || Scope::Org(world.org.clone());
        let disabled = "api_key.disabled ci: state active → disabled";
        assert!(records(&owner, org(), 3).await.iter().any(|record| record == disabled));
        assert!(!records(&admin, org(), 50).await.iter().any(|record| record.contains("ci")));
    }

    async fn early_access_names_whom_to_ask(db: TestDb) {
        let mut world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let list = Projects::list(&owner, world.org.clone(), ProjectFilter::default(), Page::default()).await.expect("listed");
        assert_eq!((list.held_back, list.default_access), (None, DefaultAccess::AllMembers));
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        drop(owner);
        let mut catalog = Catalog::built_in();
        catalog.plans.get_mut("standard").expect("the plan").multi_project = false;
        world.offer(catalog);
        Arc::get_mut(&mut world.parts).expect("nobody else holds it yet").operator_contact = "platform@acme.example".parse().ok();
        let owner = world.console(Who::Owner).await;
        let asks = "platform@acme.example";
        let list = Projects::list(&owner, world.org.clone(), ProjectFilter::default(), Page::default()).await.expect("listed");
        assert!(list.held_back.is_some_and(|text| text.contains(asks)));
        for refused in [
            Projects::create(&owner, world.org.clone(), new_project("lab")).await.map(drop),
            owner.restore(world.prod.clone()).await,
        ] {
            assert!(matches!(&refused, Err(AppError::Conflict { message }) if message.contains(asks)), "{refused:?}");
        }

        let acme = "acme".parse().expect("a slug");
        let name = world.store.grant_multi_project(&acme, Some(true)).await.expect("granted");
        assert_eq!(name.expect("found").as_str(), "Acme Robotics");
        owner.restore(world.prod.clone()).await.expect("the operator's word counts more than the plan");
        let line = "org.early_access_changed Acme Robotics: several_projects – → granted";
        assert!(records(&owner, Scope::Org(world.org.clone()), 2).await.iter().any(|record| record == line));
        world.store.grant_multi_project(&acme, None).await.expect("as the plan says");
        let again = Projects::create(&owner, world.org.clone(), new_project("lab")).await;
        assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");
        let nobody = "nobody".parse().expect("a slug");
        assert_eq!(world.store.grant_multi_project(&nobody, None).await.expect("answered"), None);
        verified(&world).await;
    }
}
