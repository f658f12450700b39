//! The confirmation before a key is revoked. It stands in the URL: `?revoke=key_…`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Keys, api::KeysView};
use crate::{
    model::{
        AppError,
        key::{ApiKey, KeyState},
    },
    ui::{Dialog, Form, FormError, Note, Submit, Tone, forget_on_close},
};

/// The dialog, while the address names a key of the list that can still be revoked.
#[component]
pub fn RevokeDialog(keys: Keys) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.read().get("revoke"));
    forget_on_close(keys.revoke, move || asked.with(Option::is_some));
    let keys = StoredValue::new(keys);
    let dialog = move |id: String| {
        let keys = keys.get_value();
        view! {
            <Transition>
                {move || {
                    let (id, keys) = (id.clone(), keys.clone());
                    Suspend::new(async move { target(keys.list.await, &id).map(|key| view! { <Confirm keys key /> }) })
                }}
            </Transition>
        }
    };
    move || asked.get().map(dialog)
}

fn target(list: Result<KeysView, AppError>, id: &str) -> Option<ApiKey> {
    let rows = list.ok()?.listing.rows;
    rows.into_iter().find(|key| key.id.as_str() == id && key.state != KeyState::Revoked)
}

#[component]
fn Confirm(keys: Keys, key: ApiKey) -> impl IntoView {
    let close = keys.href(&[]);
    let revoke = keys.revoke;
    view! {
        <Dialog
            title=format!("Revoke {}?", key.name)
            lead="This is final. To stop a key for a while, disable it instead."
            close=close.clone()
        >
            <Form action=revoke>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=keys.project.id.to_string() />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <input type="hidden" name="back" value=close.clone() />
                    <Note tone=Tone::Warn>
                        "Programs that use " <code>{key.hint.clone()}</code> " are refused with 401 from their next request on. "
                        {key
                            .last_used_at
                            .map_or_else(|| "It was never used.".to_owned(), |at| format!("It was last used on {}.", at.absolute()))}
                    </Note>
                    <p class="muted">"Its usage and its records in the audit log stay."</p>
                </div>
                <div class="foot">
                    <a class="btn" href=close>
                        "Cancel"
                    </a>
                    <Submit label="Revoke key" class="btn danger" />
                </div>
            </Form>
        </Dialog>
    }
}
