//! Who held the organization's bucket at that moment, as far as the server told.

use leptos::prelude::*;

use super::{
    bar::{FULL, percent, share},
    explain::{Cause, cause},
};
use crate::model::{
    limit::Metric,
    number::grouped,
    receipt_detail::{Holders, ReceiptDetail},
};

/// One row: what it is called, its colour, and its units.
struct Part {
    name: String,
    class: &'static str,
    units: u64,
}

const COLOURS: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

#[component]
pub fn HolderTable(detail: ReceiptDetail) -> impl IntoView {
    let Some(Cause::Bucket(line)) = cause(&detail) else {
        return ().into_any();
    };
    let Some((parts, note)) = parts(&detail) else {
        return ().into_any();
    };
    let what = match line.metric {
        Metric::Tokens => "tokens",
        Metric::Requests => "requests",
    };
    let whole = line.limit.max(parts.iter().map(|part| part.units).sum());
    let figures = format!(
        "{} of {}, used and reserved",
        grouped(line.used.saturating_add(line.reserved)),
        grouped(line.limit)
    );
    let label = parts
        .iter()
        .map(|part| format!("{} {}", part.name, share(part.units, line.limit)))
        .collect::<Vec<_>>()
        .join(", ");
    let bars = bars(&parts, whole);
    let limit = line.limit;
    let rows = parts
        .into_iter()
        .map(|part| {
            view! {
                <tr>
                    <th scope="row" class="name">
                        <span class="key">
                            <span class=format!("dot sq {}", part.class)></span>
                            {part.name}
                        </span>
                    </th>
                    <td class="num">{grouped(part.units)}</td>
                    <td class="num">{share(part.units, limit)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="receipt-holders">
            <div class="sec-head">
                <h3 id="receipt-holders">{format!("Who held the organization’s {what}")}</h3>
                <span class="muted">
                    <small>{figures}</small>
                </span>
            </div>
            <svg class="stackbar" role="img" aria-label=label>
                <rect class="track" width="100%" height="14" />
                {bars}
            </svg>
            <table class="table plain">
                <thead class="sr-only">
                    <tr>
                        <th scope="col">"Project"</th>
                        <th scope="col">"Units"</th>
                        <th scope="col">"Share"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="muted">
                <small>{note}</small>
            </p>
        </section>
    }
    .into_any()
}

/// The rows in the order of their size, and what a reader should know about them.
fn parts(detail: &ReceiptDetail) -> Option<(Vec<Part>, &'static str)> {
    match &detail.holders {
        Holders::None => None,
        Holders::Projects(held) => {
            let named = held.iter().zip(COLOURS).map(|(held, class)| Part {
                name: held.name.to_string(),
                class,
                units: held.units,
            });
            let mut parts: Vec<Part> = named.collect();
            let rest: u64 = held.iter().skip(COLOURS.len()).map(|held| held.units).sum::<u64>() + detail.receipt.others.units;
            if rest > 0 {
                parts.push(Part {
                    name: "Other".to_owned(),
                    class: "s-other",
                    units: rest,
                });
            }
            let note = "You see the projects as an owner or admin of the organization. Project roles read how many others there were.";
            Some((parts, note))
        }
        Holders::Others { own, projects, units } => {
            let own = Part {
                name: detail.project.to_string(),
                class: "s1",
                units: *own,
            };
            let others = Part {
                name: format!("other projects: {projects}"),
                class: "s-other",
                units: *units,
            };
            Some((
                vec![own, others],
                "Owners and admins of the organization see which projects they were.",
            ))
        }
    }
}

/// The parts side by side, with a hair of space between them.
fn bars(parts: &[Part], whole: u64) -> impl IntoView + use<> {
    const GAP: u64 = 15;
    let at = |units: u64| u64::try_from(u128::from(units) * u128::from(FULL) / u128::from(whole.max(1))).unwrap_or(FULL);
    let mut end: u64 = 0;
    parts
        .iter()
        .map(|part| {
            let start = end;
            end = end.saturating_add(part.units);
            let (from, to) = (at(start), at(end));
            let width = (to - from).saturating_sub(GAP);
            view! { <rect class=part.class x=percent(from) width=percent(width) height="14" /> }
        })
        .collect_view()
}
