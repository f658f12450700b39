//! The edit dialog of one row. It stands in the URL: `?edit=model`, and `?preview=1&…` with the fields for a look ahead.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::params::ParamsMap;

use super::{
    Limits,
    api::{SetLimits, preview_limits},
    form::{self, TypedLimits},
    table::row_name,
};
use crate::{
    model::{
        AppError, ProjectId,
        limit::Metric,
        limits_table::{LimitCell, LimitEdit, LimitRow, LimitsPreview, PerRate, Rate},
        number::grouped,
    },
    ui::{Dialog, DialogFoot, Form, FormError, Note, Notice, TextField, Tone, absolute},
};

/// A look ahead that the address asks for: what was typed, and what it would do.
#[derive(Clone)]
pub struct Looked {
    pub model: String,
    typed: TypedLimits,
    /// The version of the limits that the form was filled from.
    seen: Option<String>,
    preview: Result<LimitsPreview, AppError>,
}

impl Looked {
    pub fn from_query(query: &ParamsMap) -> Option<Self> {
        query.get("preview")?;
        Some(Self {
            model: query.get("model").unwrap_or_default(),
            typed: TypedLimits::of_query(query),
            seen: query.get("seen"),
            preview: Ok(LimitsPreview::default()),
        })
    }
}

/// Asks the server what the edit of the address would do.
pub async fn look_ahead(project: ProjectId, looked: Option<Looked>) -> Option<Looked> {
    let mut looked = looked?;
    looked.preview = preview_limits(project, looked.model.clone(), looked.typed.clone()).await;
    Some(looked)
}

#[component]
pub fn EditDialog(limits: Limits, row: LimitRow, looked: Option<Looked>) -> impl IntoView {
    let close = limits.href(&[]);
    let back = limits.href(&[Notice::LimitsSaved.param()]);
    let page = limits.place.href("limits");
    let (project, name) = (limits.project, row_name(&row.model));
    let typed = looked
        .as_ref()
        .map_or_else(|| TypedLimits::of_row(&row), |looked| looked.typed.clone());
    let seen = looked.as_ref().and_then(|looked| looked.seen.clone());
    let seen = seen.unwrap_or_else(|| PerRate::from_fn(|rate| row.cells[rate].project).version());
    let refused = looked.as_ref().and_then(|looked| looked.preview.clone().err());
    let preview = looked.and_then(|looked| {
        let edit = form::parse_limits(&looked.model, &looked.typed).ok()?;
        Some(view! { <Preview edit preview=looked.preview.ok()? /> })
    });
    view! {
        <Dialog
            title=format!("Limits of {}", project.name)
            lead=format!("{name}. Every bucket refills continuously; an empty field inherits.")
            close=close.clone()
            wide=true
        >
            <LimitsForm refused>
                <div class="body">
                    <FormError fields=&FIELDS />
                    <input type="hidden" name="project" value=project.id.to_string() />
                    <input type="hidden" name="model" value=row.model.as_str().to_owned() />
                    <input type="hidden" name="seen" value=seen />
                    <input type="hidden" name="t" value=limits.tab.as_str() />
                    <input type="hidden" name="back" value=back />
                    <div class="pair">
                        <Fields metric=Metric::Tokens row=row.clone() typed=typed.clone() />
                        <Fields metric=Metric::Requests row typed />
                    </div>
                    {preview}
                </div>
                <DialogFoot close label="Save limits">
                    <button type="submit" class="btn" name="preview" value="1" formmethod="get" formaction=page>
                        "Preview"
                    </button>
                </DialogFoot>
            </LimitsForm>
        </Dialog>
    }
}

/// The names of the fields.
const FIELDS: [&str; Rate::ALL.len()] = [
    "tokens_per_minute",
    "requests_per_minute",
    "tokens_per_hour",
    "requests_per_hour",
    "tokens_per_day",
    "requests_per_day",
];

