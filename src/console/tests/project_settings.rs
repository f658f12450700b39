use app::{
    model::{
        AccountId, Money,
        project_settings::{DefaultTier, ProjectDetails, SettingsView},
    },
    port::{Organization, ProjectSettings},
};

use super::*;
use crate::{
    catalog::{Catalog, Tier},
    console::Console,
};

async fn view(console: &Console, world: &World) -> SettingsView {
    console.details(world.prod.clone()).await.expect("the details")
}

/// Changes the details as a form does that was filled just now.
async fn save(console: &Console, world: &World, edit: impl FnOnce(&mut ProjectDetails)) -> Result<(), AppError> {
    let mut details = view(console, world).await.details;
    let seen = details.version();
    edit(&mut details);
    console.update(world.prod.clone(), details, &seen).await
}

async fn account(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("an account").id
}

/// The field that an edit is refused for.
async fn refused(console: &Console, world: &World, field: &str, edit: impl FnOnce(&mut ProjectDetails)) -> String {
    let error = save(console, world, edit).await.expect_err(field);
    error.on_field(field).unwrap_or_else(|| panic!("not {field}: {error:?}"))
}

async fn slug_of(console: &Console, address: &str) -> String {
    let place = console.place("acme", Some(address)).await.expect("a place");
    place.project.expect("a project").slug.to_string()
}

