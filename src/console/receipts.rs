use app::{
    model::{
        AppError, ProjectId, RequestId,
        limit::Level,
        receipt::{Receipt, RefusedBy},
        receipt_detail::{HeldBy, Holders, ReceiptDetail},
        usage::Scope,
    },
    port::Receipts,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{Grant, ViewOrg, ViewUsage, authorize_org, authorize_project},
    catalog::ModelKind,
    store::receipts::{ProjectNames, StoredRequest},
};

#[async_trait]
impl Receipts for Console {
    async fn receipt(&self, scope: Scope, id: RequestId) -> Result<ReceiptDetail, AppError> {
        let mut reader = self.store().db.read().await?;
        let (found, org) = match scope {
            Scope::Org(org) => {
                let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
                drop(reader);
                (self.store().org_request(&grant, &id).await?, Some(grant))
            }
            Scope::Project(project) => {
                let grant = authorize_project::<ViewUsage>(&mut reader, &self.caller, &project).await?;
                let org = self.org_view(&mut reader, &grant.org().id).await?;
                drop(reader);
                (self.store().project_request(&grant, &id).await?, org)
            }
        };
        self.as_seen_by(org.as_ref(), found.ok_or(AppError::NotFound)?).await
    }
}

impl Console {
    /// The request without what the person must not know. `org` is the proof that the person may know the other projects.
    async fn as_seen_by(&self, org: Option<&Grant<ViewOrg>>, stored: StoredRequest) -> Result<ReceiptDetail, AppError> {
        let StoredRequest {
            project,
            key_concealed,
            mut detail,
        } = stored;
        let model = self.parts.catalog.models.get(&detail.model);
        detail.embeds = model.is_some_and(|model| model.kind == ModelKind::Embedding);
        if key_concealed {
            conceal_key(&mut detail.receipt);
        }
        let names = match org {
            Some(org) if !detail.receipt.holders.is_empty() => Some(self.store().project_names(org).await?),
            Some(_) => Some(ProjectNames::new()),
            None => {
                conceal_org_budget(&mut detail.receipt);
                None
            }
        };
        detail.holders = holders(&mut detail.receipt, &project, names.as_ref());
        Ok(detail)
    }
}

/// Takes the holders out of the receipt: by name, or without names only as the own project and all others together.
fn holders(receipt: &mut Receipt, own: &ProjectId, names: Option<&ProjectNames>) -> Holders {
    let held = std::mem::take(&mut receipt.holders);
    if held.is_empty() {
        return Holders::None;
    }
    let Some(names) = names else {
        let beyond = std::mem::take(&mut receipt.others);
        let (ours, others): (Vec<_>, Vec<_>) = held.into_iter().partition(|holder| holder.project == *own);
        return Holders::Others {
            own: ours.iter().map(|holder| holder.units).sum(),
            projects: u32::try_from(others.len() as u64 + beyond.projects).unwrap_or(u32::MAX),
            units: others.iter().map(|holder| holder.units).sum::<u64>() + beyond.units,
        };
    };
    let projects = held.into_iter().filter_map(|holder| {
        let (name, slug) = names.get(&holder.project)?.clone();
        Some(HeldBy {
            name,
            slug,
            units: holder.units,
            own: holder.project == *own,
        })
    });
    Holders::Projects(projects.collect())
}

/// The organization's budget is for its owners and admins, unless it is what refused: then the answer told it already.
fn conceal_org_budget(receipt: &mut Receipt) {
    let refusing = match receipt.refused_by {
        Some(RefusedBy::Budget(index)) => Some(index),
        _ => None,
    };
    let kept = leave_out(&mut receipt.budgets, refusing, |index, line| {
        line.level == Level::Org && refusing != Some(index)
    });
    if refusing.is_some() {
        receipt.refused_by = kept.map(RefusedBy::Budget);
    }
}

/// Limits and budget of the Organization Default Key are for owners alone. When one of them refused, the request still says that it
/// was refused at the level of the key, but by how much and for how long is gone with the line.
fn conceal_key(receipt: &mut Receipt) {
    let (bucket, budget) = match receipt.refused_by {
        Some(RefusedBy::Bucket(index)) => (Some(index), None),
        Some(RefusedBy::Budget(index)) => (None, Some(index)),
        Some(RefusedBy::Queue) | None => (None, None),
    };
    let kept_bucket = leave_out(&mut receipt.buckets, bucket, |_, line| line.level == Level::Key);
    let kept_budget = leave_out(&mut receipt.budgets, budget, |_, line| line.level == Level::Key);
    if bucket.or(budget).is_some() {
        receipt.refused_by = kept_bucket.map(RefusedBy::Bucket).or(kept_budget.map(RefusedBy::Budget));
        receipt.retry_after_ms = receipt.retry_after_ms.filter(|_| receipt.refused_by.is_some());
    }
}

