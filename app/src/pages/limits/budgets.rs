//! The tab "Spend": monthly budgets of the organization, the project and its keys.

use leptos::prelude::*;

use super::{EditButton, Limits, set_budget::BudgetDialog};
use crate::{
    icon::Icon,
    model::{
        Timestamp,
        budget::{Budget, BudgetScope, Spend, Spending},
    },
    ui::{Badge, Card, Column, Live, Meter, Pager, Table, Tone, absolute, live_topic, query},
};

#[component]
pub fn BudgetTab(limits: Limits, spending: Spending) -> impl IntoView {
    let month = spending.month;
    let (page, total) = (spending.keys.page, spending.keys.total);
    let topic = Some(live_topic(&limits.place));
    let all: Vec<Spend> = spending
        .org
        .into_iter()
        .chain([spending.project])
        .chain(spending.keys.rows)
        .collect();
    let edited = query().get("edit").filter(|_| limits.locked().is_none());
    let edited = edited.and_then(|scope| all.iter().find(|spend| spend.scope.to_string() == scope).cloned());
    let dialog = edited.map(|spend| view! { <BudgetDialog limits=limits.clone() spend /> });
    let columns = vec![
        Column::text("Budget of"),
        Column::number("A month"),
        Column::number(format!("Spent in {}", month.month_label())),
        Column::text("Of the budget"),
        Column::text("Warns at"),
        Column::text("When spent"),
        Column::Controls("Edit"),
    ];
    let rows = all
        .into_iter()
        .map(|spend| view! { <Row limits=limits.clone() spend month /> })
        .collect_view();
    let paging = move |page| Limits { page, ..limits.clone() }.href(&[]);
    view! {
        <Live id="live" topic>
            <Card id="budgets" title="Monthly budgets">
                <Table label="Budgets table" columns>
                    {rows}
                </Table>
                <Pager page total noun="keys" href=paging />
            </Card>
        </Live>
        <p class="footnote">
            <Icon name="info" />
            <span>
                {format!(
                    "Months are calendar months in UTC; this one ends on {}. A request must fit every budget above it with its estimated cost.",
                    month.next_month().absolute(),
                )}
            </span>
        </p>
        {dialog}
    }
}

/// What kind of thing a budget belongs to.
fn kind(scope: &BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Org => "organization",
        BudgetScope::Project => "project",
        BudgetScope::Key(_) => "API key",
    }
}

#[component]
fn Row(limits: Limits, spend: Spend, month: Timestamp) -> impl IntoView {
    let label = format!("Edit the budget of {}", spend.name);
    let percent = spend.percent();
    let budget = spend.budget.clone();
    let meter = percent.map(|percent| {
        let percent = u8::try_from(percent.min(100)).unwrap_or(100);
        view! {
            <span class="peak">
                <Meter label=format!("{} in {}", spend.name, month.month_label()) percent text=words(&spend) />
            </span>
        }
    });
    let amount = budget.as_ref().map_or_else(|| "none".to_owned(), |budget| budget.amount.display());
    let thresholds = budget.as_ref().map(Budget::thresholds).filter(|text| !text.is_empty());
    let when_spent = budget
        .as_ref()
        .map(|budget| if budget.hard_stop { "refuses requests" } else { "warns only" });
    let none = || "–".to_owned();
    view! {
        <tr>
            <th scope="row" class="name">
                {spend.name.clone()} {spend.is_org_default.then(|| view! { <Badge>"Organization Default"</Badge> })}
                <Mark spend=spend.clone() /> <span class="sub">{kind(&spend.scope)}</span>
            </th>
            <td data-label="A month" class="num">
                {amount}
            </td>
            <td data-label="Spent" class="num">
                {spend.spent.display()}
            </td>
            <td data-label="Of the budget">{meter.map_or_else(|| none().into_any(), IntoAny::into_any)}</td>
            <td data-label="Warns at">{thresholds.map_or_else(none, |text| format!("{text} %"))}</td>
            <td data-label="When spent">{when_spent.unwrap_or("–")}</td>
            <td class="num menu-cell">
                <EditButton limits edit=spend.scope.to_string() label />
            </td>
        </tr>
    }
}

/// `62 % spent`.
fn words(spend: &Spend) -> String {
    format!("{} % spent", spend.percent().unwrap_or(0))
}

/// What the month has already brought: requests refused, or a threshold passed.
#[component]
fn Mark(spend: Spend) -> impl IntoView {
    let stopped = spend.budget.as_ref().is_some_and(|budget| budget.hard_stop) && spend.percent() >= Some(100);
    let passed = spend.passed.filter(|_| spend.budget.is_some());
    match (stopped, passed) {
        (true, _) => view! { <Badge tone=Tone::Bad>"spent: requests are refused"</Badge> }.into_any(),
        (false, Some((percent, at))) => view! {
            <Badge tone=Tone::Warn>
                <time datetime=at.iso() title=absolute(at)>
                    {percent}
                    " % passed"
                </time>
            </Badge>
        }
        .into_any(),
        (false, None) => ().into_any(),
    }
}
