//! The tables of a receipt: every bucket and every budget that the request had to pass.

use leptos::prelude::*;

use super::{
    bar::{Bar, Span, percent},
    explain::{level_word, who},
};
use crate::{
    icon::Icon,
    model::{
        limit::{Level, ModelScope},
        limits_table::Rate,
        number::grouped,
        receipt::{BucketLine, BudgetLine},
        receipt_detail::ReceiptDetail,
        time::{HOUR, MINUTE, SECOND},
    },
};

const LEVELS: [Level; 3] = [Level::Org, Level::Project, Level::Key];

#[component]
pub fn BucketTable(detail: ReceiptDetail) -> impl IntoView {
    let groups = LEVELS.map(|level| {
        let lines: Vec<BucketLine> = detail.receipt.buckets.iter().filter(|line| line.level == level).cloned().collect();
        (!lines.is_empty()).then(|| {
            view! {
                <tbody>
                    <LevelRow detail=detail.clone() level />
                    {lines.into_iter().map(|line| view! { <BucketRow line /> }).collect_view()}
                </tbody>
            }
        })
    });
    view! {
        <section aria-labelledby="receipt-buckets">
            <div class="sec-head">
                <h3 id="receipt-buckets">"Every bucket it had to pass"</h3>
                <ul class="legend">
                    <li>
                        <span class="dot k-used"></span>
                        "used"
                    </li>
                    <li>
                        <span class="dot k-res"></span>
                        "reserved"
                    </li>
                    <li>
                        <span class="dot k-ask"></span>
                        "asked"
                    </li>
                    <li>
                        <span class="dot k-over"></span>
                        "over the limit"
                    </li>
                </ul>
            </div>
            <table class="buckets">
                <Heads first="Bucket" counts=["Used", "Reserved", "Asked", "Limit"] />
                {groups}
            </table>
        </section>
    }
}

#[component]
fn Heads(first: &'static str, counts: [&'static str; 4]) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">
                    <span class="sr-only">{first}</span>
                </th>
                <th scope="col">
                    <span class="sr-only">"Level"</span>
                </th>
                {counts.map(|heading| view! { <th scope="col" class="num">{heading}</th> })}
            </tr>
        </thead>
    }
}

#[component]
fn LevelRow(detail: ReceiptDetail, level: Level) -> impl IntoView {
    let (icon, word) = match level {
        Level::Org => ("building-2", "Organization"),
        Level::Project => ("folder", "Project"),
        Level::Key => ("key-round", "API key"),
    };
    let name = match level {
        Level::Key => detail.key.clone(),
        level => Some(who(&detail, level)),
    };
    view! {
        <tr class="level">
            <th scope="rowgroup" colspan="6">
                <span class="key">
                    <Icon name=icon />
                    {word}
                    {name.map(|name| format!(" · {name}"))}
                </span>
            </th>
        </tr>
    }
}

#[component]
fn BucketRow(line: BucketLine) -> impl IntoView {
    let short = line.short_by();
    // An inherited line repeats the org's limit and never refuses.
    let over = short > 0 && !line.inherited;
    let bar = Bar::of_bucket(&line);
    let label = format!(
        "{} used, {} reserved, {} asked, of {}",
        grouped(line.used),
        grouped(line.reserved),
        grouped(line.asked),
        grouped(line.limit)
    );
    let all_models = (line.model == ModelScope::All).then_some("all models · ");
    view! {
        <tr class=over.then_some("over")>
            <th scope="row" class="name">
                {Rate::of(line.metric, line.window).short()}
                {over.then(|| view! { <span class="short">"short by " {grouped(short)}</span> })}
                <span class="sub">{all_models} {refill(line.reset_ms)}</span>
            </th>
            <BarCell bar label />
            <td class="num" data-label="Used">
                {grouped(line.used)}
            </td>
            <td class="num" data-label="Reserved">
                {grouped(line.reserved)}
            </td>
            <td class="num" data-label="Asked">
                {grouped(line.asked)}
            </td>
            <td class="num" data-label="Limit">
                {grouped(line.limit)}
                {line.inherited.then(|| view! { <span class="sub">"inherits"</span> })}
            </td>
        </tr>
    }
}

/// When the bucket is full again if nothing else comes.
fn refill(reset_ms: i64) -> String {
    match reset_ms {
        ..=0 => "all free".to_owned(),
        1..MINUTE => format!("refills in {} s", (reset_ms + SECOND - 1) / SECOND),
        MINUTE..HOUR => format!("refills in {} min", (reset_ms + MINUTE - 1) / MINUTE),
        _ => format!("refills in {} h", (reset_ms + HOUR - 1) / HOUR),
    }
}

#[component]
fn BarCell(bar: Bar, label: String) -> impl IntoView {
    let part = |class: &'static str, span: Span| {
        // What is there must be seen, however small it is.
        let width = if span.width < 60 { "3".to_owned() } else { percent(span.width) };
        (span.width > 0).then(|| view! { <rect class=class x=percent(span.x) width=width y="4" height="10" /> })
    };
    let limit = percent(bar.limit);
    view! {
        <td class="bar">
            <svg class="bucket" role="img" aria-label=label>
                <rect class="track" x="0" width=limit.clone() y="4" height="10" />
                {part("used", bar.used)}
                {part("reserved", bar.reserved)}
                {part("asked", bar.asked)}
                {part("over", bar.over)}
                <line class="limit" x1=limit.clone() x2=limit y1="0" y2="18" />
            </svg>
        </td>
    }
}

#[component]
pub fn BudgetTable(detail: ReceiptDetail) -> impl IntoView {
    let rows = detail
        .receipt
        .budgets
        .clone()
        .into_iter()
        .map(|line| view! { <BudgetRow line /> })
        .collect_view();
    (!detail.receipt.budgets.is_empty()).then(|| {
        view! {
            <section aria-labelledby="receipt-budgets">
                <h3 id="receipt-budgets">"Monthly budgets"</h3>
                <table class="buckets">
                    <Heads first="Budget" counts=["Spent", "Reserved", "Asked", "Budget"] />
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}

#[component]
fn BudgetRow(line: BudgetLine) -> impl IntoView {
    let over = line.hard_stop && line.spent + line.reserved + line.asked > line.limit;
    let bar = Bar::of_budget(&line);
    let label = format!(
        "{} spent, {} reserved, {} asked, of {}",
        line.spent.display(),
        line.reserved.display(),
        line.asked.display(),
        line.limit.display()
    );
    view! {
        <tr class=over.then_some("over")>
            <th scope="row" class="name">
                {level_word(line.level)}
                <span class="sub">{if line.hard_stop { "refuses when spent" } else { "only warns" }}</span>
            </th>
            <BarCell bar label />
            <td class="num" data-label="Spent">
                {line.spent.display()}
            </td>
            <td class="num" data-label="Reserved">
                {line.reserved.display()}
            </td>
            <td class="num" data-label="Asked">
                {line.asked.display()}
            </td>
            <td class="num" data-label="Budget">
                {line.limit.display()}
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refill_times_are_rounded_up() {
        assert_eq!(refill(0), "all free");
        assert_eq!(refill(1), "refills in 1 s");
        assert_eq!(refill(61_000), "refills in 2 min");
        assert_eq!(refill(HOUR + 1), "refills in 2 h");
    }
}
