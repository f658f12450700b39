//! The fold from a report to the geometry of the stacked chart. Pure: the server draws what it returns, and nothing is measured.
//!
//! Horizontal positions are hundredths of a per cent of the plot's width, vertical ones tenths of a pixel from its top.

use std::collections::HashMap;

use crate::model::{
    ModelId, Timestamp,
    time::DAY,
    usage::{DayOfModel, UsageReport},
};

use super::measure::Measure;

/// Series with an own colour; what is left becomes "Other".
pub const MAX_SERIES: usize = 8;
/// Tenths of a pixel: the base line, and the room above the highest grid line.
pub const BASE: u64 = 2_200;
const TOP: u64 = 85;
/// Grid lines above the base line.
const STEPS: u64 = 4;

/// One colour of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub label: String,
    /// CSS class of its colour.
    pub class: &'static str,
    pub total: u64,
    pub simulated: bool,
}

/// A part of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Index into [`Chart::series`].
    pub series: usize,
    pub value: u64,
    pub y: u64,
    pub height: u64,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub day: Timestamp,
    pub total: u64,
    pub x: u64,
    pub width: u64,
    /// From the base line up; series without use on that day are left out.
    pub bars: Vec<Bar>,
    /// The day is not over.
    pub partial: bool,
}

/// A grid line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub value: u64,
    pub y: u64,
}

/// The whole drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// At most [`MAX_SERIES`] and "Other", the largest first.
    pub series: Vec<Series>,
    /// Every day of the range, also those without use.
    pub columns: Vec<Column>,
    pub ticks: Vec<Tick>,
}

const CLASSES: [&str; MAX_SERIES] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

impl Chart {
    /// Folds one measure of a report. Sums are preserved: the columns add up to the report, and so do the series.
    pub fn fold(report: &UsageReport, measure: Measure) -> Self {
        let ranks = ranks(report, measure);
        let series = series(report, measure, &ranks);
        let days = stack(report, measure, &ranks, series.len());
        let highest = days.iter().map(|day| day.iter().sum::<u64>()).max().unwrap_or(0);
        let step = nice_step(highest);
        let scale = step.saturating_mul(STEPS);
        let today = report.now.day_start();
        let columns = days
            .iter()
            .zip(edges(days.len()))
            .zip(0_i64..)
            .map(|((values, (x, width)), index)| {
                let day = report.from.day_start().plus(index * DAY);
                Column {
                    day,
                    total: values.iter().sum(),
                    x,
                    width,
                    bars: bars(values, scale),
                    partial: day == today,
                }
            })
            .collect();
        let ticks = (0..=STEPS)
            .map(|line| step.saturating_mul(line))
            .map(|value| Tick {
                value,
                y: BASE - height(value, scale),
            })
            .collect();
        Self { series, columns, ticks }
    }

    /// The days whose label stands under the axis: at most six, evenly spread.
    pub fn labels(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().step_by(self.columns.len().div_ceil(6).max(1))
    }
}

/// Position of every model in the stack: by total, the largest first, then by name, so that the order never flickers.
fn ranks(report: &UsageReport, measure: Measure) -> HashMap<&ModelId, usize> {
    let mut totals: HashMap<&ModelId, u64> = HashMap::new();
    for day in &report.days {
        *totals.entry(&day.model).or_default() += measure.of_day(day);
    }
    let mut models: Vec<_> = totals.into_iter().collect();
    models.sort_by(|(left, a), (right, b)| b.cmp(a).then_with(|| left.cmp(right)));
    models
        .into_iter()
        .enumerate()
        .map(|(rank, (model, _))| (model, rank.min(MAX_SERIES)))
        .collect()
}

fn series(report: &UsageReport, measure: Measure, ranks: &HashMap<&ModelId, usize>) -> Vec<Series> {
    let count = ranks.values().max().map_or(0, |last| last + 1);
    let mut series: Vec<Series> = (0..count)
        .map(|rank| Series {
            label: "Other".to_owned(),
            class: CLASSES.get(rank).copied().unwrap_or("s-other"),
            total: 0,
            simulated: false,
        })
        .collect();
    for (model, rank) in ranks.iter().filter(|(_, rank)| **rank < MAX_SERIES) {
        series[*rank].label = model.to_string();
        series[*rank].simulated = report.simulated.contains(model);
    }
    for day in &report.days {
        series[ranks[&day.model]].total += measure.of_day(day);
    }
    series
}

