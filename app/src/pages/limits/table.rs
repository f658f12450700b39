//! The table of limits, for one metric at a time.

use leptos::prelude::*;

use super::{Limits, WHY_LOCKED, form};
use crate::{
    model::{
        limit::{LimitCell, LimitRow, LimitsTable, ModelScope},
        number::{compact, grouped},
    },
    ui::{Card, Column, Empty, Meter, Simulated, Table},
};

/// Which metric the table shows; both are per minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Tokens,
    Requests,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Tokens, Self::Requests];

    /// The value of `?t=`; an unknown one shows tokens.
    pub fn from_query(text: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|kind| Some(kind.as_str()) == text).unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tpm",
            Self::Requests => "rpm",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Tokens => "Tokens / min",
            Self::Requests => "Requests / min",
        }
    }

    fn cell(self, row: &LimitRow) -> LimitCell {
        match self {
            Self::Tokens => row.tokens.clone(),
            Self::Requests => row.requests.clone(),
        }
    }
}

/// The name of a row: the model, or all of them together.
pub fn row_name(model: &ModelScope) -> String {
    match model {
        ModelScope::All => "All models".to_owned(),
        ModelScope::One(model) => model.to_string(),
    }
}

#[component]
pub fn LimitTable(limits: Limits, kind: Kind, table: LimitsTable) -> impl IntoView {
    let plan = table.plan.clone();
    let note =
        move || view! { <span class="muted"><small>"Organization limits come from the plan " <strong>{plan}</strong> "."</small></span> };
    if table.rows.is_empty() {
        return view! {
            <Card id="limits" title="Per model" tools=note>
                <Empty title="No model yet" text="The plan of this organization has no models. Ask whoever runs the installation." />
            </Card>
        }
        .into_any();
    }
    let project = limits.project.name.to_string();
    view! {
        <Card id="limits" title="Per model" tools=note>
            <Table label="Limits table" columns=vec![Column::text("Model"), Column::number("Organization"), Column::number(project), Column::number("Effective"), Column::text("In use now"), Column::number("429s, 24 h"), Column::Controls("Edit")]>
{table.rows.into_iter().map(|row| view! { <Row limits=limits.clone() kind row /> }).collect_view()}
</Table>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(limits: Limits, kind: Kind, row: LimitRow) -> impl IntoView {
    let cell = kind.cell(&row);
    let name = row_name(&row.model);
    let refused = if row.refused_24h > 0 { "num bad" } else { "num" };
    let project = limits.project.name.to_string();
    let edit = limits.href(&[("t", kind.as_str()), ("edit", row.model.as_str())]);
    let button = match limits.locked() {
        None => view! {
            <a class="btn sm" href=edit aria-label=format!("Edit the limits of {name}")>
                "Edit"
            </a>
        }
        .into_any(),
        Some(reason) => view! {
            <button
                type="button"
                class="btn sm"
                aria-disabled="true"
                aria-describedby=WHY_LOCKED
                title=reason
                aria-label=format!("Edit the limits of {name}")
            >
                "Edit"
            </button>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="name">
                {name.clone()} {row.simulated.then(|| view! { " " <Simulated /> })} <span class="sub">{row.detail.clone()}</span>
            </th>
            <td data-label="Organization" class="num">
                {form::quota(cell.org)}
            </td>
            <td data-label=project class="num">
                {form::own(cell.project)}
            </td>
            <td data-label="Effective" class="num">
                {form::quota(cell.effective())}
            </td>
            <td data-label="In use now">
                <span class="peak">{in_use(&name, &cell)}</span>
            </td>
            <td data-label="429s, 24 h" class=refused>
                {grouped(row.refused_24h)}
            </td>
            <td class="num menu-cell">{button}</td>
        </tr>
    }
}

/// A meter against what holds, or the bare number when nothing limits it.
fn in_use(name: &str, cell: &LimitCell) -> AnyView {
    match form::percent(cell) {
        Some(percent) => {
            view! { <Meter label=format!("{name} in use now") percent text=format!("{} · {percent} %", compact(cell.used)) /> }.into_any()
        }
        None => view! { <span class="sub">{compact(cell.used)}</span> }.into_any(),
    }
}
