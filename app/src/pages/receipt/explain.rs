//! Why a request was refused, in one sentence: pure functions of the receipt.

use crate::model::{
    limit::{Level, Metric, ModelScope},
    number::grouped,
    receipt::{BucketLine, BudgetLine, RefusedBy},
    receipt_detail::{Holders, ReceiptDetail},
};

/// A heading, and the sentence under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub headline: String,
    pub why: String,
}

/// What held the request back.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    Bucket(&'a BucketLine),
    Budget(&'a BudgetLine),
    Queue,
}

/// The cause that the decision names.
pub fn cause(detail: &ReceiptDetail) -> Option<Cause<'_>> {
    match detail.receipt.refused_by? {
        RefusedBy::Bucket(index) => detail.receipt.buckets.get(index).map(Cause::Bucket),
        RefusedBy::Budget(index) => detail.receipt.budgets.get(index).map(Cause::Budget),
        RefusedBy::Queue => Some(Cause::Queue),
    }
}

/// Who stands behind a level, by name.
pub fn who(detail: &ReceiptDetail, level: Level) -> String {
    match level {
        Level::Org => detail.org.to_string(),
        Level::Project => detail.project.to_string(),
        Level::Key => detail
            .key
            .as_ref()
            .map_or_else(|| "the API key".to_owned(), |key| format!("the key {key}")),
    }
}

/// The models that a limit counts.
pub fn models(scope: &ModelScope) -> String {
    match scope {
        ModelScope::All => "all models together".to_owned(),
        ModelScope::One(model) => model.to_string(),
    }
}

/// Units that were free.
pub fn left(line: &BucketLine) -> u64 {
    line.limit.saturating_sub(line.used.saturating_add(line.reserved))
}

/// The line of another level that counts the same.
pub fn counterpart<'a>(detail: &'a ReceiptDetail, line: &BucketLine, level: Level) -> Option<&'a BucketLine> {
    detail
        .receipt
        .buckets
        .iter()
        .find(|other| other.level == level && other.model == line.model && other.metric == line.metric && other.window == line.window)
}

/// Heading and sentence for any request, refused or not.
pub fn explain(detail: &ReceiptDetail) -> Explanation {
    match cause(detail) {
        Some(Cause::Bucket(line)) if line.asked > line.limit => too_large(detail, line),
        Some(Cause::Bucket(line)) => full(detail, line),
        Some(Cause::Budget(line)) => spent(detail, line),
        Some(Cause::Queue) => Explanation {
            headline: format!("The wait for {} was too long", detail.model),
            why: "Every place at the model was taken, and the expected wait was longer than this request allowed.".to_owned(),
        },
        None => no_cause(detail),
    }
}

fn too_large(detail: &ReceiptDetail, line: &BucketLine) -> Explanation {
    let whose = match line.level {
        Level::Org => "the organization’s limit".to_owned(),
        Level::Project => format!("{}’s limit", detail.project),
        Level::Key => "the key’s limit".to_owned(),
    };
    Explanation {
        headline: format!("The request is larger than {whose}"),
        why: format!(
            "This request asked for {} of {}, but {} may use {} a {}: it can never be admitted as it is.",
            units(line.asked, line.metric),
            models(&line.model),
            who(detail, line.level),
            grouped(line.limit),
            line.window.as_str(),
        ),
    }
}

