//! Giving the ownership to another member. It stands in the URL: `?transfer=…` with the address of that member, or nothing.

use leptos::prelude::*;
use leptos_router::location::Url;

use super::{Members, form::TransferForm};
use crate::{
    icon::Icon,
    ui::{Dialog, DialogFoot, FormError, PageForm, PasswordField, TextField, refused},
};

/// What it does, the name of the organization typed, and the password again.
#[component]
pub fn TransferDialog(members: Members, email: String) -> impl IntoView {
    let close = members.href(&[]);
    let action = format!("{}?transfer={}", members.place.href("members"), Url::escape(&email));
    let (failure, typed) = refused::<TransferForm>();
    let typed = typed.unwrap_or_else(|| TransferForm {
        email,
        ..TransferForm::default()
    });
    let org = members.place.org.name.to_string();
    view! {
        <Dialog
            title=format!("Transfer ownership of {org}")
            lead="Another member becomes an owner. It takes effect at once, and only an owner can undo it."
            close=close.clone()
        >
            <PageForm href=action failure enhanced=true>
                <div class="body">
                    <FormError fields=&["email", "confirmation", "password"] />
                    <ul class="effects">
                        <li class="yes">
                            <Icon name="shield" />
                            <span>"They manage settings, owners and the Organization Default Key"</span>
                        </li>
                        <li class="no">
                            <Icon name="user-round" />
                            <span>"You become an admin of the organization, and see the Organization Default Key no longer"</span>
                        </li>
                    </ul>
                    <TextField
                        label="E-mail of the new owner"
                        name="email"
                        kind="email"
                        value=typed.email
                        hint="A member of the organization."
                        autocomplete="off"
                        required=true
                    />
                    <TextField label=format!("Type “{org}” to confirm") name="confirmation" value=typed.confirmation autocomplete="off" required=true />
                    <PasswordField label="Your password" name="password" autocomplete="current-password" />
                </div>
                <DialogFoot close label="Transfer ownership" danger=true />
            </PageForm>
        </Dialog>
    }
}
