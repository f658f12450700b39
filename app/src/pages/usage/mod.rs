//! Usage & Analytics: totals, and a chart per day by model, of a project or of the whole organization.

pub mod api;
mod chart;
mod measure;
mod plot;
mod table;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use crate::{
    model::{
        number::{compact, grouped},
        place::Place,
        usage::{Range, Totals, UsageReport},
    },
    ui::{Card, Empty, InPlace, Loaded, PageHead, Time, href},
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
    let query = use_query_map();
    let choice = Memo::new(move |_| Choice::from_query(&query.read()));
    let range = Memo::new(move |_| choice.get().range);
    let org = place.org.id.clone();
    let project = place.project.as_ref().map(|project| project.id.clone());
    let report = Resource::new(move || range.get(), move |range| get_usage(org.clone(), project.clone(), range));
    let place = StoredValue::new(place);
    view! {
        <Loaded data=report let:report>
            <Body place=place.get_value() choice report />
        </Loaded>
    }
}

#[component]
fn Body(place: Place, choice: Memo<Choice>, report: UsageReport) -> impl IntoView {
    let lead = format!("Cost and traffic of {}. Days are in UTC; today is not over.", place.label());
    let ranges = Range::ALL.map(|range| {
        let place = place.clone();
        view! {
            <a
                href=move || Choice { range, ..choice.get() }.href(&place)
                aria-current=move || (choice.get().range == range).then_some("true")
            >
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
        <p class="footnote">"Counted up to " <Time at=now now /> "."</p>
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
fn Daily(place: Place, choice: Memo<Choice>, report: UsageReport) -> impl IntoView {
    let place = StoredValue::new(place);
    let report = StoredValue::new(report);
    let measures = move || {
        Measure::ALL.map(|measure| {
            view! {
                <a
                    href=move || place.with_value(|place| Choice { measure, ..choice.get() }.href(place))
                    aria-current=move || (choice.get().measure == measure).then_some("true")
                >
                    {measure.label()}
                </a>
            }
        })
    };
    let drawing = move || {
        let Choice { measure, table, .. } = choice.get();
        let chart = report.with_value(|report| Chart::fold(report, measure));
        if table {
            view! { <ByDay chart measure /> }.into_any()
        } else {
            view! { <Plot chart measure /> }.into_any()
        }
    };
    let legend = move || view! { <Legend chart=report.with_value(|report| Chart::fold(report, choice.get().measure)) /> };
    let other = move || {
        place.with_value(|place| {
            let choice = choice.get();
            Choice {
                table: !choice.table,
                ..choice
            }
            .href(place)
        })
    };
    view! {
        <Card
            id="daily"
            title="Per day, by model"
            tools=move || view! { <nav class="segmented" aria-label="Measure">{measures()}</nav> }
        >
            {drawing}
            <footer>
                {legend}
                <a class="link" href=other>
                    {move || if choice.get().table { "View as chart" } else { "View as table" }}
                </a>
            </footer>
        </Card>
    }
}
