use app::{
    model::{
        AppError, Page, ProjectId,
        budget::{Budget, BudgetEdit, BudgetScope, Spending, version},
    },
    port::Budgets,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{SetLimits, ViewUsage, authorize_project},
    audit::Event,
    store::Change,
};

#[async_trait]
impl Budgets for Console {
    async fn spending(&self, project: ProjectId, page: Page) -> Result<Spending, AppError> {
        let mut reader = self.store().db.read().await?;
        let grant = authorize_project::<ViewUsage>(&mut reader, &self.caller, &project).await?;
        let org = self.org_view(&mut reader, &grant.org().id).await?;
        drop(reader);
        Ok(Spending {
            month: self.store().ambient.now().month_start(),
            org: match &org {
                Some(org) => Some(self.store().org_spend(org).await?),
                None => None,
            },
            project: self.store().project_spend(&grant).await?,
            keys: self.store().key_spends(&grant, &page).await?,
        })
    }

    async fn set_budget(&self, project: ProjectId, edit: BudgetEdit) -> Result<(), AppError> {
        let mut change = self.store().begin::<SetLimits>(&self.caller, &project).await?;
        if change.grant().project().archived {
            return Err(AppError::conflict("This project is archived; its budgets cannot change."));
        }
        let (id, name) = target(&mut change, &edit.scope).await?;
        let before = change.budget(&id).await?;
        if edit.seen.is_some_and(|seen| seen != version(before.as_ref())) {
            return Err(AppError::conflict(
                "Somebody else has changed this budget since this form was opened. Nothing was saved: reload the page, and look at it again.",
            ));
        }
        if before == edit.budget {
            return Ok(());
        }
        change.set_budget(&edit.scope, &id, edit.budget.as_ref()).await?;
        let action = if edit.budget.is_some() {
            "budget.updated"
        } else {
            "budget.removed"
        };
        let mut event = Event::new(action, &id, &name);
        // The organization's budget belongs to no project.
        if edit.scope != BudgetScope::Org {
            event = event.in_project(&project);
        }
        // A budget that was away has counted nothing meanwhile.
        self.parts.engine.doubt(&change.grant().org().id, &id);
        change.commit([describe(event, before.as_ref(), edit.budget.as_ref())]).await?;
        Ok(())
    }
}

/// Id and name of what the budget belongs to. Whoever may set a project's limits may set the organization's budget, too:
/// both are for its owners and admins.
async fn target(change: &mut Change<SetLimits>, scope: &BudgetScope) -> Result<(String, String), AppError> {
    match scope {
        BudgetScope::Org => {
            let org = change.grant().org();
            Ok((org.id.to_string(), org.name.to_string()))
        }
        BudgetScope::Project => {
            let project = change.grant().project();
            Ok((project.id.to_string(), project.name.to_string()))
        }
        BudgetScope::Key(key) => {
            let name = change.budgeted_key(key).await?.ok_or(AppError::NotFound)?;
            Ok((key.to_string(), name))
        }
    }
}

fn describe(event: Event, before: Option<&Budget>, after: Option<&Budget>) -> Event {
    let field = |text: fn(&Budget) -> String| (before.map(text), after.map(text));
    let (before_amount, after_amount) = field(|budget| budget.amount.display());
    let (before_percents, after_percents) = field(Budget::thresholds);
    let (before_stop, after_stop) = field(|budget| budget.hard_stop.to_string());
    event
        .change("amount", before_amount, after_amount)
        .change("warn_percents", before_percents, after_percents)
        .change("hard_stop", before_stop, after_stop)
}
