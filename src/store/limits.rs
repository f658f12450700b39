//! Project limits.

use std::collections::BTreeMap;

use app::model::{
    ModelId,
    limit::{Metric, ModelScope, Window},
    receipt::Lane,
    time::{DAY, HOUR},
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all},
    parse,
};
use crate::access::{Grant, SetLimits, ViewOrg, ViewUsage};

/// The limits of one project by what they count.
pub type ProjectLimits = BTreeMap<(ModelScope, Metric, Window), u64>;

const LIST: &str = "SELECT model, metric, period, value FROM limits WHERE level = 'project' AND scope_id = $1";

async fn project_limits(on: &mut impl Connection, project: &str) -> Result<ProjectLimits, DbError> {
    let rows = fetch_all!(on, (String, String, String, i64), LIST, project)?;
    rows.into_iter().map(limit_of).collect()
}

fn limit_of((model, metric, window, value): (String, String, String, i64)) -> Result<((ModelScope, Metric, Window), u64), DbError> {
    Ok(((parse(model)?, parse(metric)?, parse(window)?), count(value)))
}

impl Store {
    pub async fn project_limits(&self, grant: &Grant<ViewUsage>) -> Result<ProjectLimits, DbError> {
        project_limits(&mut self.db.read().await?, grant.project().id.as_str()).await
    }

    /// First millisecond of the hour that lies 24 hours back.
    fn day_ago(&self) -> i64 {
        self.ambient.now().plus(-DAY).0.div_euclid(HOUR) * HOUR
    }

    /// The models that the project may call, in alphabetical order.
    pub async fn project_models(&self, grant: &Grant<ViewUsage>) -> Result<Vec<ModelId>, DbError> {
        const SQL: &str = "SELECT model FROM project_models WHERE project_id = $1 ORDER BY model";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String,), SQL, grant.project().id.as_str())?;
        rows.into_iter().map(|(model,)| parse(model)).collect()
    }

    /// 429 answers of the last 24 hours in a lane by model, with the whole of the hour that they begin in: sums are kept by the hour.
    pub async fn refusals_by_model(&self, grant: &Grant<ViewUsage>, lane: Lane) -> Result<BTreeMap<String, u64>, DbError> {
        const SQL: &str = "
            SELECT model, CAST(sum(refused_org + refused_project) AS BIGINT) FROM usage_hours
            WHERE project_id = $1 AND hour >= $2 AND (tier = 'flex') = $3 GROUP BY model";
        let since = self.day_ago();
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            (String, i64),
            SQL,
            grant.project().id.as_str(),
            since,
            lane == Lane::Flex
        )?;
        Ok(rows.into_iter().map(|(model, refused)| (model, count(refused))).collect())
    }

    /// The most that was in use at once of each of the project's buckets of a lane, in whole units, in the same hours as
    /// [`Self::refusals_by_model`].
    pub async fn peaks(&self, grant: &Grant<ViewUsage>, lane: Lane) -> Result<ProjectLimits, DbError> {
        const SQL: &str = "
            SELECT model, metric, period, MAX(peak) FROM bucket_peaks
            WHERE org_id = $1 AND scope_id = $2 AND lane = $3 AND hour >= $4 GROUP BY model, metric, period";
        let since = self.day_ago();
        let mut reader = self.db.read().await?;
        let (org, project) = (grant.org().id.as_str(), grant.project().id.as_str());
        let rows = fetch_all!(&mut reader, (String, String, String, i64), SQL, org, project, lane.as_str(), since)?;
        rows.into_iter().map(limit_of).collect()
    }

    /// The limits that the active projects of the org have set themselves, one row for each.
    pub async fn allotments(&self, grant: &Grant<ViewOrg>) -> Result<Vec<((ModelScope, Metric, Window), u64)>, DbError> {
        const SQL: &str = "
            SELECT l.model, l.metric, l.period, l.value FROM limits l JOIN projects p ON p.id = l.scope_id
            WHERE l.level = 'project' AND p.org_id = $1 AND p.archived_at IS NULL";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String, String, String, i64), SQL, grant.org().id.as_str())?;
        rows.into_iter().map(limit_of).collect()
    }

    pub async fn limits_to_set(&self, grant: &Grant<SetLimits>) -> Result<ProjectLimits, DbError> {
        project_limits(&mut self.db.read().await?, grant.project().id.as_str()).await
    }
}

