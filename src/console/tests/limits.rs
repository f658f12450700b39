use app::{
    model::{
        Page, RequestId,
        limit::{Level, Metric, ModelScope, Window},
        limits_table::Rate,
        receipt::{BucketLine, Lane, Receipt, RefusedBy},
        time::DAY,
        usage::Scope,
    },
    port::{Audit, Limits},
};

use super::limit;
use crate::{
    ambient::Clock,
    enforcement::{BucketKey, BucketLevel},
    store::db::execute,
    store::testing::on_both_engines,
    testing::{Who, World},
};

on_both_engines! {
    async fn a_limit_is_set_cleared_and_logged_by_field(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        let model: ModelScope = "bailiwick/echo".parse().expect("a model");
        let set = |values: &[(Rate, u64)]| owner.set(world.prod.clone(), limit(model.clone(), values));
        set(&[(Rate::RequestsMinute, 3), (Rate::TokensMinute, 1_000)]).await.expect("set");
        let table = owner.table(world.prod.clone(), Lane::Standard).await.expect("table");
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
        let table = owner.table(world.prod.clone(), Lane::Standard).await.expect("table");
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
            let table = world.console(who).await.table(world.prod.clone(), Lane::Standard).await.expect("table");
            assert_eq!(table.rows[0].cells[Rate::TokensMinute].allotted_percent(), seen, "{who:?}");
        }
    }

    async fn flex_has_ceilings_and_use_of_its_own(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.set(world.prod.clone(), limit(ModelScope::All, &[(Rate::TokensMinute, 1_000)])).await.expect("set");
        let now = world.clock.now();
        let level = |lane, used| BucketLevel {
            org: world.org.clone(),
            key: BucketKey {
                level: Level::Project,
                scope: world.prod.to_string(),
                lane,
                model: ModelScope::All,
                metric: Metric::Tokens,
                window: Window::Minute,
            },
            used,
            at: now,
            peak: used,
        };
        owner.parts.engine.restore([level(Lane::Standard, 400), level(Lane::Flex, 70)], now);
        let refused = "INSERT INTO usage_hours (project_id, model, key_id, tier, hour, org_id, requests, tokens_in, tokens_cached, tokens_out, settled,
             cost_micros, errors, refused_org, refused_project, latency, first_token)
             VALUES ($1, 'bailiwick/echo', '', $2, $3, $4, 0, 0, 0, 0, 0, 0, 0, 0, $5, '', '')";
        let mut tx = world.store.db.write().await.expect("begin");
        for (tier, count) in [("default", 3_i64), ("priority", 4), ("flex", 50)] {
            execute!(&mut tx, refused, world.prod.as_str(), tier, now.0, world.org.as_str(), count).expect("an hour");
        }
        tx.commit().await.expect("commit");
        for (lane, used, refused) in [(Lane::Standard, 400, 7), (Lane::Flex, 70, 50)] {
            let table = owner.table(world.prod.clone(), lane).await.expect("table");
            assert_eq!((table.lane, table.flex_permille), (lane, Some(1_000)));
            let row = &table.rows[0];
            assert_eq!((row.cells[Rate::TokensMinute].used, row.refused_24h), (used, refused), "{lane:?}");
        }
    }
}
