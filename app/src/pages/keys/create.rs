//! Creating a key: the form, and the one moment at which the secret is shown.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    KeyOutcome, Keys,
    api::CreateKey,
    form::{KeyForm, lifetime_label},
    snippet,
};
use crate::{
    model::{
        AppError,
        key::{CreatedKey, KeyLifetime},
    },
    ui::{CopyButton, Dialog, FormError, PlainForm, SelectField, Submit, TextField},
};

/// What the create dialog shows.
#[derive(Clone, PartialEq)]
enum Step {
    Closed,
    Form,
    Created(CreatedKey),
}

/// The form at `?new=1`, then "Save your key". `outcome` is the answer of the form that was posted without script.
#[component]
pub fn CreateDialogs(keys: Keys, create: ServerAction<CreateKey>, outcome: Option<KeyOutcome>) -> impl IntoView {
    let query = use_query_map();
    let open = Memo::new(move |_| query.read().get("new").is_some());
    let posted = RwSignal::new(outcome.map(|outcome| outcome.0));
    let answer = Signal::derive(move || create.value().get().or_else(|| posted.get()));
    // A closed dialog forgets: the next one starts empty, and no secret stays behind.
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            create.clear();
            posted.set(None);
        }
        now
    });
    let step = Memo::new(move |_| match answer.get() {
        Some(Ok(created)) => Step::Created(created),
        Some(Err(_)) => Step::Form,
        None if open.get() => Step::Form,
        None => Step::Closed,
    });
    let failed = Signal::derive(move || answer.get().and_then(Result::err));
    let keys = StoredValue::new(keys);
    move || match step.get() {
        Step::Closed => ().into_any(),
        Step::Form => view! { <CreateForm keys=keys.get_value() create failed /> }.into_any(),
        Step::Created(created) => {
            view! { <SaveKey keys=keys.get_value() created on_done=Callback::new(move |()| posted.set(None)) /> }.into_any()
        }
    }
}

#[component]
fn CreateForm(keys: Keys, create: ServerAction<CreateKey>, failed: Signal<Option<AppError>>) -> impl IntoView {
    let close = keys.href(&[]);
    let project = keys.project.id.clone();
    let send = Callback::new(move |form: KeyForm| {
        create.dispatch(CreateKey {
            project: project.clone(),
            name: form.name,
            lifetime: form.lifetime,
            idempotency: form.idempotency,
        });
    });
    let lifetimes = KeyLifetime::ALL
        .into_iter()
        .map(|lifetime| (lifetime.as_str().to_owned(), lifetime_label(lifetime).to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Dialog title="Create key" lead=format!("For {}. The secret is shown once, in the next step.", keys.project.name) close=close.clone()>
            <PlainForm href=keys.href(&[("new", "1")]) failure=failed pending=create.pending() on_send=send>
                <div class="body">
                    <FormError fields=&["name", "lifetime"] />
                    <Token keys=keys.clone() />
                    <TextField
                        label="Name"
                        name="name"
                        hint="Say which program uses it: checkout-api, nightly-eval."
                        autocomplete="off"
                        required=true
                        autofocus=true
                    />
                    <SelectField
                        label="Expires after"
                        name="lifetime"
                        options=lifetimes.clone()
                        selected=KeyLifetime::default().as_str()
                        hint="A key that expires limits what a leak can cost."
                    />
                </div>
                <div class="foot">
                    <a class="btn" href=close.clone()>
                        "Cancel"
                    </a>
                    <Submit label="Create key" />
                </div>
            </PlainForm>
        </Dialog>
    }
}

/// The hidden value that makes a repeated submission no second key. It comes with the list.
#[component]
fn Token(keys: Keys) -> impl IntoView {
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let token = keys.list.await.map(|view| view.form_token).unwrap_or_default();
                view! { <input type="hidden" name="idempotency" value=token /> }
            })}
        </Transition>
    }
}

#[component]
fn SaveKey(keys: Keys, created: CreatedKey, on_done: Callback<()>) -> impl IntoView {
    // Escape leads back to this very dialog: a secret that is shown once must not vanish by a slip.
    let here = keys.href(&[("new", "1")]);
    let lead = format!(
        "{} in {}. This is the only time the secret is shown.",
        created.name, keys.project.name
    );
    let env = snippet::env_line(&created.secret);
    view! {
        <Dialog title="Save your key" lead close=here>
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
                <a class="btn primary" href=keys.href(&[]) on:click=move |_| on_done.run(())>
                    "Done"
                </a>
            </div>
        </Dialog>
    }
}
