//! The confirmation of a removal: what ends, and which keys are revoked with it. It stands in the URL: `?remove=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    People,
    api::{RemoveCollaborator, preview_removal},
};
use crate::{
    icon::Icon,
    model::{
        AccountId, AppError, OrgRole,
        collaborator::{AfterRemoval, MadeKey, RemovalPreview},
        number::grouped,
    },
    ui::{Dialog, ErrorNote, Form, FormError, Note, Notice, Submit, Tone},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn RemoveDialog(people: People, id: String) -> impl IntoView {
    let id: Result<AccountId, AppError> = id.parse().map_err(|_| AppError::NotFound);
    let dialog = Suspend::new(async move {
        let preview = match id {
            Ok(id) => preview_removal(people.project.id.clone(), id).await,
            Err(error) => Err(error),
        };
        match preview {
            Ok(preview) => match preview.obstacle.clone() {
                Some(obstacle) => view! { <Refused people error=AppError::conflict(obstacle) /> }.into_any(),
                None => view! { <Confirm people preview /> }.into_any(),
            },
            Err(error) => view! { <Refused people error /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }
}

#[component]
fn Refused(people: People, error: AppError) -> impl IntoView {
    let close = people.href(&[]);
    view! {
        <Dialog title="Remove user" close=close.clone()>
            <div class="body">
                <ErrorNote error />
            </div>
            <div class="foot">
                <a class="btn" href=close>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
}

#[component]
fn Confirm(people: People, preview: RemovalPreview) -> impl IntoView {
    let close = people.href(&[]);
    // Who removes themselves cannot come back to this page.
    let is_self = preview.account == people.place.viewer.account;
    let back = if is_self && people.place.standing.org.is_none_or(|role| role == OrgRole::Member) {
        "/".to_owned()
    } else {
        people.href(&[Notice::CollaboratorRemoved.param()])
    };
    let project = people.project.name.to_string();
    let lead = format!("It takes effect at once. {}", what_stays(&people, &preview));
    let submit = match preview.keys.len() {
        0 => "Remove user",
        1 => "Remove and revoke the ticked key",
        _ => "Remove and revoke the ticked keys",
    };
    view! {
        <Dialog title=format!("Remove {} from {project}?", preview.name) lead close=close.clone()>
            <Form action=RemoveCollaborator::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=people.project.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="back" value=back />
                    <section aria-labelledby="removal-ends">
                        <h3 id="removal-ends">"What ends now"</h3>
                        <ul class="effects">
                            <li class="no">
                                <Icon name="log-out" />
                                <span>{format!("All rights in {project}, at once in open sessions, too")}</span>
                            </li>
                            {preview
                                .is_key_owner
                                .then(|| {
                                    view! {
                                        <li class="no">
                                            <Icon name="key-round" />
                                            <span>{format!("The part of the key owner of {project}: nobody is until you choose somebody")}</span>
                                        </li>
                                    }
                                })}
                            {(preview.after == AfterRemoval::Nothing && !preview.is_external)
                                .then(|| {
                                    view! {
                                        <li class="no">
                                            <Icon name="building-2" />
                                            <span>{format!("Access to {}: this is their last project", people.place.org.name)}</span>
                                        </li>
                                    }
                                })}
                        </ul>
                    </section>
                    <Keys name=preview.name.to_string() keys=preview.keys />
                </div>
                <div class="foot">
                    <a class="btn" href=close autofocus>
                        "Cancel"
                    </a>
                    <Submit label=submit class="btn danger" />
                </div>
            </Form>
        </Dialog>
    }
}

/// Where the person is after the removal.
fn what_stays(people: &People, preview: &RemovalPreview) -> String {
    let (name, org) = (&preview.name, &people.place.org.name);
    match &preview.after {
        AfterRemoval::Concealed if preview.is_external => format!("{name} cannot open {} any more.", people.project.name),
        AfterRemoval::Concealed => format!("{name} keeps what else they have in {org}."),
        AfterRemoval::Nothing if preview.is_external => format!("{name} sees nothing of {org} any more."),
        AfterRemoval::Nothing => format!("{name} loses {org} until an admin adds them to another project."),
        AfterRemoval::OpenProject => {
            format!("{name} keeps what every member of {org} has: the member role in the Default Project, and any other project of theirs.")
        }
        AfterRemoval::OtherProjects(names) if names.is_empty() => format!("{name} stays in {org}, in other projects."),
        AfterRemoval::OtherProjects(names) => format!("{name} stays in {org}, with {}.", names.join(", ")),
    }
}

/// The keys that the person made, ticked to be revoked.
#[component]
fn Keys(name: String, keys: Vec<MadeKey>) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="muted">{format!("{name} made no key of this project that still exists.")}</p> }.into_any();
    }
    let used: Vec<_> = keys.iter().filter(|key| key.requests_24h > 0).map(|key| key.name.clone()).collect();
    let rows = keys
        .into_iter()
        .map(|key| {
            view! {
                <label>
                    <input type="checkbox" name="keys[]" value=key.id.to_string() autocomplete="off" checked />
                    <span class="grow">
                        <strong>{key.name}</strong>
                        <code class="sub">{key.hint}</code>
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
