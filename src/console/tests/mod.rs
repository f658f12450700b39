mod account;
mod branding;
mod budgets;
mod choices;
mod collaborators;
mod default_key;
mod entry;
mod invitations;
mod invited;
mod leaving;
mod limits;
mod locks;
mod look_ups;
mod members;
mod organization;
mod outbox;
mod outsiders;
mod people;
mod places;
mod project_life;
mod project_list;
mod project_settings;
mod races;
mod receipts;
mod removals;
mod replay;
mod roles;
mod search;
mod templates;
mod throttle;
mod visits;

use app::{
    model::{
        AppError, Page, ProjectId,
        key::{KeyLifetime, KeyState, NewKey},
        limit::ModelScope,
        limits_table::{LimitEdit, PerRate, Rate},
        organization::DefaultAccess,
        project::{Environment, NewProject, ProjectFilter},
        receipt::Lane,
        usage::{Range, Scope},
    },
    port::{Audit, Identity, Keys, Limits, Organization, ProjectLife, Projects, Shell, Usage},
};

use crate::{
    audit::Verifier,
    catalog::Catalog,
    console::Console,
    store::db::execute,
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

fn new_key(token: &str) -> NewKey {
    NewKey {
        name: "ci".parse().expect("a name"),
        lifetime: KeyLifetime::Days30,
        idempotency: token.to_owned(),
    }
}

fn new_project(slug: &str) -> NewProject {
    NewProject {
        name: "Data lab".parse().expect("a name"),
        slug: slug.parse().expect("a slug"),
        description: "Shared sandbox".to_owned(),
        environment: Environment::Development,
        workload: String::new(),
        models: Catalog::built_in().plans["standard"].models.clone(),
    }
}

fn limit(model: ModelScope, values: &[(Rate, u64)]) -> LimitEdit {
    let mut edit = LimitEdit {
        model,
        values: PerRate::default(),
        seen: None,
    };
    for (rate, value) in values {
        edit.values[*rate] = Some(*value);
    }
    edit
}

/// Makes this project the Default one, as the dialog does: by its dry run.
async fn make_default(by: &Console, project: &ProjectId) -> Result<(), AppError> {
    let seen = by.preview_default(project.clone()).await?.seen;
    by.make_default(project.clone(), &seen).await
}

/// Changes the access of the Default Project in the same way.
async fn set_access(by: &Console, world: &World, to: DefaultAccess) -> Result<(), AppError> {
    let seen = by.preview_access(world.org.clone(), to).await?.seen;
    by.set_access(world.org.clone(), to, &seen).await
}

/// How an answer looks to the policy: allowed, or refused in one of three ways.
fn outcome<T: std::fmt::Debug>(answer: Result<T, AppError>) -> &'static str {
    match answer {
        Ok(_) => "yes",
        Err(AppError::Forbidden { .. }) => "no",
        Err(AppError::NotFound) => "404",
        Err(AppError::SignedOut) => "401",
        Err(other) => panic!("unexpected: {other:?}"),
    }
}

/// What every person gets from every use case of the project `prod`, in the order: keys list, key create, limits table,
/// limits set, usage, audit, archive preview, projects list, project create, org usage, org audit.
async fn outcomes(world: &World, who: Who) -> Vec<&'static str> {
    let console = world.console(who).await;
    let prod = || world.prod.clone();
    let org = || world.org.clone();
    let edit = limit(ModelScope::All, &[(Rate::RequestsMinute, 10)]);
    let slug = format!("lab-{}", format!("{who:?}").to_lowercase());
    vec![
        outcome(Keys::list(&console, prod(), Page::default()).await),
        outcome(Keys::create(&console, prod(), new_key(&slug)).await),
        outcome(console.table(prod(), Lane::Standard).await),
        outcome(console.set(prod(), edit).await),
        outcome(console.report(Scope::Project(prod()), Range::Days7).await),
        outcome(Audit::list(&console, Scope::Project(prod()), Page::default()).await),
        outcome(console.preview_archive(prod()).await),
        outcome(Projects::list(&console, org(), ProjectFilter::default(), Page::default()).await),
        outcome(Projects::create(&console, org(), new_project(&slug)).await),
        outcome(console.report(Scope::Org(org()), Range::Days7).await),
        outcome(Audit::list(&console, Scope::Org(org()), Page::default()).await),
    ]
}

