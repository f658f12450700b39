//! What would help: concrete, computed from the receipt, and honest about what would not.

use super::explain::{Cause, cause, counterpart, left, models, who};
use crate::model::{
    Slug,
    limit::{Level, Metric, ModelScope},
    limits_table::Rate,
    number::grouped,
    receipt::{BucketLine, BudgetLine, Lane},
    receipt_detail::{Holders, ReceiptDetail},
    tier::Tier,
    time::SECOND,
};

/// Where an advice leads, for those who may act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The limits of a project.
    Limits { project: Slug, rate: Rate, model: ModelScope },
    /// The budgets of a project.
    Budgets { project: Slug },
}

/// One way out, or one that looks like it and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub helps: bool,
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    pub link: Option<Link>,
}

impl Advice {
    fn new(icon: &'static str, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            helps: true,
            icon,
            title: title.into(),
            text: text.into(),
            link: None,
        }
    }

    fn to(self, link: Link) -> Self {
        Self { link: Some(link), ..self }
    }

    fn in_vain(self) -> Self {
        Self {
            helps: false,
            icon: "x",
            ..self
        }
    }
}

/// The ways out of a refusal, the surest first. `may_set` says whether the person may change limits and budgets.
pub fn advice(detail: &ReceiptDetail, may_set: bool) -> Vec<Advice> {
    match cause(detail) {
        Some(Cause::Bucket(line)) => of_bucket(detail, line, may_set),
        Some(Cause::Budget(line)) => of_budget(detail, line, may_set),
        Some(Cause::Queue) => of_queue(detail),
        None => Vec::new(),
    }
}

fn of_bucket(detail: &ReceiptDetail, line: &BucketLine, may_set: bool) -> Vec<Advice> {
    let mut all = Vec::new();
    if let Some(wait) = detail.receipt.retry_after_ms {
        all.push(Advice::new(
            "history",
            format!("Wait {}.", seconds(wait)),
            "It would have fitted then, if nothing else had come. The official clients wait on their own.",
        ));
    }
    all.extend(ask_for_less(detail, line));
    match line.level {
        Level::Org => all.extend(share_out(detail, line, may_set)),
        Level::Project => all.push(raise(detail, line, may_set)),
        Level::Key => all.push(Advice::new(
            "key-round",
            "Use another key.",
            format!(
                "The limit belongs to this key alone; other keys of {} are not held back by it.",
                detail.project
            ),
        )),
    }
    all
}

/// `3 s`, rounded up; minutes from two on.
fn seconds(millis: i64) -> String {
    let seconds = (millis.max(0) + SECOND - 1) / SECOND;
    if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", (seconds + 59) / 60)
    }
}

/// Whether the month's money had room; a budget that only warns always has.
fn budgets_fit(detail: &ReceiptDetail) -> bool {
    let needed = |line: &BudgetLine| line.spent.0.saturating_add(line.reserved.0).saturating_add(line.asked.0);
    detail
        .receipt
        .budgets
        .iter()
        .all(|line| !line.hard_stop || needed(line) <= line.limit.0)
}

/// Whether all else had room: every budget, and every bucket but those that are left out.
fn all_else_fits(detail: &ReceiptDetail, left_out: impl Fn(&BucketLine) -> bool) -> bool {
    let mut others = detail.receipt.buckets.iter().filter(|line| !left_out(line));
    others.all(|line| line.inherited || line.short_by() == 0) && budgets_fit(detail)
}

/// How many tokens would have passed every bucket; nothing when fewer tokens alone would not have been enough.
fn ask_for_less(detail: &ReceiptDetail, line: &BucketLine) -> Option<Advice> {
    if line.metric != Metric::Tokens || !all_else_fits(detail, |other| other.metric == Metric::Tokens) {
        return None;
    }
    let binding = detail
        .receipt
        .buckets
        .iter()
        .filter(|line| line.metric == Metric::Tokens && !line.inherited);
    let room = binding.map(left).min()?;
    let how = match detail.asked_output {
        _ if detail.embeds => "send fewer or shorter texts at once".to_owned(),
        Some(output) => format!("max_completion_tokens was {}", grouped(output)),
        None => "max_completion_tokens was not given, so the model’s default was reserved".to_owned(),
    };
    (room > 0).then(|| {
        Advice::new(
            "scissors",
            "Ask for less.",
            format!(
                "{} of the {} tokens would have fitted at that moment; {how}.",
                grouped(room),
                grouped(line.asked)
            ),
        )
    })
}

