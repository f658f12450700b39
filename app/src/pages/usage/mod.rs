//! Usage & Analytics: totals, and a chart per day by model, of a project or of the whole organization.

pub mod api;
mod chart;
mod measure;
mod plot;
mod table;
#[cfg(test)]
mod tests;

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::{
    model::{
        number::{compact, grouped},
        place::Place,
        usage::{Range, Totals, UsageReport},
    },
    ui::{Card, Empty, InPlace, Loaded, PageHead, Time, href, query},
};

use self::{
    api::get_usage,
    chart::Chart,
    measure::Measure,
    plot::{Legend, Plot},
    table::{ByDay, ByModel},
};

/// What the address asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Choice {
    range: Range,
    measure: Measure,
    /// The table instead of the chart.
    table: bool,
}

impl Choice {
    /// Unknown words are the defaults.
    fn from_query(query: &ParamsMap) -> Self {
        Self {
            range: query.get_str("range").and_then(|text| text.parse().ok()).unwrap_or_default(),
            measure: Measure::from_query(query.get_str("metric")),
            table: query.get_str("table") == Some("1"),
        }
    }

    fn href(self, place: &Place) -> String {
        let table = if self.table { "1" } else { "" };
        href(
            &place.href("usage"),
            &[("range", self.range.as_str()), ("metric", self.measure.as_str()), ("table", table)],
        )
    }
}

/// The page of the route `usage`.
#[component]
pub fn UsagePage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <UsageOf place />
        </InPlace>
    }
}

#[component]
fn UsageOf(place: Place) -> impl IntoView {
    let choice = Choice::from_query(&query());
    let project = place.project.as_ref().map(|project| project.id.clone());
    let report = get_usage(place.org.id.clone(), project, choice.range);
    view! {
        <Loaded data=report let:report>
            <Body place choice report />
        </Loaded>
    }
}

#[component]
fn Body(place: Place, choice: Choice, report: UsageReport) -> impl IntoView {
    let lead = format!("Cost and traffic of {}. Days are in UTC; today is not over.", place.label());
    let ranges = Range::ALL.map(|range| {
        view! {
            <a href=Choice { range, ..choice }.href(&place) aria-current=(choice.range == range).then_some("true")>
                {range_label(range)}
            </a>
        }
    });
    let totals = report.totals.clone();
    let empty = report.days.is_empty();
    let now = report.now;
    view! {
        <PageHead title="Usage & Analytics" lead>
            <nav class="segmented" aria-label="Range">
                {ranges}
            </nav>
        </PageHead>
        <Kpis totals />
        {if empty {
            let keys = place.href("keys");
            let in_project = place.project.is_some();
            view! {
                <Card id="daily" title="Per day">
                    <Empty title="No request in this range" text="Usage appears here as soon as a request was answered.">
                        {in_project.then(|| view! { <a class="btn" href=keys>"Send a request"</a> })}
                    </Empty>
                </Card>
            }
                .into_any()
        } else {
            view! { <Daily place choice report=report.clone() /> <ByModel report /> }.into_any()
        }}
        <p class="footnote">
            <span>"Counted up to " <Time at=now now /> "."</span>
        </p>
    }
}

fn range_label(range: Range) -> &'static str {
    match range {
        Range::Days7 => "7 d",
        Range::Days30 => "30 d",
        Range::MonthToDate => "MTD",
    }
}

#[component]
fn Kpis(totals: Totals) -> impl IntoView {
    let refused = totals.refused_org + totals.refused_project;
    let levels = format!(
        "organization {} · project {}",
        grouped(totals.refused_org),
        grouped(totals.refused_project)
    );
    let cached = format!("{} of them cached", compact(totals.tokens_cached));
    let kpi = |label: &'static str, value: String, detail: Option<String>| {
        view! {
            <div class="card">
                <dl class="kpi">
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                    {detail.map(|detail| view! { <dd class="delta muted">{detail}</dd> })}
                </dl>
            </div>
        }
    };
    view! {
        <div class="grid-kpi">
            {kpi("Cost", totals.cost.display(), None)} {kpi("Requests", compact(totals.requests), None)}
            {kpi(
                "Tokens in / out",
                format!("{} / {}", compact(totals.tokens_in), compact(totals.tokens_out)),
                (totals.tokens_cached > 0).then_some(cached),
            )} {kpi("Errors", share(totals.errors, totals.requests), Some(format!("{} requests", grouped(totals.errors))))}
            {kpi("429s", grouped(refused), Some(levels))}
        </div>
    }
}

/// A share in per cent with two decimals: `0.41 %`.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let hundredths = u128::from(part) * 10_000 / u128::from(whole);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// The chart, or its numbers as a table.
#[component]
fn Daily(place: Place, choice: Choice, report: UsageReport) -> impl IntoView {
    let Choice { measure, table, .. } = choice;
    let chart = Chart::fold(&report, measure);
    let measures = Measure::ALL.map(|other| {
        view! {
            <a href=Choice { measure: other, ..choice }.href(&place) aria-current=(measure == other).then_some("true")>
                {other.label()}
            </a>
        }
    });
    let other_view = Choice { table: !table, ..choice }.href(&place);
    let legend = view! { <Legend series=chart.series.clone() /> };
    let drawing = if table {
        view! { <ByDay chart measure /> }.into_any()
    } else {
        view! { <Plot chart measure /> }.into_any()
    };
    view! {
        <Card
            id="daily"
            title="Per day, by model"
            tools=move || view! { <nav class="segmented" aria-label="Measure">{measures}</nav> }
        >
            {drawing}
            <footer>
                {legend}
                <a class="link" href=other_view>
                    {if table { "View as chart" } else { "View as table" }}
                </a>
            </footer>
        </Card>
    }
}
