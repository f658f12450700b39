use async_trait::async_trait;

use crate::model::{
    AppError, Page, ProjectId,
    budget::{BudgetEdit, Spending},
};

/// Monthly budgets of a project, its keys and its organization.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// The organization's own budget is left out for those who may not see the organization. `page` is that of the keys.
    async fn spending(&self, project: ProjectId, page: Page) -> Result<Spending, AppError>;

    /// Sets or removes one budget.
    async fn set_budget(&self, project: ProjectId, edit: BudgetEdit) -> Result<(), AppError>;
}
