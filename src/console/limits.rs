use std::collections::BTreeMap;

use app::{
    model::{
        AppError, Listing, ModelId, Page, ProjectId,
        audit::AuditEntry,
        error::Fields,
        limit::{Level, Metric, ModelScope, Window},
        limits_table::{LimitCell, LimitChange, LimitEdit, LimitRow, LimitsPreview, LimitsTable, PerRate, Rate},
        number::grouped,
        receipt::{BucketLine, Lane, Receipt, RefusedBy},
        request::RequestLog,
    },
    port::Limits,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{Grant, SetLimits, ViewAudit, ViewUsage, authorize_project},
    audit::Event,
    catalog::{Plan, Tier},
    enforcement::BucketKey,
    store::limits::ProjectLimits,
};

#[async_trait]
impl Limits for Console {
    async fn table(&self, project: ProjectId, lane: Lane) -> Result<LimitsTable, AppError> {
        let mut reader = self.store().db.read().await?;
        let grant = authorize_project::<ViewUsage>(&mut reader, &self.caller, &project).await?;
        let org = self.org_view(&mut reader, &grant.org().id).await?;
        drop(reader);
        let plan = self.plan(&grant.org().plan)?;
        let has_flex = plan.tiers.contains(&Tier::Flex);
        let lane = if has_flex { lane } else { Lane::Standard };
        let levels = Levels {
            plan,
            lane,
            own: self.store().project_limits(&grant).await?,
            peaks: self.store().peaks(&grant, lane).await?,
            allotted: match &org {
                Some(org) => Some(allotted(plan, self.store().allotments(org).await?)),
                None => None,
            },
        };
        let refused = self.store().refusals_by_model(&grant, lane).await?;
        let enabled = self.store().project_models(&grant).await?;
        let callable = enabled
            .into_iter()
            .filter(|model| plan.models.contains(model) && self.parts.catalog.models.contains_key(model));
        let scopes = std::iter::once(ModelScope::All).chain(callable.map(ModelScope::One));
        let rows = scopes.map(|model| LimitRow {
            detail: self.detail(&model),
            simulated: matches!(&model, ModelScope::One(id) if self.parts.catalog.is_simulated(id)),
            cells: PerRate::from_fn(|rate| self.cell(&grant, &levels, &model, rate)),
            refused_24h: match &model {
                ModelScope::All => refused.values().sum(),
                ModelScope::One(id) => refused.get(id.as_str()).copied().unwrap_or(0),
            },
            model,
        });
        Ok(LimitsTable {
            plan: plan.name.clone(),
            lane,
            flex_permille: has_flex.then_some(plan.flex_permille),
            rows: rows.collect(),
        })
    }

    async fn set(&self, project: ProjectId, edit: LimitEdit) -> Result<(), AppError> {
        let mut change = self.store().begin::<SetLimits>(&self.caller, &project).await?;
        let plan = self.editable(change.grant(), &edit)?;
        let before = change.limits().await?;
        check_seen(&before, &edit)?;
        let changes = changes(&before, &edit);
        check_ceiling(plan, &edit.model, &changes)?;
        if changes.is_empty() {
            return Ok(());
        }
        let mut event = Event::new("limit.updated", &project, edit.model.as_str()).in_project(&project);
        for LimitChange { rate, before, after } in changes {
            change.set_limit(&edit.model, rate.metric(), rate.window(), after).await?;
            let text = |value: Option<u64>| value.map(|value| value.to_string());
            event = event.change(rate.field(), text(before), text(after));
        }
        // A limit that was away has counted nothing meanwhile.
        self.parts.engine.doubt(&change.grant().org().id, project.as_str());
        change.commit([event]).await?;
        Ok(())
    }

    async fn preview(&self, project: ProjectId, edit: LimitEdit) -> Result<LimitsPreview, AppError> {
        let grant = authorize_project::<SetLimits>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let plan = self.editable(&grant, &edit)?;
        let changes = changes(&self.store().limits_to_set(&grant).await?, &edit);
        check_ceiling(plan, &edit.model, &changes)?;
        let (receipts, looked_until) = self.store().own_refusals(&grant, &edit.model, RequestLog::LOOK).await?;
        let concerned: Vec<&Receipt> = receipts.iter().filter(|receipt| concerns(receipt, &edit.model, &changes)).collect();
        let fits = |receipt: &&&Receipt| would_fit(receipt, plan, &edit.model, &changes);
        Ok(LimitsPreview {
            refused: concerned.len() as u64,
            fitting: concerned.iter().filter(fits).count() as u64,
            looked_until,
            changes,
        })
    }

    async fn history(&self, project: ProjectId, page: Page) -> Result<Listing<AuditEntry>, AppError> {
        let grant = authorize_project::<ViewAudit>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        Ok(self.store().limit_changes(&grant, &page).await?)
    }
}

/// What stands at every level, for the cells of the table.
struct Levels<'a> {
    plan: &'a Plan,
    lane: Lane,
    own: ProjectLimits,
    peaks: ProjectLimits,
    /// Sums over the projects, for those who may see them.
    allotted: Option<ProjectLimits>,
}

/// What the projects' own limits add up to, each as far as the org's quota lets it count.
fn allotted(plan: &Plan, limits: Vec<((ModelScope, Metric, Window), u64)>) -> ProjectLimits {
    let mut sums = BTreeMap::new();
    for (key, value) in limits {
        let quota = plan.quota(&key.0, key.1, key.2);
        let sum: &mut u64 = sums.entry(key).or_default();
        *sum = sum.saturating_add(quota.map_or(value, |quota| quota.min(value)));
    }
    sums
}