on_both_engines! {
    async fn details_are_saved_and_recorded_field_by_field(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        let (owner, key_owner) = (account(&world, Who::ProjectAdmin).await, account(&world, Who::OrgAdmin).await);
        let before = view(&admin, &world).await;
        let labels: Vec<_> = before.admins.iter().map(|admin| admin.label.as_str()).collect();
        assert_eq!(
            labels,
            ["Ada Osei (owner@acme.example)", "OrgAdmin (orgadmin@acme.example)", "ProjectAdmin (projectadmin@acme.example)"]
        );
        assert_eq!(before.tiers, DefaultTier::ALL);
        assert!(!before.org_allows_external && !before.archived);

        let edited = |details: &mut ProjectDetails| {
            details.name = "Production".parse().expect("a name");
            details.description = "Customer traffic".to_owned();
            details.environment = Environment::Staging;
            details.owner = Some(owner);
            details.key_owner = Some(key_owner);
            details.workload = "support chat".to_owned();
            details.expected_spend = Some(Money(500_000_000));
            details.escalation = "#ops".to_owned();
            details.tier = DefaultTier::Priority;
        };
        save(&admin, &world, edited).await.expect("saved");
        assert_eq!(
            records(&admin, Scope::Project(world.prod.clone()), 1).await,
            ["project.updated Production: name prod → Production; description – → Customer traffic; environment production → staging; \
              owner – → projectadmin@acme.example; key_owner – → orgadmin@acme.example; workload – → support chat; \
              expected_monthly_spend – → $500.00; escalation_contact – → #ops; default_tier default → priority"]
        );
        save(&admin, &world, |_| ()).await.expect("nothing to do");
        save(&admin, &world, |details| {
            details.owner = None;
            details.expected_spend = None;
        })
        .await
        .expect("saved");
        assert_eq!(
            records(&admin, Scope::Project(world.prod.clone()), 50).await.last().map(String::as_str),
            Some("project.updated Production: owner projectadmin@acme.example → –; expected_monthly_spend $500.00 → –")
        );
        assert_eq!(records(&admin, Scope::Project(world.prod.clone()), 50).await.len(), 2, "what changes nothing leaves no record");
        verified(&world).await;
    }

    async fn an_owner_is_an_admin_of_the_project(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        for who in [Who::ProjectMember, Who::OtherMember, Who::External, Who::Stranger] {
            let id = account(&world, who).await;
            let text = refused(&admin, &world, "owner", |details| details.owner = Some(id.clone())).await;
            assert_eq!(text, "Choose one of the project’s admins.", "{who:?}");
            refused(&admin, &world, "key_owner", |details| details.key_owner = Some(id)).await;
        }
        assert_eq!(view(&admin, &world).await.details.owner, None, "nothing is half done");
    }

    async fn somebody_from_outside_sees_no_roster(db: TestDb) {
        let world = World::new(db).await;
        let mut tx = world.store.db.write().await.expect("begin");
        let external = account(&world, Who::External).await;
        let sql = "UPDATE project_members SET role = 'admin' WHERE account_id = $1";
        execute!(&mut tx, sql, external.as_str()).expect("promoted");
        let sql = "INSERT INTO project_members (project_id, account_id, role, created_at) VALUES ($1, $2, 'admin', 1)";
        let org_admin = account(&world, Who::OrgAdmin).await;
        execute!(&mut tx, sql, world.prod.as_str(), org_admin.as_str()).expect("an older role in the project");
        tx.commit().await.expect("commit");
        let owner = world.console(Who::Owner).await;
        let org_owner = account(&world, Who::Owner).await;
        save(&owner, &world, |details| details.owner = Some(org_owner.clone())).await.expect("saved");

        let console = world.console(Who::External).await;
        let labels: Vec<_> = view(&console, &world).await.admins.into_iter().map(|admin| admin.label).collect();
        assert_eq!(labels, ["External (external@acme.example)", "ProjectAdmin (projectadmin@acme.example)"]);
        save(&console, &world, |details| details.workload = "batch".to_owned()).await.expect("the owner stays who it is");
        assert_eq!(view(&owner, &world).await.details.owner, Some(org_owner));
    }

    async fn an_address_moves_and_the_old_one_leads_there(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let slug = |text: &str| text.parse().expect("a slug");
        let text = refused(&owner, &world, "slug", |details| details.slug = slug("settings")).await;
        assert!(text.contains("reserved"), "{text}");
        refused(&owner, &world, "slug", |details| details.slug = slug("default")).await;

        save(&owner, &world, |details| details.slug = slug("production")).await.expect("moved");
        for address in ["prod", "production"] {
            assert_eq!(slug_of(&owner, address).await, "production");
        }
        assert_eq!(records(&owner, Scope::Project(world.prod.clone()), 1).await, ["project.updated prod: address prod → production"]);
        for (who, expected) in [(Who::ProjectMember, "yes"), (Who::OtherMember, "404"), (Who::Stranger, "404")] {
            assert_eq!(outcome(world.console(who).await.place("acme", Some("prod")).await), expected, "{who:?}: an old address is no probe");
        }
        let taken = Projects::create(&owner, world.org.clone(), new_project("prod")).await.expect_err("kept for ever");
        assert!(taken.on_field("slug").is_some(), "{taken:?}");
        save(&owner, &world, |details| details.slug = slug("prod")).await.expect("it may have its own back");
        assert_eq!(slug_of(&owner, "production").await, "prod");
        Projects::create(&world.console(Who::Stranger).await, world.other_org.clone(), new_project("production"))
            .await
            .expect("another organization has addresses of its own");
    }

    async fn only_owners_and_admins_of_the_organization_move_a_project(db: TestDb) {
        let world = World::new(db).await;
        let admin = world.console(Who::ProjectAdmin).await;
        // One that is free and one that another project has are answered the same.
        for address in ["free", "default"] {
            let text = refused(&admin, &world, "slug", |details| details.slug = address.parse().expect("a slug")).await;
            assert_eq!(text, "Only an owner or admin of the organization can do this.");
        }
        save(&admin, &world, |details| details.workload = "batch".to_owned()).await.expect("all else is theirs");
        let org_admin = world.console(Who::OrgAdmin).await;
        save(&org_admin, &world, |details| details.slug = "free".parse().expect("a slug")).await.expect("moved");
    }

    async fn the_external_switch_waits_for_the_organization(db: TestDb) {
        let world = World::new(db).await;
        let (owner, admin) = (world.console(Who::Owner).await, world.console(Who::ProjectAdmin).await);
        let text = refused(&admin, &world, "external_allowed", |details| details.external_allowed = true).await;
        assert_eq!(text, "The organization does not allow external collaborators.");
        owner.set_external(world.org.clone(), true).await.expect("allowed");
        save(&admin, &world, |details| details.external_allowed = true).await.expect("saved");
        assert_eq!(
            records(&admin, Scope::Project(world.prod.clone()), 1).await,
            ["project.updated prod: external_collaborators refused → allowed"]
        );
        owner.set_external(world.org.clone(), false).await.expect("refused again");
        save(&admin, &world, |details| details.workload = "batch".to_owned()).await.expect("what stays as it was is not refused");
        assert!(view(&admin, &world).await.details.external_allowed);
        save(&admin, &world, |details| details.external_allowed = false).await.expect("off is always possible");
    }

    async fn what_cannot_be_saved_names_its_field(db: TestDb) {
        let mut world = World::new(db).await;
        let mut catalog = Catalog::built_in();
        catalog.plans.get_mut("standard").expect("the plan").tiers = vec![Tier::Default];
        world.offer(catalog);
        let admin = world.console(Who::ProjectAdmin).await;
        assert_eq!(view(&admin, &world).await.tiers, [DefaultTier::Auto, DefaultTier::Default]);
        refused(&admin, &world, "tier", |details| details.tier = DefaultTier::Flex).await;
        refused(&admin, &world, "description", |details| details.description = "x".repeat(501)).await;
        refused(&admin, &world, "workload", |details| details.workload = "a\0b".to_owned()).await;
        refused(&admin, &world, "workload", |details| details.workload = "safe\u{202e}efas".to_owned()).await;
        refused(&admin, &world, "escalation", |details| details.escalation = "x".repeat(10_000)).await;

        let details = view(&admin, &world).await.details;
        save(&admin, &world, |details| details.workload = "first".to_owned()).await.expect("saved");
        let stale = admin.update(world.prod.clone(), ProjectDetails { workload: "second".to_owned(), ..details.clone() }, &details.version()).await;
        assert!(matches!(stale, Err(AppError::Conflict { .. })), "{stale:?}");
        assert_eq!(view(&admin, &world).await.details.workload, "first");

        let owner = world.console(Who::Owner).await;
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");
        assert!(view(&owner, &world).await.archived);
        let archived = save(&owner, &world, |details| details.workload = "third".to_owned()).await;
        assert!(matches!(archived, Err(AppError::Conflict { .. })), "{archived:?}");
    }
}
