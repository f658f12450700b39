//! The numbers behind the chart.

use leptos::prelude::*;

use super::{
    chart::{Chart, by_model},
    measure::Measure,
};
use crate::{
    model::{
        number::{compact, grouped},
        usage::UsageReport,
    },
    ui::{Card, Column, Simulated, Table},
};

/// One row per day, one column per series; the latest day first.
#[component]
pub fn ByDay(chart: Chart, measure: Measure) -> impl IntoView {
    let labels: Vec<String> = chart.series.iter().map(|series| series.label.clone()).collect();
    let columns = [Column::text("Day"), Column::number("Total")]
        .into_iter()
        .chain(labels.iter().map(Column::number))
        .collect();
    let rows = chart
        .columns
        .iter()
        .rev()
        .map(|column| {
            let value = |series: usize| column.bars.iter().find(|bar| bar.series == series).map_or(0, |bar| bar.value);
            let cells = labels
                .iter()
                .enumerate()
                .map(|(series, label)| {
                    view! {
                        <td data-label=label.clone() class="num">
                            {measure.exact(value(series))}
                        </td>
                    }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="name">
                        {column.day.day_label()}
                        {column.partial.then(|| view! { <span class="sub">"not over"</span> })}
                    </th>
                    <td data-label="Total" class="num">
                        <strong>{measure.exact(column.total)}</strong>
                    </td>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
            <Table label=format!("{} per day by model", measure.label()) columns=columns>
    {rows}
    </Table>
        }
}

/// Sums per model over the range.
#[component]
pub fn ByModel(report: UsageReport) -> impl IntoView {
    let rows = by_model(&report)
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" class="name">
                        {row.model.to_string()} {report.simulated.contains(&row.model).then(|| view! { " " <Simulated /> })}
                    </th>
                    <td data-label="Requests" class="num">
                        {grouped(row.requests)}
                    </td>
                    <td data-label="Tokens" class="num">
                        {compact(row.tokens)}
                    </td>
                    <td data-label="Cost" class="num">
                        {row.cost.display()}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
            <Card id="models" title="By model">
                <Table label="Usage by model" columns=vec![Column::text("Model"), Column::number("Requests"), Column::number("Tokens"), Column::number("Cost")]>
    {rows}
    </Table>
            </Card>
        }
}
