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
        let StoredRequest { project, mut detail } = stored;
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
        let (ours, others): (Vec<_>, Vec<_>) = held.into_iter().partition(|holder| holder.project == *own);
        return Holders::Others {
            own: ours.iter().map(|holder| holder.units).sum(),
            projects: u32::try_from(others.len()).unwrap_or(u32::MAX),
            units: others.iter().map(|holder| holder.units).sum(),
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
    let mut kept = Vec::new();
    for (index, line) in std::mem::take(&mut receipt.budgets).into_iter().enumerate() {
        if refusing == Some(index) {
            receipt.refused_by = Some(RefusedBy::Budget(kept.len()));
        } else if line.level == Level::Org {
            continue;
        }
        kept.push(line);
    }
    receipt.budgets = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::{Money, TypedId, receipt::BudgetLine, receipt::Holder};

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
            ..Receipt::default()
        };
        let seen = holders(&mut receipt, &ProjectId::from_bits(1), None);
        let expected = Holders::Others {
            own: 323,
            projects: 2,
            units: 629,
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
}