/// The form with the error of a preview, if there is one.
#[component]
fn LimitsForm(refused: Option<AppError>, children: Children) -> impl IntoView {
    match refused {
        Some(refused) => view! { <Form action=SetLimits::PATH refused>{children()}</Form> }.into_any(),
        None => view! { <Form action=SetLimits::PATH>{children()}</Form> }.into_any(),
    }
}

/// The three windows of one metric.
#[component]
fn Fields(metric: Metric, row: LimitRow, typed: TypedLimits) -> impl IntoView {
    let heading = match metric {
        Metric::Tokens => "Tokens",
        Metric::Requests => "Requests",
    };
    let fields = Rate::ALL
        .into_iter()
        .filter(|rate| rate.metric() == metric)
        .map(|rate| {
            view! {
                <TextField
                    label=rate.label()
                    name=rate.field()
                    hint=ceiling(&row.cells[rate])
                    value=typed.get(rate).to_owned()
                    inputmode="numeric"
                    autocomplete="off"
                />
            }
        })
        .collect_view();
    view! {
        <section aria-label=heading>
            <h3>{heading}</h3>
            {fields}
        </section>
    }
}

/// What stands above the field, for the hint under it.
fn ceiling(cell: &LimitCell) -> String {
    match cell.org {
        Some(_) => format!("At most {}, the organization’s limit.", form::quota(cell.org)),
        None => "The organization has no limit here.".to_owned(),
    }
}

/// What the edit would do: fields before and after, and what it would have meant for recent refusals.
#[component]
fn Preview(edit: LimitEdit, preview: LimitsPreview) -> impl IntoView {
    let changes = preview
        .changes
        .iter()
        .map(|change| {
            view! {
                <div>
                    <dt>{change.rate.short()}</dt>
                    <dd>
                        <del>{form::own(change.before)}</del>
                        <ins>{form::own(change.after)}</ins>
                    </dd>
                </div>
            }
        })
        .collect_view();
    let none = preview.changes.is_empty();
    let warnings = edit
        .unreachable()
        .into_iter()
        .map(|(shorter, longer)| {
            view! {
                <Note tone=Tone::Warn>
                    {format!(
                        "{} can never be reached: the limit of {} is lower.",
                        shorter.label(),
                        longer.label().to_lowercase(),
                    )}
                </Note>
            }
        })
        .collect_view();
    view! {
        <section aria-label="Preview">
            <h3>"Preview"</h3>
            {if none {
                view! { <p class="muted">"Nothing would change."</p> }.into_any()
            } else {
                view! {
                    <dl class="diff">{changes}</dl>
                    {warnings}
                    <Note>{effect(&preview)}</Note>
                }
                    .into_any()
            }}
        </section>
    }
}

/// What is known of the effect. Refusals of a flood are only counted, so this speaks of those with a receipt.
fn effect(preview: &LimitsPreview) -> String {
    let (since, least) = match preview.looked_until {
        Some(at) => (format!("Since {}, which is as far back as was looked,", absolute(at)), "at least "),
        None => ("In the last 7 days".to_owned(), ""),
    };
    let found = match (preview.refused, preview.fitting) {
        (0, _) => "these limits refused no request that has a receipt".to_owned(),
        (refused, fitting) => format!(
            "these limits refused {least}{} requests that have a receipt; {least}{} of them would have fitted at their moment with the new ones",
            grouped(refused),
            grouped(fitting)
        ),
    };
    format!("{since} {found}. Takes effect on the next request.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_the_rates() {
        assert_eq!(FIELDS, Rate::ALL.map(Rate::field));
    }

    #[test]
    fn a_look_that_ended_early_promises_no_total() {
        let mut preview = LimitsPreview {
            refused: 1_200,
            fitting: 7,
            ..LimitsPreview::default()
        };
        assert!(effect(&preview).starts_with("In the last 7 days these limits refused 1,200 requests"));
        preview.looked_until = Some(crate::model::Timestamp(1_795_183_331_123));
        let text = effect(&preview);
        assert!(
            text.contains("as far back as was looked") && text.contains("at least 1,200") && text.contains("at least 7 of them"),
            "{text}"
        );
    }
}
