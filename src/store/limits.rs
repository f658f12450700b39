//! Project limits.

use std::collections::BTreeMap;

use app::model::{
    ModelId,
    limit::{Metric, ModelScope, Window},
    time::DAY,
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all},
    parse,
};
use crate::access::{Grant, SetLimits, ViewUsage};

/// The limits of one project by what they count.
pub type ProjectLimits = BTreeMap<(ModelScope, Metric, Window), u64>;

const LIST: &str = "SELECT model, metric, period, value FROM limits WHERE level = 'project' AND scope_id = $1";

async fn project_limits(on: &mut impl Connection, project: &str) -> Result<ProjectLimits, DbError> {
    let rows = fetch_all!(on, (String, String, String, i64), LIST, project)?;
    rows.into_iter()
        .map(|(model, metric, window, value)| Ok(((parse(model)?, parse(metric)?, parse(window)?), count(value))))
        .collect()
}

impl Store {
    pub async fn project_limits(&self, grant: &Grant<ViewUsage>) -> Result<ProjectLimits, DbError> {
        project_limits(&mut self.db.read().await?, grant.project().id.as_str()).await
    }

    /// The models that the project may call, in alphabetical order.
    pub async fn project_models(&self, grant: &Grant<ViewUsage>) -> Result<Vec<ModelId>, DbError> {
        const SQL: &str = "SELECT model FROM project_models WHERE project_id = $1 ORDER BY model";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String,), SQL, grant.project().id.as_str())?;
        rows.into_iter().map(|(model,)| parse(model)).collect()
    }

    /// 429 answers of the last 24 hours by model.
    pub async fn refusals_by_model(&self, grant: &Grant<ViewUsage>) -> Result<BTreeMap<String, u64>, DbError> {
        const SQL: &str = "
            SELECT model, CAST(sum(refused_org + refused_project) AS BIGINT) FROM usage_hours
            WHERE project_id = $1 AND hour >= $2 GROUP BY model";
        let since = self.ambient.now().plus(-DAY).0;
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String, i64), SQL, grant.project().id.as_str(), since)?;
        Ok(rows.into_iter().map(|(model, refused)| (model, count(refused))).collect())
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
