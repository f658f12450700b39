//! The confirmation before a key is revoked. It stands in the URL: `?revoke=key_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Keys, api::RevokeKey};
use crate::{
    model::key::ApiKey,
    ui::{Dialog, DialogFoot, Form, FormError, Note, Notice, Tone, absolute},
};

#[component]
pub fn RevokeDialog(keys: Keys, key: ApiKey) -> impl IntoView {
    let close = keys.href(&[]);
    let back = keys.href(&[Notice::KeyRevoked.param()]);
    view! {
        <Dialog
            title=format!("Revoke {}?", key.name)
            lead="This is final. To stop a key for a while, disable it instead."
            close=close.clone()
        >
            <Form action=RevokeKey::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=keys.project.id.to_string() />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <Note tone=Tone::Warn>
                        "Programs that use " <code>{key.hint.clone()}</code> " are refused with 401 from their next request on. "
                        {key
                            .last_used_at
                            .map_or_else(|| "It was never used.".to_owned(), |at| format!("It was last used on {}.", absolute(at)))}
                    </Note>
                    <p class="muted">"Its usage and its records in the audit log stay."</p>
                </div>
                <DialogFoot close label="Revoke key" danger=true />
            </Form>
        </Dialog>
    }
}
