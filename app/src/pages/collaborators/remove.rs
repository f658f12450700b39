//! The confirmation of a removal: what ends, and which keys are revoked with it. It stands in the URL: `?remove=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    People,
    api::{RemoveCollaborator, preview_removal},
};
use crate::{
    icon::Icon,
    model::{
        OrgRole,
        collaborator::{AfterRemoval, RemovalPreview},
    },
    ui::{Blocked, Dialog, DialogFoot, DryRun, Form, FormError, MadeKeys, Notice, removal_label},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn RemoveDialog(people: People, id: String) -> impl IntoView {
    let project = people.project.id.clone();
    view! {
        <DryRun title="Remove user" close=people.href(&[]) id=id.parse().ok() preview=move |account| preview_removal(project, account) let:preview>
            <Confirm people preview />
        </DryRun>
    }
}

#[component]
fn Confirm(people: People, preview: RemovalPreview) -> impl IntoView {
    let close = people.href(&[]);
    if let Some(obstacle) = preview.obstacle.clone() {
        return view! { <Blocked title="Remove user" close obstacle /> }.into_any();
    }
    // Who removes themselves cannot come back to this page.
    let is_self = preview.account == people.place.viewer.account;
    let back = if is_self && people.place.standing.org.is_none_or(|role| role == OrgRole::Member) {
        "/".to_owned()
    } else {
        people.href(&[Notice::CollaboratorRemoved.param()])
    };
    let project = people.project.name.to_string();
    let lead = format!("It takes effect at once. {}", what_stays(&people, &preview));
    let label = removal_label("Remove user", &preview.keys);
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
                    <MadeKeys
                        none=format!("{} made no key of this project that still exists.", preview.name)
                        name=preview.name.to_string()
                        keys=preview.keys
                    />
                </div>
                <DialogFoot close label danger=true cancel_first=true />
            </Form>
        </Dialog>
    }
    .into_any()
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