/// What an edit changes, and nothing that stays.
fn changes(before: &ProjectLimits, edit: &LimitEdit) -> Vec<LimitChange> {
    let change = |(rate, after): (Rate, &Option<u64>)| LimitChange {
        rate,
        before: before.get(&(edit.model.clone(), rate.metric(), rate.window())).copied(),
        after: *after,
    };
    edit.values
        .iter()
        .map(change)
        .filter(|change| change.before != change.after)
        .collect()
}

/// Refuses an edit of limits that were changed since the person saw them: it would undo that change unseen.
fn check_seen(before: &ProjectLimits, edit: &LimitEdit) -> Result<(), AppError> {
    let now = PerRate::from_fn(|rate| before.get(&(edit.model.clone(), rate.metric(), rate.window())).copied()).version();
    if edit.seen.as_ref().is_none_or(|seen| *seen == now) {
        return Ok(());
    }
    Err(AppError::conflict(
        "Somebody else has changed these limits since this form was opened. Nothing was saved: reload the page, and look at them again.",
    ))
}

/// Whether one of the changed limits gave this refusal.
fn concerns(receipt: &Receipt, model: &ModelScope, changes: &[LimitChange]) -> bool {
    let Some(RefusedBy::Bucket(index)) = receipt.refused_by else {
        return false;
    };
    let line = receipt.buckets.get(index);
    line.is_some_and(|line| changes.iter().any(|change| is_line_of(line, model, change)))
}

/// Whether the line is the project's bucket of the changed limit.
fn is_line_of(line: &BucketLine, model: &ModelScope, change: &LimitChange) -> bool {
    line.level == Level::Project && line.model == *model && Rate::of(line.metric, line.window) == change.rate
}

/// Whether the request would have passed every bucket at its moment with the changed limits; the org's stand as they were. What a
/// bucket held that did not exist then is not known, so a request without the line of a new limit does not count as fitting.
fn would_fit(receipt: &Receipt, plan: &Plan, model: &ModelScope, changes: &[LimitChange]) -> bool {
    let known = |change: &LimitChange| receipt.buckets.iter().any(|line| is_line_of(line, model, change));
    changes.iter().all(|change| change.after.is_none() || known(change))
        && receipt.buckets.iter().all(|line| {
            let change = changes.iter().find(|change| is_line_of(line, model, change));
            match change.map(|change| change.after) {
                None => line.inherited || line.short_by() == 0,
                // It inherits from then on, and leaves refusing to the org's bucket.
                Some(None) => true,
                Some(Some(limit)) => {
                    let needed = line.used.saturating_add(line.reserved).saturating_add(line.asked);
                    needed <= plan.in_lane(limit, receipt.lane)
                }
            }
        })
}

/// A project limit may not be set above the org's quota on the same thing; all changes are checked before anything is set. One that
/// stays may lie above a quota that has sunk since.
fn check_ceiling(plan: &Plan, model: &ModelScope, changes: &[LimitChange]) -> Result<(), AppError> {
    let mut fields = Fields::default();
    for LimitChange { rate, after, .. } in changes {
        let quota = plan.quota(model, rate.metric(), rate.window());
        if let Some(ceiling) = quota.filter(|quota| after.is_some_and(|value| value > *quota)) {
            let (metric, window) = (rate.metric().as_str(), rate.window().as_str());
            fields.refuse(
                rate.field(),
                format!(
                    "The organization has {} {metric} per {window}; a project cannot have more.",
                    grouped(ceiling)
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

    /// The plan that bounds the edit, if this row can be edited in this project.
    fn editable(&self, grant: &Grant<SetLimits>, edit: &LimitEdit) -> Result<&Plan, AppError> {
        if grant.project().archived {
            return Err(AppError::conflict("This project is archived; its limits cannot change."));
        }
        let plan = self.plan(&grant.org().plan)?;
        if let ModelScope::One(id) = &edit.model
            && !plan.models.contains(id)
        {
            return Err(AppError::NotFound);
        }
        Ok(plan)
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

    fn cell(&self, grant: &Grant<ViewUsage>, levels: &Levels, model: &ModelScope, rate: Rate) -> LimitCell {
        let (metric, window) = (rate.metric(), rate.window());
        let key = (model.clone(), metric, window);
        let in_lane = |limit| levels.plan.in_lane(limit, levels.lane);
        let mut cell = LimitCell {
            org: levels.plan.quota(model, metric, window).map(in_lane),
            project: levels.own.get(&key).copied().map(in_lane),
            peak: levels.peaks.get(&key).copied().unwrap_or(0),
            allotted: levels.allotted.as_ref().map(|sums| sums.get(&key).copied().map_or(0, in_lane)),
            ..LimitCell::default()
        };
        if let Some(limit) = cell.effective() {
            let key = BucketKey {
                level: Level::Project,
                scope: grant.project().id.as_str().to_owned(),
                lane: levels.lane,
                model: model.clone(),
                metric,
                window,
            };
            let usage = self.parts.engine.usage(&grant.org().id, &key, limit, self.store().ambient.now());
            (cell.used, cell.reserved) = (usage.used, usage.reserved);
        }
        cell
    }
}

#[cfg(test)]
mod tests;
