//! The confirmation of a removal: what ends, and which keys are revoked with it. It stands in the URL: `?remove=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    People,
    api::{RemoveCollaborator, preview_removal},
};
use crate::{
    model::collaborator::{AfterRemoval, RemovalPreview},
    ui::{Blocked, Consequence, Consequences, Dialog, DialogFoot, DryRun, Form, FormError, MadeKeys, Notice, removal_label},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn RemoveDialog(people: People, id: String) -> impl IntoView {
    let project = people.project.id.clone();
    view! {
        <DryRun title="Remove user" close=people.here(&[]) id=id.parse().ok() preview=move |account| preview_removal(project, account) let:preview>
            <Confirm people preview />
        </DryRun>
    }
}

#[component]
fn Confirm(people: People, preview: RemovalPreview) -> impl IntoView {
    let close = people.here(&[]);
    if let Some(obstacle) = preview.obstacle.clone() {
        return view! { <Blocked title="Remove user" close obstacle /> }.into_any();
    }
    let back = if people.is_shut_out(&preview.account) {
        "/".to_owned()
    } else {
        people.here(&[Notice::CollaboratorRemoved.param()])
    };
    let project = people.project.name.to_string();
    let lead = format!("It takes effect at once. {}", what_stays(&people, &preview));
    let effects = ends(&people, &preview);
    let label = removal_label("Remove user", &preview.keys);
    view! {
        <Dialog title=format!("Remove {} from {project}?", preview.name) lead close=close.clone()>
            <Form action=RemoveCollaborator::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=people.project.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="back" value=back />
                    <Consequences title="What ends now" lines=effects />
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

/// What ends, line by line.
fn ends(people: &People, preview: &RemovalPreview) -> Vec<Consequence> {
    let (org, project) = (&people.place.org.name, &people.project.name);
    let keeps_the_open_project = match preview.after {
        AfterRemoval::OpenProject => true,
        // It may be so: what the people of the organization have there is not for the viewer.
        AfterRemoval::Concealed => !preview.is_external,
        AfterRemoval::Nothing | AfterRemoval::OtherProjects(_) => false,
    };
    let rights = if keeps_the_open_project {
        format!("The role that they were given in {project}, at once in open sessions, too")
    } else {
        format!("All rights in {project}, at once in open sessions, too")
    };
    let mut lines = vec![Consequence::ends("log-out", rights)];
    if preview.is_key_owner {
        lines.push(key_owner_ends(people));
    }
    if preview.after == AfterRemoval::Nothing && !preview.is_external {
        lines.push(Consequence::ends(
            "building-2",
            format!("Access to {org}: this is their last project"),
        ));
    }
    lines
}

/// Nobody is the project's key owner then.
pub(super) fn key_owner_ends(people: &People) -> Consequence {
    let project = &people.project.name;
    Consequence::ends(
        "key-round",
        format!("The part of the key owner of {project}: nobody is until an admin chooses somebody"),
    )
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
