//! The edit dialog of one row. It stands in the URL: `?edit=model`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Limits,
    api::SetLimits,
    form,
    table::{Kind, row_name},
};
use crate::{
    model::limit::{LimitCell, LimitRow},
    ui::{Dialog, Form, FormError, Notice, Submit, TextField},
};

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
pub fn EditDialog(limits: Limits, kind: Kind, row: LimitRow) -> impl IntoView {
    let close = limits.href(&[("t", kind.as_str())]);
    let back = limits.href(&[("t", kind.as_str()), Notice::LimitsSaved.param()]);
    let (project, name) = (limits.project, row_name(&row.model));
    view! {
        <Dialog
            title=format!("Limits of {}", project.name)
            lead=format!("{name}. Both count per minute and refill continuously.")
            close=close.clone()
        >
            <Form action=SetLimits::PATH>
                <div class="body">
                    <FormError fields=&["requests", "tokens"] />
                    <input type="hidden" name="project" value=project.id.to_string() />
                    <input type="hidden" name="model" value=row.model.as_str().to_owned() />
                    <input type="hidden" name="back" value=back />
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
                    <a class="btn" href=close>
                        "Cancel"
                    </a>
                    <Submit label="Save limits" />
                </div>
            </Form>
        </Dialog>
    }
}
