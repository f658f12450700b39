//! The drawing of the stacked chart: SVG with horizontal percentages and vertical pixels, so that nothing is measured.

use leptos::prelude::*;

use super::{
    chart::{BASE, Bar, Chart, Column, Series},
    measure::Measure,
};
use crate::{islands::ChartKeys, ui::Simulated};

/// Vertical position of the day labels, in pixels.
const LABEL_Y: &str = "238";
/// Gap between two parts of a column, in tenths of a pixel.
const GAP: u64 = 10;

/// Tenths of a pixel.
fn pixels(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Hundredths of a per cent.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// The chart. Every column can be reached with Tab, or with script by the arrow keys from the first one on.
#[component]
pub fn Plot(chart: Chart, measure: Measure) -> impl IntoView {
    let scale = chart
        .ticks
        .iter()
        .map(|tick| {
            let y = pixels(tick.y + 40);
            view! {
                <text x="60" y=y text-anchor="end">
                    {measure.tick(tick.value)}
                </text>
            }
        })
        .collect_view();
    let grid = chart
        .ticks
        .iter()
        .map(|tick| view! { <line class="gridline" x1="0" x2="100%" y1=pixels(tick.y) y2=pixels(tick.y) /> })
        .collect_view();
    let labels = chart
        .labels()
        .map(|column| {
            view! {
                <text x=percent(column.x + column.width / 2) y=LABEL_Y text-anchor="middle">
                    {column.day.day_label()}
                </text>
            }
        })
        .collect_view();
    let columns = chart
        .columns
        .iter()
        .map(|column| {
            view! {
                <g class="col" tabindex="0" role="img" aria-label=summary(&chart, column, measure)>
                    <title>{summary(&chart, column, measure)}</title>
                    <rect class="hit" x=percent(column.x) y="0" width=percent(column.width) height=pixels(BASE) />
                    {column.bars.iter().map(|bar| part(&chart, column, bar)).collect_view()}
                    {column.partial.then(|| hatch(column))}
                </g>
            }
        })
        .collect_view();
    view! {
        <div class="body">
            <div class="chart-grid">
                <svg class="chart" aria-hidden="true">
                    {scale}
                </svg>
                <svg class="chart" role="group" aria-label=format!("{} per day by model, stacked", measure.label())>
                    <defs>
                        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                            <line class="hatch" x1="0" y1="0" x2="0" y2="6" />
                        </pattern>
                    </defs>
                    {grid}
                    {columns}
                    {labels}
                </svg>
            </div>
            <ChartKeys />
        </div>
    }
}

/// Where the bars of a column stand: a tenth of its width is free on both sides.
fn inset(column: &Column) -> (String, String) {
    (percent(column.x + column.width / 10), percent(column.width - column.width / 5))
}

fn part(chart: &Chart, column: &Column, bar: &Bar) -> impl IntoView + use<> {
    let (x, width) = inset(column);
    let height = if bar.height > 2 * GAP { bar.height - GAP } else { bar.height };
    view! { <rect class=chart.series[bar.series].class x=x y=pixels(bar.y) width=width height=pixels(height) /> }
}

/// The pattern over the day that is not over.
fn hatch(column: &Column) -> impl IntoView + use<> {
    let (x, width) = inset(column);
    let top = column.bars.last().map_or(BASE, |bar| bar.y);
    view! { <rect x=x y=pixels(top) width=width height=pixels(BASE - top) fill="url(#hatch)" /> }
}

/// `Nov 20: $242.10, not over. atlas-large $200.00, atlas-mini $42.10`.
fn summary(chart: &Chart, column: &Column, measure: Measure) -> String {
    let parts: Vec<String> = column
        .bars
        .iter()
        .map(|bar| format!("{} {}", chart.series[bar.series].label, measure.exact(bar.value)))
        .collect();
    let note = if column.partial { ", not over" } else { "" };
    let head = format!("{}: {}{note}", column.day.day_label(), measure.exact(column.total));
    if parts.is_empty() {
        head
    } else {
        format!("{head}. {}", parts.join(", "))
    }
}

/// The colours, the largest series first.
#[component]
pub fn Legend(series: Vec<Series>) -> impl IntoView {
    let entries = series
        .into_iter()
        .map(|series| {
            view! {
                <li>
                    <span class=format!("dot {}", series.class)></span>
                    {series.label}
                    {series.simulated.then(|| view! { <Simulated /> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="legend">{entries}</ul> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_written_without_floats() {
        assert_eq!(pixels(2_115), "211.5");
        assert_eq!(percent(10_000), "100.00%");
        assert_eq!(percent(333), "3.33%");
    }
}
