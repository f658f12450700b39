//! The confirmation of a removal: what ends, and which keys are revoked with it. It stands in the URL: `?remove=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members, Refused,
    api::{RemoveMember, preview_removal},
};
use crate::{
    icon::Icon,
    model::{
        AccountId, AppError, OrgRole,
        member::{MemberKey, MemberRemoval},
        number::grouped,
    },
    ui::{Badge, Dialog, Form, FormError, Note, Notice, Submit, Tone},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn RemoveDialog(members: Members, id: String) -> impl IntoView {
    let id: Result<AccountId, AppError> = id.parse().map_err(|_| AppError::NotFound);
    let dialog = Suspend::new(async move {
        let preview = match id {
            Ok(id) => preview_removal(members.place.org.id.clone(), id).await,
            Err(error) => Err(error),
        };
        let preview = preview.and_then(|preview| match preview.obstacle.clone() {
            Some(obstacle) => Err(AppError::conflict(obstacle)),
            None => Ok(preview),
        });
        match preview {
            Ok(preview) => view! { <Confirm members preview /> }.into_any(),
            Err(error) => view! { <Refused members title="Remove from organization" error /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }
}

#[component]
fn Confirm(members: Members, preview: MemberRemoval) -> impl IntoView {
    let close = members.href(&[]);
    let back = members.here(Notice::MemberRemoved.param());
    let (name, org) = (preview.name.to_string(), members.place.org.name.to_string());
    let effects = effects(&preview, &org)
        .into_iter()
        .map(|(icon, text)| {
            view! {
                <li class="no">
                    <Icon name=icon />
                    <span>{text}</span>
                </li>
            }
        })
        .collect_view();
    let submit = if preview.keys.is_empty() {
        "Remove"
    } else {
        "Remove and revoke ticked keys"
    };
    view! {
        <Dialog
            title=format!("Remove {name} from {org}?")
            lead="It takes effect at once. The account stays; an invitation brings the person back, without what they had."
            close=close.clone()
        >
            <Form action=RemoveMember::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="org" value=members.place.org.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="back" value=back />
                    <section aria-labelledby="removal-ends">
                        <h3 id="removal-ends">"What ends now"</h3>
                        <ul class="effects">{effects}</ul>
                    </section>
                    <Keys name keys=preview.keys />
                </div>
                <div class="foot">
                    <a class="btn" href=close>
                        "Cancel"
                    </a>
                    <Submit label=submit class="btn danger" />
                </div>
            </Form>
        </Dialog>
    }
}

/// What ends, line by line, with an icon each.
fn effects(preview: &MemberRemoval, org: &str) -> Vec<(&'static str, String)> {
    let MemberRemoval {
        sessions,
        projects,
        owned,
        invitations,
        ..
    } = preview;
    let rights = match sessions {
        0 => format!("Rights in {org}; no session is open"),
        1 => format!("Rights in {org} of 1 open session"),
        sessions => format!("Rights in {org} of {} open sessions", grouped(*sessions)),
    };
    let mut lines = vec![("log-out", rights)];
    if preview.role == OrgRole::Member && !projects.is_empty() {
        lines.push(("folder", format!("Their projects: {}", projects.join(", "))));
    } else if preview.role != OrgRole::Member {
        lines.push(("folder", format!("The {} role, in every project", preview.role.as_str())));
    }
    if !owned.is_empty() {
        lines.push((
            "user-round",
            format!("Being owner or key owner of {}, which have none then", owned.join(", ")),
        ));
    }
    if *invitations > 0 {
        let text = match invitations {
            1 => "1 open invitation of theirs, until somebody else sends it again".to_owned(),
            count => format!(
                "{} open invitations of theirs, until somebody else sends them again",
                grouped(*count)
            ),
        };
        lines.push(("mail", text));
    }
    lines
}

/// The keys that the person made, ticked to be revoked.
#[component]
fn Keys(name: String, keys: Vec<MemberKey>) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="muted">{format!("You see no key that {name} made and that still exists.")}</p> }.into_any();
    }
    let used = keys.iter().filter(|key| key.requests_24h > 0);
    let used: Vec<_> = used.map(|key| key.name.clone()).collect();
    let rows = keys
        .into_iter()
        .map(|key| {
            view! {
                <label>
                    <input type="checkbox" name="keys[]" value=key.id.to_string() autocomplete="off" checked />
                    <span class="grow">
                        <strong>{key.name}</strong>
                        " "
                        {key.is_org_default.then(|| view! { <Badge>"Organization Default"</Badge> })}
                        <span class="sub">{key.project} " · " <code>{key.hint}</code></span>
                    </span>
                    <span class="trail">
                        <strong>{grouped(key.requests_24h)}</strong>
                        <span class="sub">"requests in 24 h"</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="checklist">
            <legend>
                <span class="h3">{format!("Keys that {name} made")}</span>
                <span class="hint">{format!("{name} knows these secrets. A key that you leave ticked is revoked for good.")}</span>
            </legend>
            {rows}
        </fieldset>
        {(!used.is_empty())
            .then(|| {
                view! {
                    <Note tone=Tone::Warn>
                        <strong>{format!("In use: {}.", used.join(", "))}</strong>
                        " Their requests stop with them. To keep a key running, untick it and replace it by a new one soon."
                    </Note>
                }
            })}
    }
    .into_any()
}
