//! The switcher, and organizations that people make: who sees what, on both engines.

use app::{
    model::{
        AppError, OrgRole, Page, ProjectId, ProjectRole, Slug,
        place::{Home, Places},
        time::HOUR,
        usage::Scope,
    },
    policy::Action,
    port::{Audit, Founding, Projects, Shell},
};

use super::{
    collaborators::{actions, fields, id, sql},
    entry::with_sign_up,
    new_project,
};
use crate::{
    audit::Verifier,
    config::SignUp,
    console::Console,
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

/// `org role: project role, …` of every organization that is listed.
fn summary(places: &Places) -> Vec<String> {
    let org = |org: &app::model::place::SwitcherOrg| {
        let projects = org.projects.iter().map(|at| {
            let role = at.standing.project.map_or("inherited", ProjectRole::as_str);
            format!("{} {role}", at.project.slug)
        });
        let role = org.role.map_or("external", OrgRole::as_str);
        format!("{} {role}: {}", org.org.slug, projects.collect::<Vec<_>>().join(", "))
    };
    places.orgs.iter().map(org).collect()
}

async fn places(by: &Console, query: &str) -> Places {
    by.switcher(query, &[]).await.expect("places")
}

async fn found(by: &Console, slug: &str) -> Result<Home, AppError> {
    by.create_organization("Tern & Hollow".parse().expect("a name"), slug.parse().expect("a slug"))
        .await
}

on_both_engines! {
    async fn more_people_look_at_once_than_there_are_connections(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let recent = [world.prod.clone()];
        let looks = (0..40).map(|_| owner.switcher("", &recent));
        let seen = tokio::time::timeout(std::time::Duration::from_secs(10), futures::future::join_all(looks)).await;
        assert!(seen.expect("nobody waits for a second connection").iter().all(Result::is_ok));
    }

    async fn an_organization_is_listed_with_its_logo_whatever_is_searched_for(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let logo = async |query: &str| places(&owner, query).await.orgs.remove(0).logo;
        assert_eq!(logo("").await, None);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h8v8z\"/></svg>";
        owner.set_logo(world.org.clone(), svg).await.expect("set");
        let hash = owner.place("acme", None).await.expect("a place").branding.logo;
        assert!(hash.is_some());
        for query in ["", "prod", "acme"] {
            assert_eq!(logo(query).await, hash, "{query}");
        }
    }

    async fn everybody_is_listed_where_they_belong_with_their_role(db: TestDb) {
        let world = World::new(db).await;
        for (who, expected) in [
            (Who::Owner, vec!["acme owner: default member, prod inherited"]),
            (Who::OrgAdmin, vec!["acme admin: default member, prod inherited"]),
            (Who::ProjectAdmin, vec!["acme member: default member, prod admin"]),
            (Who::ProjectMember, vec!["acme member: default member, prod member"]),
            (Who::OtherMember, vec!["acme member: default member"]),
            (Who::External, vec!["acme external: prod member"]),
            (Who::Stranger, vec!["other owner: theirs member"]),
        ] {
            assert_eq!(summary(&places(&world.console(who).await, "").await), expected, "{who:?}");
        }
        let anonymous = world.console(Who::Anonymous).await;
        assert_eq!(anonymous.switcher("", &[]).await, Err(AppError::SignedOut));

        sql(&world, "UPDATE orgs SET default_access = 'assigned_only'").await;
        assert_eq!(summary(&places(&world.console(Who::OtherMember).await, "").await), [""; 0], "no project, no organization");
        assert_eq!(summary(&places(&world.console(Who::ProjectMember).await, "").await), ["acme member: prod member"]);
    }

    async fn one_person_has_another_role_in_each_organization(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "INSERT INTO org_members (org_id, account_id, role, created_at)
            SELECT o.id, a.id, 'member', 0 FROM orgs o, accounts a WHERE o.slug = 'acme' AND a.name = 'Stranger'").await;
        let both = world.console(Who::Stranger).await;
        let listed = places(&both, "").await;
        assert_eq!(summary(&listed), ["acme member: default member", "other owner: theirs member"]);
        assert!(!listed.orgs[0].standing().may(Action::ManageProjects) && listed.orgs[1].standing().may(Action::ManageProjects));
        assert!(matches!(Projects::create(&both, world.org.clone(), new_project("lab")).await, Err(AppError::Forbidden { .. })));
        assert!(Projects::create(&both, world.other_org.clone(), new_project("lab")).await.is_ok());
    }

    async fn what_the_list_leaves_out_the_search_finds(db: TestDb) {
        let world = World::new(db).await;
        sql(&world, "INSERT INTO projects (id, org_id, slug, name, environment, created_at)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            SELECT 'proj_00000000000000000000000' || CAST(100 + i AS TEXT), o.id, 'cell-' || CAST(i AS TEXT),
                   'Cell ' || CAST(i AS TEXT) || '_x', 'staging', 0
            FROM n, orgs o WHERE o.slug = 'acme'").await;
        let owner = world.console(Who::Owner).await;
        let all = places(&owner, "").await;
        assert_eq!((all.orgs[0].matching, all.orgs[0].projects.len(), all.has_more), (502, 25, false));
        assert!(all.orgs[0].projects[0].project.is_default, "the Default Project comes first");
        assert_eq!(summary(&places(&owner, " cell 477 ").await), ["acme owner: cell-477 inherited"]);
        assert_eq!(summary(&places(&owner, "477_X").await), ["acme owner: cell-477 inherited"], "a wildcard is a character");
        assert_eq!(places(&owner, "%477%").await.orgs, []);
        assert_eq!(places(&owner, "acme robo").await.orgs[0].matching, 502, "the organization finds its projects");
        assert_eq!(summary(&places(&world.console(Who::ProjectMember).await, "cell").await), [""; 0]);
        assert_eq!(places(&owner, "a\0b").await.orgs, [], "no text of any engine");
    }

    async fn what_the_browser_remembers_is_checked_each_time(db: TestDb) {
        let world = World::new(db).await;
        let recent = async |who: Who, ids: &[&ProjectId]| {
            let ids: Vec<_> = ids.iter().map(|id| (*id).clone()).collect();
            let places = world.console(who).await.switcher("", &ids).await.expect("places");
            places.recent.iter().map(|place| place.at.project.slug.to_string()).collect::<Vec<_>>()
        };
        let (home, prod, theirs) = (&world.default_project, &world.prod, &world.other_project);
        let unknown: ProjectId = world.store.ambient.id();
        assert_eq!(recent(Who::Owner, &[prod, theirs, &unknown, home]).await, ["prod", "default"]);
        assert_eq!(recent(Who::Owner, &[home, prod]).await, ["default", "prod"]);
        assert_eq!(recent(Who::OtherMember, &[prod, home]).await, ["default"]);
        assert_eq!(recent(Who::Stranger, &[prod, home]).await, [""; 0]);
        let owner = world.console(Who::Owner).await;
        assert_eq!(owner.switcher("pro", std::slice::from_ref(prod)).await.expect("places").recent, []);
        owner.archive(prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert_eq!(recent(Who::Owner, &[prod, home]).await, ["default"]);
        assert_eq!(summary(&places(&owner, "prod").await), [""; 0], "archived projects are not found");
    }

    async fn an_organization_comes_with_its_owner_its_default_project_and_its_records(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let founder = world.console(Who::External).await;
        let home = found(&founder, "tern").await.expect("made");
        assert_eq!((home.org.as_str(), home.project.as_str()), ("tern", "default"));
        assert_eq!(summary(&places(&founder, "tern").await), ["tern owner: default member"]);
        let place = founder.place("tern", None).await.expect("the owner's");
        assert_eq!(world.console(Who::Owner).await.place("tern", Some("default")).await, Err(AppError::NotFound));

        let log = Audit::list(&founder, Scope::Org(place.org.id.clone()), Page::default()).await.expect("log");
        let oldest: Vec<_> = log.rows.iter().rev().cloned().collect();
        assert_eq!(actions(&oldest), ["org.created", "project.created"]);
        assert_eq!(fields(&oldest[0]), ["address:  → tern", "plan:  → standard"]);
        assert_eq!((oldest[0].actor.as_str(), oldest[0].target.as_str()), ("External", "Tern & Hollow"));
        let chain = place.org.id.as_str();
        let mut verifier = Verifier::default();
        for stored in world.store.audit_records(chain, 0, 10).await.expect("records") {
            verifier.check(&stored).expect("holds");
        }
        verifier.finish(world.store.audit_head(chain).await.expect("head")).expect("whole");
        assert!(Projects::create(&founder, place.org.id, new_project("lab")).await.is_ok());
    }

    async fn an_address_that_is_taken_makes_nothing_and_costs_nothing(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let founder = world.console(Who::OtherMember).await;
        for slug in ["other", "other", "api", "account", "other"] {
            let refused = found(&founder, slug).await.expect_err("taken, or reserved");
            assert!(refused.on_field("slug").is_some(), "{refused:?}");
        }
        assert_eq!(summary(&places(&founder, "").await), ["acme member: default member"]);
        for slug in ["tern-1", "tern-2", "tern-3"] {
            found(&founder, slug).await.expect("made");
        }
        assert!(matches!(found(&founder, "tern-4").await, Err(AppError::Throttled { .. })), "three an hour");
        world.clock.advance(HOUR + 1);
        found(&founder, "tern-4").await.expect("made an hour later");
        assert_eq!(found(&world.console(Who::Anonymous).await, "tern-5").await, Err(AppError::SignedOut));
    }

    async fn where_nobody_signs_up_only_an_owner_makes_another_organization(db: TestDb) {
        let world = World::new(db).await;
        for who in [Who::OrgAdmin, Who::ProjectAdmin, Who::External] {
            let person = world.console(who).await;
            for refused in [person.may_create_organization().await, found(&person, "tern").await.map(|_| ())] {
                assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{who:?}: {refused:?}");
            }
        }
        let owner = world.console(Who::Owner).await;
        owner.may_create_organization().await.expect("an owner");
        found(&owner, "tern").await.expect("made");
        let anonymous = world.console(Who::Anonymous).await;
        assert_eq!(anonymous.may_create_organization().await, Err(AppError::SignedOut));
    }

    async fn nobody_probes_addresses_all_day(db: TestDb) {
        let world = World::new(db).await;
        let prober = world.console(Who::Stranger).await;
        for _ in 0..20 {
            assert!(found(&prober, "acme").await.expect_err("taken").on_field("slug").is_some());
        }
        assert!(matches!(found(&prober, "acme").await, Err(AppError::Throttled { .. })));
    }

    async fn who_owns_ten_makes_no_more_not_even_in_two_tabs(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let founder = world.console(Who::OrgAdmin).await;
        for number in 0..9_i64 {
            let slug: Slug = format!("tern-{number}").parse().expect("a slug");
            found(&founder, slug.as_str()).await.expect("made");
            world.clock.advance(HOUR);
        }
        let (one, two) = tokio::join!(found(&founder, "left"), found(&founder, "right"));
        let refused = [&one, &two].into_iter().filter(|answer| matches!(answer, Err(AppError::Conflict { .. }))).count();
        assert_eq!((refused, one.is_ok() || two.is_ok()), (1, true), "{one:?} {two:?}");
        let account = id(&world, Who::OrgAdmin).await;
        let mut tx = world.store.db.write().await.expect("begin");
        assert_eq!(crate::store::orgs::owned(&mut tx, &account).await.expect("counted"), 10);
    }
}
