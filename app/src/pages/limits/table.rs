//! The table of limits, for one way of counting at a time.

use leptos::prelude::*;

use super::{
    EditButton, Limits,
    edit::{EditDialog, Looked},
    form,
};
use crate::{
    icon::Icon,
    model::{
        limit::ModelScope,
        limits_table::{LimitCell, LimitRow, LimitsTable, Rate},
        number::{compact, grouped},
        receipt::Lane,
    },
    ui::{Card, Column, Empty, Live, Meter, Simulated, Table, live_topic, query},
};

/// The name of a row: the model, or all of them together.
pub fn row_name(model: &ModelScope) -> String {
    match model {
        ModelScope::All => "All models".to_owned(),
        ModelScope::One(model) => model.to_string(),
    }
}

/// The table, and the edit dialog of `?edit=model` or of a preview.
#[component]
pub fn RateTab(limits: Limits, rate: Rate, table: LimitsTable, looked: Option<Looked>) -> impl IntoView {
    let edited = looked
        .as_ref()
        .map(|looked| looked.model.clone())
        .or_else(|| query().get("edit"))
        .filter(|_| limits.locked().is_none() && table.lane == Lane::Standard);
    let edited = edited.and_then(|model| table.rows.iter().find(|row| row.model.as_str() == model).cloned());
    let dialog = edited.map(|row| view! { <EditDialog limits=limits.clone() row looked /> });
    let (plan, about) = (table.plan.clone(), about_flex(&table));
    let topic = Some(live_topic(&limits.place));
    view! {
        <Live id="live" topic decay=true>
            <LimitTable limits rate table />
        </Live>
        <p class="footnote">
            <Icon name="info" />
            <span>"The organization’s limits come from the plan " <strong>{plan}</strong> "." {about}</span>
        </p>
        {dialog}
    }
}

/// How the buckets of flex and those of the other tiers relate; nothing for a plan without flex.
fn about_flex(table: &LimitsTable) -> Option<String> {
    let multiple = form::multiple(table.flex_permille?);
    Some(match table.lane {
        Lane::Standard => {
            format!(" The tiers priority and default share these limits. Flex has its own ceiling: {multiple} × every limit.")
        }
        Lane::Flex => format!(
            " Flex has its own ceiling: {multiple} × every limit, filled by flex requests alone. It follows the limits of priority and default."
        ),
    })
}

/// The links between the lanes of a plan with flex.
#[component]
fn Lanes(limits: Limits, shown: Lane) -> impl IntoView {
    let links = [(Lane::Standard, "Priority and default"), (Lane::Flex, "Flex")].map(|(lane, label)| {
        let current = (shown == lane).then_some("true");
        let href = Limits { lane, ..limits.clone() }.href(&[]);
        view! {
            <a href=href aria-current=current>
                {label}
            </a>
        }
    });
    view! {
        <nav class="segmented" aria-label="Tiers">
            {links}
        </nav>
    }
}

#[component]
fn LimitTable(limits: Limits, rate: Rate, table: LimitsTable) -> impl IntoView {
    if table.rows.is_empty() {
        return view! {
            <Card id="limits" title="Per model">
                <Empty title="No model yet" text="The plan of this organization has no models. Ask whoever runs the installation." />
            </Card>
        }
        .into_any();
    }
    let commitment = form::commitment(&table.rows, rate);
    let lane = table.lane;
    let lanes = table.flex_permille.map(|_| view! { <Lanes limits=limits.clone() shown=lane /> });
    let tools = move || {
        view! {
            {lanes}
            <span class="spacer"></span>
            <span class="muted">
                <small>{commitment}</small>
            </span>
        }
    };
    let mut columns = vec![
        Column::text("Model"),
        Column::number("Organization"),
        Column::number(limits.project.name.to_string()),
        Column::number("Effective"),
        Column::text("In use"),
        Column::number("429s, 24 h"),
    ];
    // The ceilings of flex follow the limits of the others.
    if lane == Lane::Standard {
        columns.push(Column::Controls("Edit"));
    }
    let rows = table
        .rows
        .into_iter()
        .map(|row| view! { <Row limits=limits.clone() rate lane row /> })
        .collect_view();
    view! {
        <Card id="limits" title="Per model" tools>
            <Table label="Limits table" columns>
                {rows}
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(limits: Limits, rate: Rate, lane: Lane, row: LimitRow) -> impl IntoView {
    let cell = row.cells[rate].clone();
    let name = row_name(&row.model);
    let refused = if row.refused_24h > 0 { "num bad" } else { "num" };
    let over = cell.allotted_percent().filter(|percent| *percent > 100);
    let edit = (lane == Lane::Standard).then(|| {
        let label = format!("Edit the limits of {name}");
        view! {
            <td class="num menu-cell">
                <EditButton limits=limits.clone() edit=row.model.as_str().to_owned() label />
            </td>
        }
    });
    let cut = cell.project.zip(cell.org).is_some_and(|(own, org)| own > org);
    view! {
        <tr>
            <th scope="row" class="name">
                {name.clone()} {row.simulated.then(|| view! { " " <Simulated /> })} <span class="sub">{row.detail}</span>
            </th>
            <td data-label="Organization" class="num">
                <span>{form::quota(cell.org)} {over.map(|percent| view! { <span class="sub warn">{percent} " % allotted"</span> })}</span>
            </td>
            <td data-label=limits.project.name.to_string() class="num">
                <span>{form::own(cell.project)} {cut.then(|| view! { <span class="sub">"above the organization’s"</span> })}</span>
            </td>
            <td data-label="Effective" class="num">
                {form::quota(cell.effective())}
            </td>
            <td data-label="In use">
                <span class="peak">{in_use(&name, &cell)}</span>
            </td>
            <td data-label="429s, 24 h" class=refused>
                {grouped(row.refused_24h)}
            </td>
            {edit}
        </tr>
    }
}

/// A meter against what holds with a mark at the peak; a dash when nothing limits it.
fn in_use(name: &str, cell: &LimitCell) -> AnyView {
    let used = cell.used.saturating_add(cell.reserved);
    let held = (cell.reserved > 0).then(|| format!(", {} of it reserved", compact(cell.reserved)));
    let held = held.unwrap_or_default();
    match (form::percent(cell, used), form::percent(cell, cell.peak.max(used))) {
        (Some(percent), Some(peak)) => {
            let text = format!("{} now · {percent} %{held} · peak {peak} %, 24 h", compact(used));
            view! { <Meter label=format!("{name} in use now") percent text mark=Some(peak).filter(|peak| *peak > percent) /> }.into_any()
        }
        // Without a limit there is no bucket, so nothing is counted: that is not the same as no use.
        _ => view! {
            <span class="sub" title="Nothing limits this, so nothing is counted.">
                <span aria-hidden="true">"–"</span>
                <span class="sr-only">"not counted, because nothing limits it"</span>
            </span>
        }
        .into_any(),
    }
}