/// Values per day and series.
fn stack(report: &UsageReport, measure: Measure, ranks: &HashMap<&ModelId, usize>, series: usize) -> Vec<Vec<u64>> {
    let first = report.from.day_start();
    let count = day_index(first, report.now).map_or(1, |last| last + 1);
    let mut days = vec![vec![0; series]; count];
    for row in &report.days {
        if let Some(day) = day_index(first, row.day).and_then(|index| days.get_mut(index)) {
            day[ranks[&row.model]] += measure.of_day(row);
        }
    }
    days
}

fn day_index(first: Timestamp, at: Timestamp) -> Option<usize> {
    usize::try_from(at.since(first).div_euclid(DAY)).ok()
}

/// Left edge and width of every column; together they fill the width exactly.
fn edges(count: usize) -> impl Iterator<Item = (u64, u64)> {
    let count = u64::try_from(count).unwrap_or(1).max(1);
    let edge = move |index: u64| index * 10_000 / count;
    (0..count).map(move |index| (edge(index), edge(index + 1) - edge(index)))
}

fn height(value: u64, scale: u64) -> u64 {
    let share = u128::from(value) * u128::from(BASE - TOP) / u128::from(scale.max(1));
    u64::try_from(share).unwrap_or(BASE - TOP).min(BASE - TOP)
}

fn bars(values: &[u64], scale: u64) -> Vec<Bar> {
    let mut below = 0;
    let mut bars = Vec::new();
    for (series, value) in values.iter().copied().enumerate().filter(|(_, value)| *value > 0) {
        let from = BASE - height(below, scale);
        below += value;
        let y = BASE - height(below, scale);
        bars.push(Bar {
            series,
            value,
            y,
            height: from - y,
        });
    }
    bars
}

/// The distance of the grid lines: 1, 2, 2.5 or 5 times a power of ten, whole, and large enough for the highest column.
fn nice_step(highest: u64) -> u64 {
    let least = highest.div_ceil(STEPS).max(1);
    let mut power = 1_u64;
    loop {
        let candidates = [power, power * 2, power * 5 / 2, power * 5];
        if let Some(step) = candidates.into_iter().find(|step| *step >= least) {
            return step;
        }
        match power.checked_mul(10).filter(|next| next.checked_mul(5).is_some()) {
            Some(next) => power = next,
            None => return least,
        }
    }
}

