//! Requests per minute of the last hour: SVG with horizontal percentages and vertical pixels.

use leptos::prelude::*;

use crate::{
    model::{
        Timestamp,
        number::grouped,
        request::{Minute, RequestLog},
        time::{HOUR, MINUTE},
    },
    ui::clock,
};

/// Minutes that are drawn.
const COLUMNS: i64 = 60;
/// Tenths of a pixel: the base line, the room above the highest column, the gap in a column, and the least height of a part.
const BASE: u64 = 560;
const TOP: u64 = 20;
const GAP: u64 = 10;
const LEAST: u64 = 15;

/// One minute with traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bar {
    /// From 0, the oldest, to 59, the minute that is not over.
    column: i64,
    admitted: u64,
    refused: u64,
    /// Heights in tenths of a pixel.
    admitted_height: u64,
    refused_height: u64,
}

/// The columns, scaled to the highest one.
fn bars(minutes: &[Minute], now: Timestamp) -> Vec<Bar> {
    let first = now.0.div_euclid(MINUTE) * MINUTE - HOUR + MINUTE;
    let most = minutes
        .iter()
        .map(|minute| minute.admitted + minute.refused)
        .max()
        .unwrap_or(0)
        .max(1);
    let height = |count: u64| {
        let room = BASE - TOP - GAP - LEAST;
        if count == 0 {
            0
        } else {
            (count.saturating_mul(room) / most).max(LEAST)
        }
    };
    minutes
        .iter()
        .map(|minute| Bar {
            column: (minute.start.0 - first) / MINUTE,
            admitted: minute.admitted,
            refused: minute.refused,
            admitted_height: height(minute.admitted),
            refused_height: height(minute.refused),
        })
        .filter(|bar| (0..COLUMNS).contains(&bar.column))
        .collect()
}

/// The card with the chart. `from` is the first minute that was counted completely.
#[component]
pub fn Strip(minutes: Vec<Minute>, from: Timestamp, now: Timestamp) -> impl IntoView {
    let bars = bars(&minutes, now);
    let admitted: u64 = bars.iter().map(|bar| bar.admitted).sum();
    let refused: u64 = bars.iter().map(|bar| bar.refused).sum();
    let hour_ago = now.plus(-HOUR + MINUTE);
    let whole = from <= hour_ago;
    let since = if whole {
        "in the last hour".to_owned()
    } else {
        format!("since {}", clock(from))
    };
    let busiest = bars
        .iter()
        .max_by_key(|bar| bar.admitted + bar.refused)
        .map_or_else(String::new, |bar| {
            let at = Timestamp(now.0.div_euclid(MINUTE) * MINUTE - HOUR + MINUTE).plus(bar.column * MINUTE);
            format!("; busiest minute {} with {}", clock(at), grouped(bar.admitted + bar.refused))
        });
    let label = format!(
        "Requests per minute {since}: {} admitted, {} refused{busiest}",
        grouped(admitted),
        grouped(refused)
    );
    let columns = bars.iter().map(column).collect_view();
    let note = (!whole).then(|| {
        let most = grouped(u64::from(RequestLog::LOOK));
        view! {
            <p class="muted">
                <small>"More than " {most} " requests: only the minutes since " {clock(from)} " are drawn."</small>
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="per-minute-title">
            <header>
                <h2 id="per-minute-title">"Requests per minute"</h2>
                <ul class="legend">
                    <li>
                        <span class="dot k-ok"></span>
                        "admitted "
                        {grouped(admitted)}
                    </li>
                    <li>
                        <span class="dot k-bad"></span>
                        "refused "
                        {grouped(refused)}
                    </li>
                </ul>
            </header>
            <div class="body">
                <svg class="chart strip" role="img" aria-label=label>
                    {columns}
                    <line class="gridline" x1="0" x2="100%" y1="56" y2="56" />
                </svg>
                {note}
            </div>
        </section>
    }
}

fn column(bar: &Bar) -> impl IntoView + use<> {
    let x = percent(bar.column.unsigned_abs() * 10_000 / COLUMNS.unsigned_abs() + 12);
    let part = |class: &'static str, bottom: u64, height: u64| {
        let x = x.clone();
        (height > 0).then(|| view! { <rect class=class x=x width="1.43%" y=pixels(bottom - height) height=pixels(height) /> })
    };
    let above = if bar.admitted_height > 0 {
        BASE - bar.admitted_height - GAP
    } else {
        BASE
    };
    view! {
        {part("bar-ok", BASE, bar.admitted_height)}
        {part("bar-bad", above, bar.refused_height)}
    }
}

/// Tenths of a pixel.
fn pixels(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Hundredths of a per cent.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_and_small_parts_stay_visible() {
        let now = Timestamp(1_795_183_331_123);
        let this = Timestamp(now.0 / MINUTE * MINUTE);
        let minute = |back: i64, admitted, refused| Minute {
            start: this.plus(-back * MINUTE),
            admitted,
            refused,
        };
        let bars = bars(&[minute(60, 9, 9), minute(59, 1, 0), minute(0, 100_000, 1)], now);
        assert_eq!(
            bars.iter().map(|bar| bar.column).collect::<Vec<_>>(),
            [0, 59],
            "an older minute is left out"
        );
        assert_eq!((bars[0].admitted_height, bars[0].refused_height), (LEAST, 0));
        for bar in &bars {
            assert!(bar.admitted_height + GAP + bar.refused_height <= BASE, "{bar:?}");
        }
        assert_eq!(bars[1].refused_height, LEAST);
    }
}