/// Removes lines, and says where the line at `refusing` stands then; `None` when it was none, or is removed itself.
fn leave_out<T>(lines: &mut Vec<T>, refusing: Option<usize>, removed: impl Fn(usize, &T) -> bool) -> Option<usize> {
    let mut stands_at = None;
    let mut kept = Vec::with_capacity(lines.len());
    for (index, line) in lines.drain(..).enumerate() {
        if removed(index, &line) {
            continue;
        }
        if refusing == Some(index) {
            stands_at = Some(kept.len());
        }
        kept.push(line);
    }
    *lines = kept;
    stands_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::{
        Money, TypedId,
        limit::{Metric, ModelScope, Window},
        receipt::{BucketLine, BudgetLine, Holder, Others},
    };

    fn held(project: u128, units: u64) -> Holder {
        Holder {
            project: ProjectId::from_bits(project),
            units,
        }
    }

    #[test]
    fn others_are_only_counted() {
        let mut receipt = Receipt {
            holders: vec![held(2, 548), held(1, 323), held(3, 81)],
            others: Others { projects: 4, units: 10 },
            ..Receipt::default()
        };
        let seen = holders(&mut receipt, &ProjectId::from_bits(1), None);
        let expected = Holders::Others {
            own: 323,
            projects: 6,
            units: 639,
        };
        assert_eq!(seen, expected);
        assert!(receipt.holders.is_empty(), "no id goes out");
    }

    #[test]
    fn the_orgs_budget_is_left_out_and_the_refusing_one_is_still_named() {
        let line = |level| BudgetLine {
            level,
            limit: Money(10),
            hard_stop: true,
            spent: Money(10),
            reserved: Money(0),
            asked: Money(1),
        };
        let mut receipt = Receipt {
            budgets: vec![line(Level::Org), line(Level::Project)],
            refused_by: Some(RefusedBy::Budget(1)),
            ..Receipt::default()
        };
        conceal_org_budget(&mut receipt);
        assert_eq!(
            (receipt.budgets, receipt.refused_by),
            (vec![line(Level::Project)], Some(RefusedBy::Budget(0)))
        );
        let mut refused_by_org = Receipt {
            budgets: vec![line(Level::Org), line(Level::Project)],
            refused_by: Some(RefusedBy::Budget(0)),
            ..Receipt::default()
        };
        conceal_org_budget(&mut refused_by_org);
        assert_eq!(refused_by_org.budgets.len(), 2, "the answer of the gateway named it");
    }

    #[test]
    fn the_default_keys_lines_are_left_out_and_the_level_that_refused_remains() {
        let line = |level| BucketLine {
            level,
            model: ModelScope::All,
            metric: Metric::Tokens,
            window: Window::Minute,
            limit: 100,
            inherited: false,
            used: 95,
            reserved: 0,
            asked: 10,
            reset_ms: 1,
        };
        let seen = |lines: &[Level], refusing: usize| {
            let mut receipt = Receipt {
                buckets: lines.iter().copied().map(line).collect(),
                refused_by: Some(RefusedBy::Bucket(refusing)),
                retry_after_ms: Some(3_000),
                ..Receipt::default()
            };
            conceal_key(&mut receipt);
            (receipt.buckets.len(), receipt.refused_by, receipt.retry_after_ms)
        };
        assert_eq!(seen(&[Level::Org, Level::Key], 1), (1, None, None), "no number of the key's limit");
        assert_eq!(
            seen(&[Level::Key, Level::Org], 1),
            (1, Some(RefusedBy::Bucket(0)), Some(3_000)),
            "the line that refused has moved"
        );
        let mut by_queue = Receipt {
            refused_by: Some(RefusedBy::Queue),
            retry_after_ms: Some(5),
            ..Receipt::default()
        };
        conceal_key(&mut by_queue);
        assert_eq!((by_queue.refused_by, by_queue.retry_after_ms), (Some(RefusedBy::Queue), Some(5)));
    }
}
