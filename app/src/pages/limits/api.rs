//! The server functions of the Limits page.

use leptos::prelude::*;

use crate::model::{
    AppError, Listing, LocalPath, Page, ProjectId,
    audit::AuditEntry,
    budget::Spending,
    limits_table::{LimitsPreview, LimitsTable},
    receipt::Lane,
};

/// Both levels of a project's limits in a lane, with live use.
#[server(endpoint = "limits/table")]
pub async fn get_limits(project: ProjectId, #[server(default)] lane: Lane) -> Result<LimitsTable, AppError> {
    crate::port::port::<dyn crate::port::Limits>()?.table(project, lane).await
}

/// Sets the project's limits of one row from the fields of the form, and leads `back` to the table. `seen` is the version of the
/// limits that the form showed.
#[server(endpoint = "limits/set")]
pub async fn set_limits(
    project: ProjectId,
    model: String,
    #[server(flatten)] limits: super::form::TypedLimits,
    seen: String,
    back: LocalPath,
) -> Result<(), AppError> {
    let mut edit = super::form::parse_limits(&model, &limits)?;
    edit.seen = Some(seen);
    crate::port::port::<dyn crate::port::Limits>()?.set(project, edit).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// What [`set_limits`] would do with the same fields.
#[server(endpoint = "limits/preview")]
pub async fn preview_limits(
    project: ProjectId,
    model: String,
    #[server(flatten)] limits: super::form::TypedLimits,
) -> Result<LimitsPreview, AppError> {
    let edit = super::form::parse_limits(&model, &limits)?;
    crate::port::port::<dyn crate::port::Limits>()?.preview(project, edit).await
}

/// The changes of limits and budgets.
#[server(endpoint = "limits/history")]
pub async fn list_changes(project: ProjectId, page: Page) -> Result<Listing<AuditEntry>, AppError> {
    crate::port::port::<dyn crate::port::Limits>()?.history(project, page).await
}

/// Budgets, and what the month has cost so far.
#[server(endpoint = "budgets/list")]
pub async fn list_budgets(project: ProjectId, page: Page) -> Result<Spending, AppError> {
    crate::port::port::<dyn crate::port::Budgets>()?.spending(project, page).await
}

/// Sets one budget from the fields of the form, or removes it when the amount is empty, and leads to `back` or `back_removed`.
#[server(endpoint = "budgets/set")]
pub async fn set_budget(
    project: ProjectId,
    scope: String,
    #[server(flatten)] typed: super::form::TypedBudget,
    back: LocalPath,
    back_removed: LocalPath,
) -> Result<(), AppError> {
    let mut edit = super::form::parse_budget(&scope, &typed.amount, &typed.warn_percents, &typed.when_spent)?;
    edit.seen = Some(typed.seen);
    let back = if edit.budget.is_some() { back } else { back_removed };
    crate::port::port::<dyn crate::port::Budgets>()?.set_budget(project, edit).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