impl Change<SetLimits> {
    pub async fn limits(&mut self) -> Result<ProjectLimits, DbError> {
        let project = self.grant().project().id.clone();
        project_limits(self, project.as_str()).await
    }

    /// Sets one limit; `None` removes it, so that the project inherits the org's.
    pub async fn set_limit(&mut self, model: &ModelScope, metric: Metric, window: Window, value: Option<u64>) -> Result<(), DbError> {
        const SET: &str = "
            INSERT INTO limits (level, scope_id, model, metric, period, value, updated_at) VALUES ('project', $1, $2, $3, $4, $5, $6)
            ON CONFLICT (scope_id, model, metric, period) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
        const CLEAR: &str = "DELETE FROM limits WHERE scope_id = $1 AND model = $2 AND metric = $3 AND period = $4";
        let (project, now) = (self.grant().project().id.clone(), self.ambient().now().0);
        match value {
            Some(value) => {
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                execute!(
                    self,
                    SET,
                    project.as_str(),
                    model.as_str(),
                    metric.as_str(),
                    window.as_str(),
                    value,
                    now
                )?
            }
            None => execute!(self, CLEAR, project.as_str(), model.as_str(), metric.as_str(), window.as_str())?,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::{authorize_org, authorize_project},
        store::testing::on_both_engines,
        testing::{NOW, Who, World},
    };

    on_both_engines! {
        async fn a_peak_is_the_highest_of_the_last_day(db: TestDb) {
            let world = World::new(db).await;
            let mut tx = world.store.db.write().await.expect("begin");
            let hour = NOW.0 / HOUR * HOUR;
            let rows = [
                (world.prod.as_str(), "standard", hour, 40_i64),
                (world.prod.as_str(), "standard", hour - 24 * HOUR, 90),
                (world.prod.as_str(), "standard", hour - 25 * HOUR, 999),
                (world.prod.as_str(), "flex", hour, 700),
                (world.default_project.as_str(), "standard", hour, 800),
            ];
            for (scope, lane, hour, peak) in rows {
                let sql = "INSERT INTO bucket_peaks (org_id, scope_id, lane, model, metric, period, hour, peak) VALUES ($1, $2, $3, '*', 'tokens', 'minute', $4, $5)";
                execute!(&mut tx, sql, world.org.as_str(), scope, lane, hour, peak).expect("insert");
            }
            tx.commit().await.expect("commit");
            let mut reader = world.store.db.read().await.expect("read");
            let grant = authorize_project::<ViewUsage>(&mut reader, &world.caller(Who::ProjectMember).await, &world.prod).await.expect("a grant");
            for (lane, highest) in [(Lane::Standard, 90), (Lane::Flex, 700)] {
                let peaks = world.store.peaks(&grant, lane).await.expect("peaks");
                assert_eq!(peaks.into_iter().collect::<Vec<_>>(), [((ModelScope::All, Metric::Tokens, Window::Minute), highest)]);
            }
        }
        async fn only_active_projects_of_the_org_are_allotted(db: TestDb) {
            let world = World::new(db).await;
            let mut tx = world.store.db.write().await.expect("begin");
            for (scope, value) in [(&world.prod, 700_i64), (&world.default_project, 600), (&world.other_project, 5_000)] {
                let sql = "INSERT INTO limits (level, scope_id, model, metric, period, value, updated_at) VALUES ('project', $1, '*', 'tokens', 'minute', $2, 0)";
                execute!(&mut tx, sql, scope.as_str(), value).expect("insert");
            }
            tx.commit().await.expect("commit");
            let mut reader = world.store.db.read().await.expect("read");
            let grant = authorize_org::<ViewOrg>(&mut reader, &world.caller(Who::OrgAdmin).await, &world.org).await.expect("a grant");
            let sum = async || world.store.allotments(&grant).await.expect("allotments").into_iter().map(|(_, value)| value).sum::<u64>();
            assert_eq!(sum().await, 1_300);
            let mut tx = world.store.db.write().await.expect("begin");
            execute!(&mut tx, "UPDATE projects SET archived_at = 1 WHERE id = $1", world.prod.as_str()).expect("archived");
            tx.commit().await.expect("commit");
            assert_eq!(sum().await, 600);
        }
    }
}
