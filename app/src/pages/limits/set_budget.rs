//! The dialog of one budget: `?t=usd&edit=…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Limits,
    api::SetBudget,
    form::{REFUSE, WARN},
};
use crate::{
    model::budget::{Budget, Spend, version},
    ui::{Dialog, DialogFoot, Form, FormError, Notice, SelectField, TextField},
};

#[component]
pub fn BudgetDialog(limits: Limits, spend: Spend) -> impl IntoView {
    let close = limits.href(&[]);
    let seen = version(spend.budget.as_ref());
    let (budget, is_new) = match spend.budget {
        Some(budget) => (budget, false),
        None => (suggested(), true),
    };
    let amount = if is_new { String::new() } else { budget.amount.plain() };
    let choices = [(REFUSE, "Refuse requests with 429"), (WARN, "Only warn")];
    let choices = choices.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <Dialog
            title=format!("Monthly budget of {}", spend.name)
            lead="Cost of the calendar month (UTC). Leave the amount empty for no budget."
            close=close.clone()
        >
            <Form action=SetBudget::PATH>
                <div class="body">
                    <FormError fields=&["amount", "warn_percents", "when_spent"] />
                    <input type="hidden" name="project" value=limits.project.id.to_string() />
                    <input type="hidden" name="scope" value=spend.scope.to_string() />
                    <input type="hidden" name="seen" value=seen />
                    <input type="hidden" name="back" value=limits.href(&[Notice::BudgetSaved.param()]) />
                    <input type="hidden" name="back_removed" value=limits.href(&[Notice::BudgetRemoved.param()]) />
                    <TextField
                        label="Amount in $"
                        name="amount"
                        value=amount
                        hint=format!("This month has cost {} so far.", spend.spent.display())
                        inputmode="decimal"
                        autocomplete="off"
                    />
                    <TextField
                        label="Warn at, in %"
                        name="warn_percents"
                        value=budget.thresholds()
                        hint="Whole per cents of the amount. Each is told once a month: in the audit log, and at the top of the project’s pages."
                        autocomplete="off"
                    />
                    <SelectField
                        label="When it is spent"
                        name="when_spent"
                        options=choices
                        selected=if budget.hard_stop { REFUSE } else { WARN }
                        hint="A request is refused when its estimated cost does not fit any more."
                    />
                </div>
                <DialogFoot close label="Save budget" />
            </Form>
        </Dialog>
    }
}

/// What a new budget starts with.
fn suggested() -> Budget {
    Budget {
        amount: crate::model::Money::ZERO,
        warn_percents: vec![50, 80, 100],
        hard_stop: true,
    }
}