/// The project's own limit is in the way.
fn raise(detail: &ReceiptDetail, line: &BucketLine, may_set: bool) -> Advice {
    let org = counterpart(detail, line, Level::Org);
    let ceiling = org.map(|org| format!(" It can be at most {}, the organization’s.", grouped(org.limit)));
    let room = org.map(|org| {
        if org.short_by() == 0 {
            format!(" {} had {} left.", detail.org, grouped(left(org)))
        } else {
            format!(" {} was full as well, so that alone would not have been enough.", detail.org)
        }
    });
    let text = format!(
        "It is {} {} a {} for {}.{}{}",
        grouped(line.limit),
        line.metric.as_str(),
        line.window.as_str(),
        models(&line.model),
        ceiling.unwrap_or_default(),
        room.unwrap_or_default(),
    );
    if may_set {
        Advice::new("gauge", format!("Raise {}’s limit.", detail.project), text).to(limits_of(detail.project_slug.clone(), line))
    } else {
        let title = format!("Ask an owner or admin of {} to raise {}’s limit.", detail.org, detail.project);
        Advice::new("users", title, text)
    }
}

fn limits_of(project: Slug, line: &BucketLine) -> Link {
    Link::Limits {
        project,
        rate: Rate::of(line.metric, line.window),
        model: line.model.clone(),
    }
}

/// The organization is full: somebody else would have to have less.
fn share_out(detail: &ReceiptDetail, line: &BucketLine, may_set: bool) -> Vec<Advice> {
    let mut all = Vec::new();
    match &detail.holders {
        Holders::Projects(held) if may_set => {
            // The limits that a person sets are those of the standard lane.
            let enough = detail.receipt.lane == Lane::Standard && all_else_fits(detail, |other| std::ptr::eq(other, line));
            let other = held.iter().find(|held| enough && !held.own && held.units > line.short_by());
            if let Some(other) = other {
                let advice = Advice::new(
                    "gauge",
                    format!(
                        "Lower {} to {} a {}.",
                        other.name,
                        grouped(other.units - line.short_by()),
                        line.window.as_str()
                    ),
                    format!(
                        "This request would have fitted: {} held {} of {}.",
                        other.name,
                        grouped(other.units),
                        grouped(line.limit)
                    ),
                );
                all.push(advice.to(limits_of(other.slug.clone(), line)));
            }
            all.push(Advice::new(
                "layers",
                "Ask for a larger quota.",
                format!(
                    "The organization’s {} a {} come with its plan.",
                    grouped(line.limit),
                    line.window.as_str()
                ),
            ));
        }
        _ => all.push(Advice::new(
            "users",
            format!("Ask an owner or admin of {}.", detail.org),
            "They see which projects held the organization’s limit, and can divide it.",
        )),
    }
    if let Some(own) = counterpart(detail, line, Level::Project).filter(|own| own.short_by() == 0) {
        let text = if own.inherited {
            format!("{} has none of its own here: it inherits the organization’s.", detail.project)
        } else {
            format!(
                "{} had {} of its own {} left.",
                detail.project,
                grouped(left(own)),
                grouped(own.limit)
            )
        };
        all.push(Advice::new("x", format!("Raising {}’s limit would not.", detail.project), text).in_vain());
    }
    all
}

fn of_budget(detail: &ReceiptDetail, line: &BudgetLine, may_set: bool) -> Vec<Advice> {
    let renews = detail.arrived_at.next_month();
    let text = format!("It is {} a month of {}.", line.limit.display(), who(detail, line.level));
    let change = if may_set {
        let project = detail.project_slug.clone();
        Advice::new("gauge", "Raise the budget, or let it only warn.", text).to(Link::Budgets { project })
    } else {
        Advice::new(
            "users",
            format!("Ask an owner or admin of {} to raise the budget.", detail.org),
            text,
        )
    };
    let wait = Advice::new(
        "calendar",
        format!("Wait until {}.", renews.day_label()),
        format!("The budget begins anew with the calendar month (UTC), on {}.", renews.absolute()),
    );
    vec![change, wait]
}

fn of_queue(detail: &ReceiptDetail) -> Vec<Advice> {
    let mut all = vec![Advice::new(
        "history",
        "Allow a longer wait.",
        "Raise the request header queue_threshold (at most 20000 ms), or leave it out and wait for a place.",
    )];
    if detail.tier == Tier::Flex {
        all.push(Advice::new(
            "layers",
            "Send it as default.",
            "Waiting requests are served in the order priority, default, flex.",
        ));
    }
    all
}
