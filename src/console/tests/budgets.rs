use app::{
    model::{
        AppError, Money, Page,
        budget::{Budget, BudgetEdit, BudgetScope, version},
        limit::ModelScope,
        limits_table::{LimitEdit, Rate},
        time::DAY,
    },
    port::{Budgets, Keys, Limits, Shell},
};

use super::{limit, new_key};
use crate::{
    ambient::Clock,
    store::db::execute,
    store::testing::on_both_engines,
    testing::{Who, World},
};

on_both_engines! {
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
}