/// The newest records of a scope, the oldest of them first: `api_key.disabled ci: state active → disabled`.
async fn records(console: &Console, scope: Scope, newest: usize) -> Vec<String> {
    let log = Audit::list(console, scope, Page::default()).await.expect("log");
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let mut records: Vec<String> = log
        .rows
        .iter()
        .take(newest)
        .map(|entry| {
            let changes: Vec<String> = entry
                .changes
                .iter()
                .map(|change| format!("{} {} → {}", change.field, text(&change.before), text(&change.after)))
                .collect();
            format!("{} {}: {}", entry.action, entry.target, changes.join("; "))
        })
        .collect();
    records.reverse();
    records
}

/// Checks that every audit chain holds. Returns how many records each has, sorted.
async fn verified(world: &World) -> Vec<i64> {
    let mut counts = Vec::new();
    for (chain, _) in world.store.audit_chains().await.expect("chains") {
        let mut verifier = Verifier::default();
        for stored in world.store.audit_records(&chain, 0, 1_000).await.expect("records") {
            verifier.check(&stored).expect("holds");
        }
        let head = world.store.audit_head(&chain).await.expect("head");
        counts.push(verifier.finish(head).expect("whole").records);
    }
    counts.sort_unstable();
    counts
}

on_both_engines! {
    async fn every_use_case_follows_the_matrix(db: TestDb) {
        let world = World::new(db).await;
        let all = ["yes"; 11];
        for (who, expected) in [
            (Who::Anonymous, ["401"; 11]),
            (Who::Owner, all),
            (Who::OrgAdmin, all),
            (Who::ProjectAdmin, ["yes", "yes", "yes", "no", "yes", "yes", "no", "no", "no", "no", "no"]),
            (Who::ProjectMember, ["yes", "no", "yes", "no", "yes", "no", "no", "no", "no", "no", "no"]),
            (Who::OtherMember, ["404", "404", "404", "404", "404", "404", "404", "no", "no", "no", "no"]),
            (Who::External, ["yes", "no", "yes", "no", "yes", "no", "no", "404", "404", "404", "404"]),
            (Who::Stranger, ["404"; 11]),
        ] {
            assert_eq!(outcomes(&world, who).await, expected, "{who:?}");
        }
    }

    async fn a_key_is_made_once_and_its_states_are_audited(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let made = Keys::create(&owner, world.prod.clone(), new_key("form-1")).await.expect("made");
        assert!(made.secret.starts_with("bw_p_"), "the environment letter of prod");
        let again = Keys::create(&owner, world.prod.clone(), new_key("form-1")).await;
        assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");

        owner.disable(world.prod.clone(), made.id.clone()).await.expect("disabled");
        owner.enable(world.prod.clone(), made.id.clone()).await.expect("enabled");
        owner.revoke(world.prod.clone(), made.id.clone()).await.expect("revoked");
        let back = owner.enable(world.prod.clone(), made.id.clone()).await;
        assert!(matches!(back, Err(AppError::Conflict { .. })), "revoking is final: {back:?}");

        let keys = Keys::list(&owner, world.prod.clone(), Page::default()).await.expect("listed");
        assert_eq!(keys.total, 1);
        assert_eq!(keys.rows[0].state, KeyState::Revoked);
        assert!(!keys.rows[0].hint.contains(&made.secret[10..30]), "only prefix and last four");

        let log = Audit::list(&owner, Scope::Project(world.prod.clone()), Page::default()).await.expect("log");
        let actions: Vec<_> = log.rows.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["api_key.revoked", "api_key.enabled", "api_key.disabled", "api_key.created"]);
        assert_eq!(log.rows[0].address.as_deref(), Some("192.0.2.7"));
        assert_eq!(log.rows[0].changes[0].before.as_deref(), Some("active"));
        assert!(!format!("{log:?}").contains(&made.secret), "a secret never reaches the log");
    }

    async fn a_key_of_another_project_does_not_exist_here(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let made = Keys::create(&owner, world.default_project.clone(), new_key("")).await.expect("made");
        let admin = world.console(Who::ProjectAdmin).await;
        assert_eq!(admin.revoke(world.prod.clone(), made.id.clone()).await, Err(AppError::NotFound));
        assert_eq!(owner.revoke(world.prod.clone(), made.id).await, Err(AppError::NotFound));
    }

    async fn archiving_hides_the_project(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        let preview = owner.preview_archive(world.prod.clone()).await.expect("dry run");
        assert_eq!((preview.keys.len(), preview.obstacle), (1, None));
        owner.archive(world.prod.clone(), "prod", PASSWORD).await.expect("archived");

        let member = world.console(Who::ProjectMember).await;
        assert_eq!(Keys::list(&member, world.prod.clone(), Page::default()).await, Err(AppError::NotFound));
        assert_eq!(member.place("acme", Some("prod")).await, Err(AppError::NotFound));
        assert!(Keys::list(&owner, world.prod.clone(), Page::default()).await.is_ok(), "history stays readable");
        assert!(matches!(Keys::create(&owner, world.prod.clone(), new_key("")).await, Err(AppError::Conflict { .. })));
        let switcher = owner.switcher("", &[]).await.expect("switcher");
        assert!(switcher.orgs[0].projects.iter().all(|at| at.project.id != world.prod));

        let last = owner.preview_archive(world.default_project.clone()).await.expect("dry run");
        assert!(last.obstacle.is_some_and(|obstacle| obstacle.contains("last active")));
        let refused = owner.archive(world.default_project.clone(), "Default project", PASSWORD).await;
        assert!(matches!(refused, Err(AppError::Conflict { .. })), "{refused:?}");
    }

    async fn a_place_is_shown_to_those_who_may_know_it(db: TestDb) {
        let world = World::new(db).await;
        for (who, project, all) in [
            (Who::Owner, "yes", "yes"),
            (Who::OrgAdmin, "yes", "yes"),
            (Who::ProjectMember, "yes", "no"),
            (Who::OtherMember, "404", "no"),
            (Who::External, "yes", "404"),
            (Who::Stranger, "404", "404"),
            (Who::Anonymous, "401", "401"),
        ] {
            let console = world.console(who).await;
            assert_eq!(outcome(console.place("acme", Some("prod")).await), project, "{who:?}");
            assert_eq!(outcome(console.place("acme", None).await), all, "{who:?} all projects");
            assert_eq!(outcome(console.place("acme", Some("nope")).await), if who == Who::Anonymous { "401" } else { "404" });
        }
        let external = world.console(Who::External).await.switcher("", &[]).await.expect("switcher").orgs;
        assert_eq!((external.len(), external[0].role, external[0].projects.len()), (1, None, 1));
    }

    async fn every_chain_verifies_after_real_changes(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        assert_eq!(verified(&world).await, [2, 4], "set-up and sign-in; org, project, sign-in, key");
    }

    async fn only_owners_see_the_default_key_in_the_log(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let made = Keys::create(&owner, world.default_project.clone(), new_key("")).await.expect("made");
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1", made.id.as_str()).expect("marked");
        tx.commit().await.expect("commit");
        for (who, seen) in [(Who::Owner, true), (Who::OrgAdmin, false)] {
            let console = world.console(who).await;
            for scope in [Scope::Org(world.org.clone()), Scope::Project(world.default_project.clone())] {
                let log = Audit::list(&console, scope, Page::default()).await.expect("log");
                assert_eq!(log.rows.iter().any(|entry| entry.target_id == made.id.as_str()), seen, "{who:?}");
                assert_eq!(log.total, log.rows.len() as u64, "the count tells no more than the rows");
            }
        }
    }

    async fn text_that_no_engine_stores_is_no_server_error(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        assert_eq!(owner.place("ac\0me", Some("prod")).await, Err(AppError::NotFound));
        let page = Page { number: 0, query: "a\0b".repeat(30_000) };
        assert_eq!(Keys::list(&owner, world.prod.clone(), page).await.expect("listed").total, 0);
        let mut project = new_project("nul");
        project.description = "a\0b".to_owned();
        assert!(Projects::create(&owner, world.org.clone(), project).await.expect_err("refused").on_field("description").is_some());
        assert!(Keys::create(&owner, world.prod.clone(), new_key("a\0b")).await.is_ok(), "such a token counts as none");
    }
}
