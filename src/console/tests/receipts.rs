use app::{
    model::{
        AppError, Money, RequestId,
        limit::{Level, Metric, ModelScope, Window},
        receipt::{BucketLine, BudgetLine, Holder, Receipt, RefusedBy},
        receipt_detail::Holders,
        usage::Scope,
    },
    port::{Keys, Receipts},
};

use super::new_key;
use crate::{
    ambient::Clock,
    store::db::execute,
    store::testing::on_both_engines,
    testing::{Who, World},
};

on_both_engines! {
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
}
