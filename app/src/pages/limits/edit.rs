//! The edit dialog of one row. It stands in the URL: `?edit=model`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Limits, form,
    table::{Kind, row_name},
};
use crate::{
    model::{
        AppError,
        limit::{LimitCell, LimitRow, LimitsTable},
    },
    ui::{Dialog, Form, FormError, Submit, TextField, forget_on_close},
};

/// The dialog, while the address names a row of the table.
#[component]
pub fn EditDialog(limits: Limits, data: Resource<Result<LimitsTable, AppError>>, kind: Memo<Kind>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.read().get("edit"));
    forget_on_close(limits.set, move || asked.with(Option::is_some));
    let limits = StoredValue::new(limits);
    let dialog = move |model: String| {
        view! {
            <Transition>
                {move || {
                    let model = model.clone();
                    Suspend::new(async move {
                        let rows = data.await.map(|table| table.rows).unwrap_or_default();
                        let row = rows.into_iter().find(|row| row.model.as_str() == model);
                        row.map(|row| view! { <EditForm limits=limits.get_value() kind=kind.get_untracked() row /> })
                    })
                }}
            </Transition>
        }
    };
    move || asked.get().map(dialog)
}

/// What stands above the field, for the hint under it.
fn ceiling(cell: &LimitCell) -> String {
    match cell.org {
        Some(_) => format!(
            "At most {}, the organization’s limit. Leave it empty to inherit.",
            form::quota(cell.org)
        ),
        None => "The organization has no limit here. Leave it empty for none.".to_owned(),
    }
}

fn typed(limit: Option<u64>) -> String {
    limit.map(|value| value.to_string()).unwrap_or_default()
}

#[component]
fn EditForm(limits: Limits, kind: Kind, row: LimitRow) -> impl IntoView {
    let close = limits.href(&[("t", kind.as_str())]);
    let set = limits.set;
    let (project, name) = (limits.project, row_name(&row.model));
    view! {
        <Dialog
            title=format!("Limits of {}", project.name)
            lead=format!("{name}. Both count per minute and refill continuously.")
            close=close.clone()
        >
            <Form action=set>
                <div class="body">
                    <FormError fields=&["requests", "tokens"] />
                    <input type="hidden" name="project" value=project.id.to_string() />
                    <input type="hidden" name="model" value=row.model.as_str().to_owned() />
                    <input type="hidden" name="back" value=close.clone() />
                    <TextField
                        label="Requests per minute"
                        name="requests"
                        hint=ceiling(&row.requests)
                        value=typed(row.requests.project)
                        inputmode="numeric"
                        autocomplete="off"
                    />
                    <TextField
                        label="Tokens per minute"
                        name="tokens"
                        hint=ceiling(&row.tokens)
                        value=typed(row.tokens.project)
                        inputmode="numeric"
                        autocomplete="off"
                    />
                </div>
                <div class="foot">
                    <a class="btn" href=close.clone()>
                        "Cancel"
                    </a>
                    <Submit label="Save limits" />
                </div>
            </Form>
        </Dialog>
    }
}