/// Rows of the table behind the chart, per model: requests, tokens and cost over the range, the costliest first.
pub fn by_model(report: &UsageReport) -> Vec<DayOfModel> {
    let mut rows: Vec<DayOfModel> = Vec::new();
    for day in &report.days {
        match rows.iter_mut().find(|row| row.model == day.model) {
            Some(row) => {
                row.requests += day.requests;
                row.tokens += day.tokens;
                row.cost = row.cost + day.cost;
            }
            None => rows.push(day.clone()),
        }
    }
    rows.sort_by(|a, b| {
        b.cost
            .cmp(&a.cost)
            .then_with(|| b.requests.cmp(&a.requests))
            .then_with(|| a.model.cmp(&b.model))
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Money, usage::Totals};

    const NOW: Timestamp = Timestamp(1_795_183_331_123);

    fn use_of(model: &str, days_ago: i64, requests: u64) -> DayOfModel {
        DayOfModel {
            day: NOW.day_start().plus(-days_ago * DAY),
            model: model.parse().expect("model"),
            requests,
            tokens: requests * 100,
            cost: Money(i64::try_from(requests).expect("small") * 125),
        }
    }

    fn report(days: Vec<DayOfModel>) -> UsageReport {
        UsageReport {
            from: NOW.day_start().plus(-6 * DAY),
            now: NOW,
            totals: Totals::default(),
            days,
            simulated: vec!["model-0".parse().expect("model")],
        }
    }

    /// Twelve models, the first the largest, on three days.
    fn twelve_models() -> UsageReport {
        let days = (0..3)
            .flat_map(|day| (0..12).map(move |model| use_of(&format!("model-{model}"), day, 1_000 - 70 * model + u64::from(day == 1))));
        report(days.collect())
    }

    #[test]
    fn sums_are_preserved_for_every_measure() {
        let report = twelve_models();
        for measure in Measure::ALL {
            let whole: u64 = report.days.iter().map(|day| measure.of_day(day)).sum();
            let chart = Chart::fold(&report, measure);
            assert_eq!(chart.series.iter().map(|series| series.total).sum::<u64>(), whole);
            assert_eq!(chart.columns.iter().map(|column| column.total).sum::<u64>(), whole);
            assert_eq!(
                chart
                    .columns
                    .iter()
                    .flat_map(|column| &column.bars)
                    .map(|bar| bar.value)
                    .sum::<u64>(),
                whole
            );
        }
    }

    #[test]
    fn the_ninth_model_and_all_after_it_are_other() {
        let chart = Chart::fold(&twelve_models(), Measure::Requests);
        assert_eq!(chart.series.len(), MAX_SERIES + 1);
        assert_eq!(chart.series[8].label, "Other");
        assert_eq!(chart.series[0].label, "model-0");
        assert!(chart.series[0].simulated && !chart.series[1].simulated);
        assert!(chart.series[..8].windows(2).all(|pair| pair[0].total >= pair[1].total));

        let eight = report((0..8).map(|model| use_of(&format!("model-{model}"), 0, 5)).collect());
        assert!(
            Chart::fold(&eight, Measure::Requests)
                .series
                .iter()
                .all(|series| series.label != "Other")
        );
    }

    #[test]
    fn columns_fill_the_width_and_only_today_is_partial() {
        let chart = Chart::fold(&twelve_models(), Measure::Cost);
        assert_eq!(chart.columns.len(), 7, "days without use have a column too");
        assert_eq!(chart.columns.iter().map(|column| column.width).sum::<u64>(), 10_000);
        assert!(chart.columns.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x));
        let partial: Vec<_> = chart
            .columns
            .iter()
            .filter(|column| column.partial)
            .map(|column| column.day)
            .collect();
        assert_eq!(partial, [NOW.day_start()]);
    }

    #[test]
    fn bars_stand_on_each_other_and_stay_inside() {
        let chart = Chart::fold(&twelve_models(), Measure::Tokens);
        for column in &chart.columns {
            let mut floor = BASE;
            for bar in &column.bars {
                assert_eq!(bar.y + bar.height, floor);
                floor = bar.y;
            }
            assert!(floor >= TOP);
        }
        let highest = chart.columns.iter().map(|column| column.total).max().expect("columns");
        let top = chart.ticks.last().expect("ticks");
        assert!(top.value >= highest && top.value <= highest * 3, "{} for {highest}", top.value);
        assert_eq!((chart.ticks[0].y, top.y), (BASE, TOP));
    }

    #[test]
    fn a_report_without_use_is_an_empty_grid() {
        let chart = Chart::fold(&report(Vec::new()), Measure::Cost);
        assert!(chart.series.is_empty() && chart.columns.iter().all(|column| column.bars.is_empty()));
        assert_eq!(chart.columns.len(), 7);
    }

    #[test]
    fn grid_steps_are_round() {
        assert_eq!([0, 1, 4, 5, 9, 90, 400, 401].map(nice_step), [1, 1, 1, 2, 5, 25, 100, 200]);
        assert!(
            nice_step(u64::MAX) >= u64::MAX.div_ceil(STEPS),
            "no overflow at the end of the range"
        );
    }

    #[test]
    fn models_are_summed_over_the_days() {
        let rows = by_model(&twelve_models());
        assert_eq!(rows.len(), 12);
        assert_eq!(
            (rows[0].model.as_str(), rows[0].requests, rows[0].cost),
            ("model-0", 3_001, Money(3_001 * 125))
        );
    }
}