fn full(detail: &ReceiptDetail, line: &BucketLine) -> Explanation {
    let project_had_room = counterpart(detail, line, Level::Project).is_some_and(|own| own.short_by() == 0);
    let headline = match line.level {
        Level::Org if project_had_room => format!("The organization was full; {} was not", detail.project),
        Level::Org => "The organization was full".to_owned(),
        Level::Project => format!("{} reached its own limit", detail.project),
        Level::Key => {
            let key = who(detail, Level::Key);
            format!("{}{} reached its own limit", key[..1].to_uppercase(), &key[1..])
        }
    };
    let held = holders(detail, line);
    let (who, models, window) = (who(detail, line.level), models(&line.model), line.window.as_str());
    let why = match (line.metric, left(line)) {
        (Metric::Tokens, 0) => format!(
            "This request asked for {} of {models}, but {who} had nothing left of its {} a {window}{held}.",
            units(line.asked, Metric::Tokens),
            grouped(line.limit),
        ),
        (Metric::Tokens, left) => format!(
            "This request asked for {} of {models}, but {who} had only {} of its {} a {window} left{held}.",
            units(line.asked, Metric::Tokens),
            grouped(left),
            grouped(line.limit),
        ),
        (Metric::Requests, _) => format!(
            "This was one request too many: {who} may send {} a {window} to {models}, and {} were in use{held}.",
            grouped(line.limit),
            grouped(line.used.saturating_add(line.reserved)),
        ),
    };
    Explanation { headline, why }
}

fn units(count: u64, metric: Metric) -> String {
    format!("{} {}", grouped(count), metric.as_str())
}

/// Who held the org's bucket, as the end of a sentence.
fn holders(detail: &ReceiptDetail, line: &BucketLine) -> String {
    if line.level != Level::Org {
        return String::new();
    }
    match &detail.holders {
        Holders::None => String::new(),
        Holders::Projects(held) => held.first().map_or_else(String::new, |first| {
            let itself = if first.own { " itself" } else { "" };
            format!(": project {}{itself} held {}", first.name, grouped(first.units))
        }),
        Holders::Others { projects: 0, .. } => format!(": {} itself held them", detail.project),
        Holders::Others { projects: 1, units, .. } => format!(": another project held {}", grouped(*units)),
        Holders::Others { projects, units, .. } => format!(": {projects} other projects held {}", grouped(*units)),
    }
}

fn spent(detail: &ReceiptDetail, line: &BudgetLine) -> Explanation {
    let who = who(detail, line.level);
    let held = if line.reserved.0 > 0 {
        format!(" and {} held by requests under way", line.reserved.display())
    } else {
        String::new()
    };
    Explanation {
        headline: match line.level {
            Level::Org => "The organization’s monthly budget is spent".to_owned(),
            Level::Project => format!("{}’s monthly budget is spent", detail.project),
            Level::Key => "The key’s monthly budget is spent".to_owned(),
        },
        why: format!(
            "This request was expected to cost {}, but of the {} a month of {who}, {} were spent{held}.",
            line.asked.display(),
            line.limit.display(),
            line.spent.display(),
        ),
    }
}

fn no_cause(detail: &ReceiptDetail) -> Explanation {
    let (headline, why) = match (detail.status, detail.refused) {
        (429, Some(Level::Key)) if detail.key.is_none() => (
            "Refused by a limit of the API key".to_owned(),
            "What the limits of this key are is for owners of the organization alone.".to_owned(),
        ),
        (429, Some(level)) => (
            format!("Refused by a limit of the {}", level_word(level)),
            "Its buckets were not kept, so there is no more to tell.".to_owned(),
        ),
        (499, _) => (
            "Admitted; the client left before the end".to_owned(),
            "Every limit had room. What was forwarded until then counts.".to_owned(),
        ),
        (status @ 400.., _) => (
            format!("Admitted; it ended with {status}"),
            format!(
                "Every limit had room, so no limit is the reason{}.",
                detail
                    .error_code
                    .as_ref()
                    .map(|code| format!(": the code is {code}"))
                    .unwrap_or_default()
            ),
        ),
        _ => (
            "Admitted: every limit had room".to_owned(),
            format!(
                "It held {} tokens of {} and used {}.",
                grouped(detail.reserved),
                detail.model,
                grouped(detail.settled)
            ),
        ),
    };
    Explanation { headline, why }
}

/// A level in words.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Org => "organization",
        Level::Project => "project",
        Level::Key => "API key",
    }
}
