use app::{
    model::{
        AppError, Money, Page, RequestId,
        budget::{Budget, BudgetEdit, BudgetScope, version},
        key::{KeyLifetime, KeyState, NewKey},
        limit::{Level, Metric, ModelScope, Window},
        limits_table::{LimitEdit, PerRate, Rate},
        place::SetupState,
        project::{Environment, NewProject, ProjectFilter},
        receipt::{BucketLine, BudgetLine, Holder, Receipt, RefusedBy},
        receipt_detail::Holders,
        time::DAY,
        usage::{Range, Scope},
    },
    port::{Audit, Budgets, Identity, Keys, Limits, Projects, Receipts, Setup, Shell, Usage},
};

use crate::{
    ambient::Clock,
    audit::Verifier,
    store::{db::execute, testing::on_both_engines},
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
        outcome(console.table(prod()).await),
        outcome(console.set(prod(), edit).await),
        outcome(console.report(Scope::Project(prod()), Range::Days7).await),
        outcome(Audit::list(&console, Scope::Project(prod()), Page::default()).await),
        outcome(console.preview_archive(prod()).await),
        outcome(Projects::list(&console, org(), ProjectFilter::Active, Page::default()).await),
        outcome(Projects::create(&console, org(), new_project(&slug)).await),
        outcome(console.report(Scope::Org(org()), Range::Days7).await),
        outcome(Audit::list(&console, Scope::Org(org()), Page::default()).await),
    ]
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

    async fn a_limit_is_set_cleared_and_logged_by_field(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let model: ModelScope = "bailiwick/echo".parse().expect("a model");
        let set = |values: &[(Rate, u64)]| owner.set(world.prod.clone(), limit(model.clone(), values));
        set(&[(Rate::RequestsMinute, 3), (Rate::TokensMinute, 1_000)]).await.expect("set");
        let table = owner.table(world.prod.clone()).await.expect("table");
        let row = table.rows.iter().find(|row| row.model == model).expect("the model's row");
        let cell = &row.cells[Rate::RequestsMinute];
        assert_eq!((cell.org, cell.project, cell.effective()), (Some(3_000), Some(3), Some(3)));
        set(&[(Rate::TokensMinute, 1_000)]).await.expect("cleared");
        let log = Audit::list(&owner, Scope::Project(world.prod.clone()), Page::default()).await.expect("log");
        let change = &log.rows[0].changes;
        assert_eq!(change.len(), 1, "tokens stayed as they were");
        assert_eq!((change[0].field.as_str(), change[0].before.as_deref(), change[0].after.as_deref()), ("requests_per_minute", Some("3"), None));
        let refused = set(&[(Rate::RequestsMinute, 3_001)]).await.expect_err("above the ceiling");
        assert!(refused.on_field("requests_per_minute").is_some());
    }

    async fn what_somebody_else_changed_meanwhile_is_not_overwritten(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let seen = |values: &[(Rate, u64)]| limit(ModelScope::All, values).values.version();
        let edit = |to: u64, seen: String| LimitEdit {
            seen: Some(seen),
            ..limit(ModelScope::All, &[(Rate::TokensMinute, to)])
        };
        owner.set(world.prod.clone(), edit(500, seen(&[]))).await.expect("nothing stood");
        let late = owner.set(world.prod.clone(), edit(900, seen(&[]))).await;
        assert!(matches!(late, Err(AppError::Conflict { .. })), "{late:?}");
        owner.set(world.prod.clone(), edit(900, seen(&[(Rate::TokensMinute, 500)]))).await.expect("it was seen");

        let budget = |amount: i64| Some(Budget { amount: Money(amount), warn_percents: vec![80], hard_stop: true });
        let edit = |to: i64, seen: Option<Budget>| BudgetEdit {
            scope: BudgetScope::Project,
            budget: budget(to),
            seen: Some(version(seen.as_ref())),
        };
        owner.set_budget(world.prod.clone(), edit(5_000_000, None)).await.expect("there was none");
        let late = owner.set_budget(world.prod.clone(), edit(9_000_000, None)).await;
        assert!(matches!(late, Err(AppError::Conflict { .. })), "{late:?}");
        owner.set_budget(world.prod.clone(), edit(9_000_000, budget(5_000_000))).await.expect("it was seen");
    }

    async fn budgets_are_for_owners_and_admins_to_set_and_their_changes_are_kept(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let key = Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made").id;
        let budget = |amount: i64| Some(Budget { amount: Money(amount), warn_percents: vec![50, 100], hard_stop: true });
        let edit = |scope, budget| BudgetEdit { scope, budget, seen: None };
        owner.set_budget(world.prod.clone(), edit(BudgetScope::Org, budget(9_000_000))).await.expect("set");
        owner.set_budget(world.prod.clone(), edit(BudgetScope::Project, budget(5_000_000))).await.expect("set");
        owner.set_budget(world.prod.clone(), edit(BudgetScope::Key(key.clone()), budget(2_000_000))).await.expect("set");
        owner.set_budget(world.prod.clone(), edit(BudgetScope::Key(key.clone()), None)).await.expect("removed");
        let mut tx = world.store.db.write().await.expect("begin");
        let month = world.clock.now().month_start().0;
        for (project, key, day, cost) in [
            (&world.prod, key.as_str(), month, 1_500_000_i64),
            (&world.prod, "", month + DAY, 1_000_000),
            (&world.prod, "", month - DAY, 70_000_000),
            (&world.default_project, "", month, 500_000),
        ] {
            execute!(
                &mut tx,
                "INSERT INTO usage_days (project_id, day, model, key_id, tier, org_id, requests, tokens_in, tokens_cached, tokens_out, cost_micros,
                                         settled, errors, refused_org, refused_project, latency, first_token)
                 VALUES ($1, $2, 'm', $3, 'default', $4, 1, 1, 0, 1, $5, 2, 0, 0, 0, '', '')",
                project.as_str(), day, key, world.org.as_str(), cost
            ).expect("a day");
        }
        let warn = "INSERT INTO budget_warnings (scope_id, month, percent, org_id, spent_micros, at) VALUES ($1, $2, 50, $3, 2500000, $2)";
        execute!(&mut tx, warn, world.prod.as_str(), month, world.org.as_str()).expect("a warning");
        tx.commit().await.expect("commit");

        let seen = owner.spending(world.prod.clone(), Page::default()).await.expect("spending");
        let org = seen.org.expect("the organization's");
        assert_eq!((org.spent, org.budget.map(|budget| budget.amount)), (Money(3_000_000), Some(Money(9_000_000))));
        assert_eq!((seen.project.spent, seen.project.percent(), seen.project.passed.map(|(percent, _)| percent)), (Money(2_500_000), Some(50), Some(50)));
        assert_eq!((seen.keys.total, seen.keys.rows[0].spent, &seen.keys.rows[0].budget), (1, Money(1_500_000), &None));
        assert_eq!(owner.place("acme", Some("prod")).await.expect("place").spend_marks.len(), 1);

        let member = world.console(Who::ProjectMember).await;
        let theirs = member.spending(world.prod.clone(), Page::default()).await.expect("spending");
        assert_eq!((theirs.org, theirs.project.spent), (None, Money(2_500_000)));
        let forbidden = member.set_budget(world.prod.clone(), edit(BudgetScope::Project, None)).await;
        assert!(matches!(forbidden, Err(AppError::Forbidden { .. })), "{forbidden:?}");

        let history = Limits::history(&owner, world.prod.clone(), Page::default()).await.expect("history");
        let actions: Vec<_> = history.rows.iter().map(|entry| (entry.action.as_str(), entry.target.as_str())).collect();
        assert_eq!(actions, [("budget.removed", "ci"), ("budget.updated", "ci"), ("budget.updated", "prod"), ("budget.updated", "Acme Robotics")]);
        let admin = world.console(Who::ProjectAdmin).await;
        assert_eq!(Limits::history(&admin, world.prod.clone(), Page::default()).await.expect("history").total, 3, "not the organization's own");

        owner.set_budget(world.prod.clone(), edit(BudgetScope::Project, budget(50_000_000))).await.expect("raised");
        assert_eq!(owner.place("acme", Some("prod")).await.expect("place").spend_marks, [], "a raised budget takes its warning back");
    }

    async fn the_organization_default_key_has_its_budget_among_owners(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let key = Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made").id;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1", key.as_str()).expect("marked");
        tx.commit().await.expect("commit");
        let budget = Budget { amount: Money(5), warn_percents: vec![], hard_stop: false };
        let edit = || BudgetEdit { scope: BudgetScope::Key(key.clone()), budget: Some(budget.clone()), seen: None };
        let admin = world.console(Who::OrgAdmin).await;
        assert_eq!(admin.set_budget(world.prod.clone(), edit()).await, Err(AppError::NotFound));
        assert_eq!(owner.set_budget(world.default_project.clone(), edit()).await, Err(AppError::NotFound), "a key of another project");
        owner.set_budget(world.prod.clone(), edit()).await.expect("set");
        for (who, seen) in [(Who::Owner, 1), (Who::OrgAdmin, 0)] {
            let console = world.console(who).await;
            assert_eq!(console.spending(world.prod.clone(), Page::default()).await.expect("spending").keys.total, seen, "{who:?}");
            assert_eq!(Limits::history(&console, world.prod.clone(), Page::default()).await.expect("history").total, seen, "{who:?}");
        }
    }

    async fn a_receipt_is_shown_to_those_of_its_project_and_names_others_to_owners_alone(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let key = Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made").id;
        let line = |level, limit| BucketLine {
            level,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
            limit,
            inherited: false,
            used: 90,
            reserved: 5,
            asked: 10,
            reset_ms: 1,
        };
        let key_budget = BudgetLine {
            level: Level::Key,
            limit: Money(9_000_000),
            hard_stop: true,
            spent: Money(1),
            reserved: Money(0),
            asked: Money(1),
        };
        let receipt = Receipt {
            buckets: vec![line(Level::Org, 100), line(Level::Project, 700), line(Level::Key, 654_321)],
            budgets: vec![key_budget],
            refused_by: Some(RefusedBy::Bucket(0)),
            retry_after_ms: Some(3_000),
            holders: vec![
                Holder { project: world.default_project.clone(), units: 80 },
                Holder { project: world.prod.clone(), units: 15 },
            ],
            ..Receipt::default()
        };
        let id: RequestId = world.store.ambient.id();
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(
            &mut tx,
            "INSERT INTO requests (id, org_id, project_id, key_id, model, tier, status, refused_level, arrived_at, latency_ms, buckets)
             VALUES ($1, $2, $3, $4, 'bailiwick/echo', 'default', 429, 'org', $5, 1, $6)",
            id.as_str(), world.org.as_str(), world.prod.as_str(), key.as_str(), world.clock.now().0,
            serde_json::to_string(&receipt).expect("JSON")
        ).expect("a request");
        execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1", key.as_str()).expect("marked");
        tx.commit().await.expect("commit");

        let here = || Scope::Project(world.prod.clone());
        let seen = owner.receipt(here(), id.clone()).await.expect("the receipt");
        let Holders::Projects(held) = &seen.holders else { panic!("{:?}", seen.holders) };
        let names: Vec<_> = held.iter().map(|held| (held.slug.as_str(), held.units, held.own)).collect();
        assert_eq!(names, [("default", 80, false), ("prod", 15, true)]);
        assert_eq!((seen.key.as_deref(), seen.receipt.holders.len()), (Some("ci"), 0));
        assert_eq!((seen.receipt.buckets.len(), seen.receipt.budgets.len()), (3, 1), "an owner sees the key's lines");
        assert!(owner.receipt(Scope::Org(world.org.clone()), id.clone()).await.is_ok());

        for who in [Who::ProjectAdmin, Who::ProjectMember, Who::External] {
            let seen = world.console(who).await.receipt(here(), id.clone()).await.expect("the receipt");
            assert_eq!(seen.holders, Holders::Others { own: 15, projects: 1, units: 80 }, "{who:?}");
            assert_eq!((seen.key, seen.receipt.holders.len()), (None, 0), "{who:?}");
        }
        assert_eq!(world.console(Who::OrgAdmin).await.receipt(here(), id.clone()).await.expect("the receipt").key, None);
        let everywhere = || Scope::Org(world.org.clone());
        for (who, scope) in [(Who::OrgAdmin, here()), (Who::OrgAdmin, everywhere()), (Who::ProjectAdmin, here()), (Who::External, here())] {
            let seen = world.console(who).await.receipt(scope, id.clone()).await.expect("the receipt").receipt;
            assert_eq!((seen.buckets.len(), seen.budgets.len(), seen.refused_by), (2, 0, Some(RefusedBy::Bucket(0))), "{who:?}");
        }

        let elsewhere = owner.receipt(Scope::Project(world.default_project.clone()), id.clone()).await;
        assert_eq!(elsewhere, Err(AppError::NotFound), "another project's request does not exist here");
        let stranger = world.console(Who::Stranger).await;
        for scope in [here(), Scope::Org(world.org.clone()), Scope::Project(world.other_project.clone()), Scope::Org(world.other_org.clone())] {
            assert_eq!(stranger.receipt(scope, id.clone()).await, Err(AppError::NotFound));
        }
        assert!(matches!(world.console(Who::ProjectAdmin).await.receipt(Scope::Org(world.org.clone()), id).await, Err(AppError::Forbidden { .. })));
    }

    async fn a_preview_changes_nothing_and_counts_recent_refusals(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let line = |used| BucketLine {
            level: Level::Project,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
            limit: 100,
            inherited: false,
            used,
            reserved: 0,
            asked: 50,
            reset_ms: 1,
        };
        let mut tx = world.store.db.write().await.expect("begin");
        for (used, age) in [(60, 0), (90, DAY), (70, 8 * DAY)] {
            let receipt = Receipt { buckets: vec![line(used)], refused_by: Some(RefusedBy::Bucket(0)), ..Receipt::default() };
            let id: RequestId = world.store.ambient.id();
            execute!(
                &mut tx,
                "INSERT INTO requests (id, org_id, project_id, model, tier, status, refused_level, arrived_at, latency_ms, buckets)
                 VALUES ($1, $2, $3, 'bailiwick/echo', 'default', 429, 'project', $4, 1, $5)",
                id.as_str(), world.org.as_str(), world.prod.as_str(), world.clock.now().0 - age,
                serde_json::to_string(&receipt).expect("JSON")
            ).expect("a request");
        }
        tx.commit().await.expect("commit");
        let preview = owner.preview(world.prod.clone(), limit(ModelScope::All, &[(Rate::TokensMinute, 120)])).await.expect("a preview");
        assert_eq!((preview.refused, preview.fitting, preview.changes.len()), (2, 1, 1));
        let table = owner.table(world.prod.clone()).await.expect("table");
        assert_eq!(table.rows[0].cells[Rate::TokensMinute].project, None);
        let above = owner.preview(world.prod.clone(), limit(ModelScope::All, &[(Rate::TokensMinute, 2_000_001)])).await.expect_err("refused");
        assert!(above.on_field("tokens_per_minute").is_some());
    }

    async fn owners_and_admins_see_what_projects_are_allotted_together(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        for (project, value) in [(&world.prod, 1_400_000), (&world.default_project, 1_200_000)] {
            owner.set(project.clone(), limit(ModelScope::All, &[(Rate::TokensMinute, value)])).await.expect("set");
        }
        for (who, seen) in [(Who::Owner, Some(130)), (Who::OrgAdmin, Some(130)), (Who::ProjectAdmin, None), (Who::External, None)] {
            let table = world.console(who).await.table(world.prod.clone()).await.expect("table");
            assert_eq!(table.rows[0].cells[Rate::TokensMinute].allotted_percent(), seen, "{who:?}");
        }
    }

    async fn archiving_needs_the_name_and_hides_the_project(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        let preview = owner.preview_archive(world.prod.clone()).await.expect("dry run");
        assert_eq!((preview.keys.len(), preview.obstacle), (1, None));
        let wrong = owner.archive(world.prod.clone(), "production").await.expect_err("wrong name");
        assert!(wrong.on_field("confirmation").is_some());
        owner.archive(world.prod.clone(), "prod").await.expect("archived");

        let member = world.console(Who::ProjectMember).await;
        assert_eq!(Keys::list(&member, world.prod.clone(), Page::default()).await, Err(AppError::NotFound));
        assert_eq!(member.place("acme", Some("prod")).await, Err(AppError::NotFound));
        assert!(Keys::list(&owner, world.prod.clone(), Page::default()).await.is_ok(), "history stays readable");
        assert!(matches!(Keys::create(&owner, world.prod.clone(), new_key("")).await, Err(AppError::Conflict { .. })));
        let switcher = owner.switcher().await.expect("switcher");
        assert!(switcher[0].projects.iter().all(|project| project.id != world.prod));

        let last = owner.preview_archive(world.default_project.clone()).await.expect("dry run");
        assert!(last.obstacle.is_some_and(|obstacle| obstacle.contains("last active")));
        let refused = owner.archive(world.default_project.clone(), "Default project").await;
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
        let external = world.console(Who::External).await.switcher().await.expect("switcher");
        assert_eq!((external.len(), external[0].external, external[0].projects.len()), (1, true, 1));
    }

    async fn set_up_works_once_and_only_with_its_link(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        let token = world.parts.setup.token().to_owned();
        assert_eq!(anonymous.setup_state(&token).await, Ok(SetupState::Done));
        let setup = |token: &str| Setup {
            token: token.to_owned(),
            name: "Eve".parse().expect("a name"),
            email: "eve@acme.example".parse().expect("an address"),
            password: PASSWORD.to_owned(),
            org: "Second".parse().expect("a name"),
            slug: "second".parse().expect("a slug"),
        };
        assert!(matches!(anonymous.set_up(setup("guess")).await, Err(AppError::Forbidden { .. })));
        assert!(matches!(anonymous.set_up(setup(&token)).await, Err(AppError::Conflict { .. })));
        assert!(world.store.credentials(&"eve@acme.example".parse().expect("an address")).await.expect("read").is_none());
    }

    async fn sign_in_tells_nothing_and_is_throttled(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        let owner = Who::Owner.email();
        console.sign_in(owner.as_str(), PASSWORD).await.expect("signed in");
        let wrong = console.sign_in(owner.as_str(), "wrong-password").await;
        let unknown = console.sign_in("nobody@acme.example", PASSWORD).await;
        assert_eq!(wrong, unknown);
        for _ in 0..9 {
            assert_eq!(console.sign_in(owner.as_str(), "wrong-password").await, wrong);
        }
        let throttled = console.sign_in(owner.as_str(), PASSWORD).await;
        assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=900 })), "{throttled:?}");
        world.clock.advance(15 * 60 * 1_000 + 1);
        console.sign_in(owner.as_str(), PASSWORD).await.expect("the window is over");
    }

    async fn every_chain_verifies_after_real_changes(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
        let mut records = Vec::new();
        for (chain, _) in world.store.audit_chains().await.expect("chains") {
            let mut verifier = Verifier::default();
            for stored in world.store.audit_records(&chain, 0, 1_000).await.expect("records") {
                verifier.check(&stored).expect("holds");
            }
            let head = world.store.audit_head(&chain).await.expect("head");
            records.push(verifier.finish(head).expect("whole").records);
        }
        records.sort_unstable();
        assert_eq!(records, [2, 4], "set-up and sign-in; org, project, sign-in, key");
    }

    async fn parallel_guesses_all_count(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        let email = Who::Owner.email();
        let guesses = (0..30).map(|_| console.sign_in(email.as_str(), "wrong-password"));
        let answers = futures::future::join_all(guesses).await;
        let tried = answers.iter().filter(|answer| !matches!(answer, Err(AppError::Throttled { .. }))).count();
        assert!((1..=10).contains(&tried), "{tried} of 30 parallel guesses reached the password");
    }

    async fn right_sign_ins_do_not_use_up_an_office(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        for _ in 0..61 {
            console.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        }
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
