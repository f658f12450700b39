//! Creating a key: the form, and the one moment at which the secret is shown.

use leptos::prelude::*;

use super::{
    KeyOutcome, Keys,
    form::{KeyForm, lifetime_label},
    snippet,
};
use crate::{
    islands::CopyButton,
    model::{
        AppError,
        key::{CreatedKey, KeyLifetime},
    },
    ui::{Dialog, DialogFoot, FormError, PageForm, SelectField, TextField, query},
};

/// The form at `?new=1`, then "Save your key": the answer of the form that was posted.
#[component]
pub fn CreateDialogs(keys: Keys, form_token: String) -> impl IntoView {
    match use_context::<KeyOutcome>() {
        Some(KeyOutcome::Created(created)) => view! { <SaveKey keys created /> }.into_any(),
        Some(KeyOutcome::Refused(error, typed)) => view! { <CreateForm keys form_token typed failure=Some(error) /> }.into_any(),
        None if query().get_str("new").is_some() => {
            view! { <CreateForm keys form_token typed=KeyForm::default() failure=None /> }.into_any()
        }
        None => ().into_any(),
    }
}

#[component]
fn CreateForm(keys: Keys, form_token: String, typed: KeyForm, failure: Option<AppError>) -> impl IntoView {
    let lifetime = typed.lifetime.parse::<KeyLifetime>().unwrap_or_default();
    let close = keys.href(&[]);
    let lifetimes = KeyLifetime::ALL
        .into_iter()
        .map(|lifetime| (lifetime.as_str().to_owned(), lifetime_label(lifetime).to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Dialog title="Create key" lead=format!("For {}. The secret is shown once, in the next step.", keys.project.name) close=close.clone()>
            <PageForm href=keys.href(&[("new", "1")]) failure>
                <div class="body">
                    <FormError fields=&["name", "lifetime"] />
                    <input type="hidden" name="idempotency" value=form_token />
                    <TextField
                        label="Name"
                        name="name"
                        value=typed.name
                        hint="Say which program uses it: checkout-api, nightly-eval."
                        autocomplete="off"
                        required=true
                        autofocus=true
                    />
                    <SelectField
                        label="Expires after"
                        name="lifetime"
                        options=lifetimes
                        selected=lifetime.as_str()
                        hint="A key that expires limits what a leak can cost."
                    />
                </div>
                <DialogFoot close label="Create key" />
            </PageForm>
        </Dialog>
    }
}

/// The secret, once. It stays on Escape: a secret that is shown once must not vanish by a slip.
#[component]
fn SaveKey(keys: Keys, created: CreatedKey) -> impl IntoView {
    let lead = format!(
        "{} in {}. This is the only time the secret is shown.",
        created.name, keys.project.name
    );
    let env = snippet::env_line(&created.secret);
    view! {
        <Dialog title="Save your key" lead>
            <div class="body">
                <div class="secret">
                    <code tabindex="0" aria-label="Secret">
                        {created.secret.clone()}
                    </code>
                    <CopyButton text=created.secret label="Copy" />
                </div>
                <div class="code">
                    <div class="code-head">
                        <span class="muted">".env"</span>
                    </div>
                    <pre class="pre bare" tabindex="0" aria-label="Line for an environment file">
                        {env}
                    </pre>
                </div>
                <div class="code">
                    <div class="code-head">
                        <span class="muted">"Try it"</span>
                    </div>
                    <pre class="pre bare" tabindex="0" aria-label="Request with curl">
                        {snippet::check_request(&keys.base.0)}
                    </pre>
                </div>
            </div>
            <div class="foot">
                <a class="btn primary" href=keys.href(&[])>
                    "Done"
                </a>
            </div>
        </Dialog>
    }
}
