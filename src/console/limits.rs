use app::{
    model::{
        AppError, ModelId, ProjectId,
        error::Fields,
        limit::{Level, LimitCell, LimitEdit, LimitRow, LimitsTable, Metric, ModelScope, Window},
        number::grouped,
        receipt::Lane,
    },
    port::Limits,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{Grant, SetLimits, ViewUsage, authorize_project},
    audit::Event,
    catalog::Plan,
    enforcement::BucketKey,
    store::limits::ProjectLimits,
};

#[async_trait]
impl Limits for Console {
    async fn table(&self, project: ProjectId) -> Result<LimitsTable, AppError> {
        let grant = authorize_project::<ViewUsage>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let plan = self.plan(&grant.org().plan)?;
        let limits = self.store().project_limits(&grant).await?;
        let refused = self.store().refusals_by_model(&grant).await?;
        let enabled = self.store().project_models(&grant).await?;
        let callable = enabled
            .into_iter()
            .filter(|model| plan.models.contains(model) && self.parts.catalog.models.contains_key(model));
        let scopes = std::iter::once(ModelScope::All).chain(callable.map(ModelScope::One));
        let rows = scopes.map(|model| LimitRow {
            detail: self.detail(&model),
            simulated: matches!(&model, ModelScope::One(id) if self.parts.catalog.is_simulated(id)),
            requests: self.cell(&grant, plan, &limits, &model, Metric::Requests),
            tokens: self.cell(&grant, plan, &limits, &model, Metric::Tokens),
            refused_24h: match &model {
                ModelScope::All => refused.values().sum(),
                ModelScope::One(id) => refused.get(id.as_str()).copied().unwrap_or(0),
            },
            model,
        });
        Ok(LimitsTable {
            plan: plan.name.clone(),
            rows: rows.collect(),
        })
    }

    async fn set(&self, project: ProjectId, edit: LimitEdit) -> Result<(), AppError> {
        let mut change = self.store().begin::<SetLimits>(&self.caller, &project).await?;
        if change.grant().project().archived {
            return Err(AppError::conflict("This project is archived; its limits cannot change."));
        }
        let plan = self.plan(&change.grant().org().plan)?;
        if let ModelScope::One(id) = &edit.model
            && !plan.models.contains(id)
        {
            return Err(AppError::NotFound);
        }
        check_ceiling(plan, &edit)?;
        let before = change.limits().await?;
        let mut event = Event::new("limit.updated", &project, edit.model.as_str()).in_project(&project);
        for (metric, value) in [(Metric::Requests, edit.requests), (Metric::Tokens, edit.tokens)] {
            change.set_limit(&edit.model, metric, Window::Minute, value).await?;
            let old = before.get(&(edit.model.clone(), metric, Window::Minute)).copied();
            event = event.change(
                &format!("{}_per_minute", metric.as_str()),
                old.map(|value| value.to_string()),
                value.map(|value| value.to_string()),
            );
        }
        if event.changes.is_empty() {
            return Ok(());
        }
        change.commit([event]).await?;
        Ok(())
    }
}

/// A project limit may not exceed the org's quota on the same thing; both fields are checked before anything is set.
fn check_ceiling(plan: &Plan, edit: &LimitEdit) -> Result<(), AppError> {
    let mut fields = Fields::default();
    for (metric, value) in [(Metric::Requests, edit.requests), (Metric::Tokens, edit.tokens)] {
        if let (Some(value), Some(ceiling)) = (value, plan.quota(&edit.model, metric, Window::Minute))
            && value > ceiling
        {
            fields.refuse(
                metric.as_str(),
                format!(
                    "The organization has {} {} per minute; a project cannot have more.",
                    grouped(ceiling),
                    metric.as_str()
                ),
            );
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(fields.into_error()) }
}

impl Console {
    fn plan(&self, key: &str) -> Result<&Plan, AppError> {
        self.parts.catalog.plan(key).ok_or(AppError::Internal)
    }

    fn detail(&self, model: &ModelScope) -> String {
        match model {
            ModelScope::All => "counted over all models".to_owned(),
            ModelScope::One(id) => self.model_detail(id),
        }
    }

    fn model_detail(&self, id: &ModelId) -> String {
        self.parts
            .catalog
            .models
            .get(id)
            .map(|model| format!("{} · {}k context", model.kind.as_str(), model.context / 1_000))
            .unwrap_or_default()
    }

    fn cell(&self, grant: &Grant<ViewUsage>, plan: &Plan, limits: &ProjectLimits, model: &ModelScope, metric: Metric) -> LimitCell {
        let window = Window::Minute;
        let mut cell = LimitCell {
            org: plan.quota(model, metric, window),
            project: limits.get(&(model.clone(), metric, window)).copied(),
            used: 0,
        };
        if let Some(limit) = cell.effective() {
            let key = BucketKey {
                level: Level::Project,
                scope: grant.project().id.as_str().to_owned(),
                lane: Lane::Standard,
                model: model.clone(),
                metric,
                window,
            };
            cell.used = self.parts.engine.used(&grant.org().id, &key, limit, self.store().ambient.now());
        }
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_limit_above_the_ceiling_names_its_field_and_the_ceiling() {
        let catalog = Catalog::built_in();
        let plan = catalog.plan("standard").expect("built in");
        let edit = |requests, tokens| LimitEdit {
            model: ModelScope::All,
            requests,
            tokens,
        };
        assert_eq!(check_ceiling(plan, &edit(Some(6_000), Some(2_000_000))), Ok(()));
        assert_eq!(check_ceiling(plan, &edit(None, None)), Ok(()));
        let error = check_ceiling(plan, &edit(Some(6_001), Some(2_000_001))).expect_err("both are too high");
        assert!(error.on_field("requests").is_some_and(|message| message.contains("6,000 requests")));
        assert!(error.on_field("tokens").is_some_and(|message| message.contains("2,000,000 tokens")));
    }
}
