//! Giving the ownership to another member. It stands in the URL: `?transfer=1`, which asks for the address of that member, and
//! `&email=…`, which shows what would be done.

use leptos::prelude::*;

use super::{Members, api::preview_transfer, demote::known_default_key, form::TransferForm};
use crate::{
    model::{AppError, member::TransferPreview, number::grouped},
    ui::{Consequence, Consequences, Dialog, DialogFoot, FormError, PageForm, PasswordField, Person, RoleLabel, TextField, query, refused},
};

/// Asks for the address, or shows the dry run for the one in the URL.
#[component]
pub fn TransferDialog(members: Members) -> impl IntoView {
    let typed = query().get("email").unwrap_or_default();
    if typed.is_empty() {
        return view! { <Ask members typed failure=None /> }.into_any();
    }
    let dialog = Suspend::new(async move {
        match preview_transfer(members.place.org.id.clone(), typed.clone()).await {
            Ok(preview) => view! { <Confirm members preview /> }.into_any(),
            Err(error) => view! { <Ask members typed failure=Some(error) /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }.into_any()
}

/// Who it shall be. The list keeps its filter, order and page.
#[component]
fn Ask(members: Members, typed: String, failure: Option<AppError>) -> impl IntoView {
    let close = members.here(&[]);
    let keep = query()
        .into_iter()
        .filter(|(name, _)| name != "email")
        .map(|(name, value)| view! { <input type="hidden" name=name.to_string() value=value /> })
        .collect_view();
    view! {
        <Dialog title=title(&members) lead="Another member becomes an owner. Nothing is done before you have seen what it does." close=close.clone()>
            <PageForm href=members.place.href("members") failure asks=true>
                <div class="body">
                    <FormError fields=&["email"] />
                    {keep}
                    <TextField
                        label="E-mail of the new owner"
                        name="email"
                        kind="email"
                        value=typed
                        hint="A member of the organization."
                        autocomplete="off"
                        required=true
                        autofocus=true
                    />
                </div>
                <DialogFoot close label="Continue" />
            </PageForm>
        </Dialog>
    }
}

/// What it does, the name of the organization typed, and the password again.
#[component]
fn Confirm(members: Members, preview: TransferPreview) -> impl IntoView {
    let close = members.here(&[]);
    let action = members.here(&[("transfer", "1"), ("email", preview.email.as_str())]);
    let (failure, typed) = refused::<TransferForm>();
    let typed = typed.unwrap_or_default();
    let org = members.place.org.name.to_string();
    view! {
        <Dialog title=title(&members) lead="It takes effect at once, and only an owner can undo it." close=close.clone()>
            <PageForm href=action failure enhanced=true>
                <div class="body">
                    <FormError fields=&["confirmation", "password"] />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <section class="found" aria-label="The new owner">
                        <Person name=preview.name.to_string() email=preview.email.to_string()>
                            <span class="muted">{preview.role.label()}</span>
                        </Person>
                    </section>
                    <Consequences lines=effects(&preview) />
                    <TextField label=format!("Type “{org}” to confirm") name="confirmation" value=typed.confirmation autocomplete="off" required=true />
                    <PasswordField label="Your password" name="password" autocomplete="current-password" />
                </div>
                <DialogFoot close label="Transfer ownership" danger=true />
            </PageForm>
        </Dialog>
    }
}

fn title(members: &Members) -> String {
    format!("Transfer ownership of {}", members.place.org.name)
}

fn effects(preview: &TransferPreview) -> Vec<Consequence> {
    let name = &preview.name;
    let others = match preview.other_owners {
        0 => format!("{name} is the only owner then"),
        1 => "1 other owner remains".to_owned(),
        count => format!("{} other owners remain", grouped(count)),
    };
    let yours = (preview.invitations > 0).then(|| {
        let count = grouped(preview.invitations);
        Consequence::ends(
            "mail",
            format!("Open invitations to become an owner that you sent: {count}. They hold no longer, until an owner sends them again"),
        )
    });
    [
        Consequence::gives(
            "shield",
            format!("{name} manages settings, owners and the Organization Default Key"),
        ),
        Consequence::ends(
            "user-round",
            "You become an admin of the organization, and see the Organization Default Key no longer",
        ),
        Consequence::notes("users", others),
    ]
    .into_iter()
    .chain(yours)
    .chain(preview.knows_default_key.then(|| known_default_key("you")))
    .collect()
}
