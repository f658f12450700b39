//! Adding a member to projects: also the way back from *no project*. It stands in the URL: `?assign=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members,
    api::{AssignMember, preview_assignment},
};
use crate::{
    model::{
        ProjectRole,
        member::{AssignableProject, Assignment},
    },
    ui::{Badge, Dialog, DialogFoot, DryRun, Form, FormError, Note, Notice, RoleLabel, SelectField, Tone},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn AssignDialog(members: Members, id: String) -> impl IntoView {
    let org = members.place.org.id.clone();
    view! {
        <DryRun
            title="Add to projects"
            close=members.here(&[])
            id=id.parse().ok()
            preview=move |account| preview_assignment(org, account)
            let:assignment
        >
            <Choose members assignment />
        </DryRun>
    }
}

#[component]
fn Choose(members: Members, assignment: Assignment) -> impl IntoView {
    let close = members.here(&[]);
    let back = members.here(&[Notice::MemberAssigned.param()]);
    let Assignment {
        account,
        name,
        has_access,
        projects,
    } = assignment;
    let org = members.place.org.name.to_string();
    let roles = ProjectRole::ALL.map(|role| (role.as_str().to_owned(), role.label().to_owned()));
    let boxes = projects.into_iter().map(|project| view! { <Choice project /> }).collect_view();
    view! {
        <Dialog title=format!("Add {name} to projects") lead="It takes effect at once." close=close.clone()>
            <Form action=AssignMember::PATH>
                <div class="body">
                    <FormError />
                    {(!has_access)
                        .then(|| {
                            view! {
                                <Note tone=Tone::Warn>
                                    {format!("{name} has no project now, and so no access to {org}. With the first one it is there again.")}
                                </Note>
                            }
                        })}
                    <input type="hidden" name="org" value=members.place.org.id.to_string() />
                    <input type="hidden" name="account" value=account.to_string() />
                    <input type="hidden" name="back" value=back />
                    <fieldset class="checklist scroll">
                        <legend class="label">"Projects"</legend>
                        {boxes}
                    </fieldset>
                    <SelectField label="Role in them" name="role" options=roles.to_vec() selected=ProjectRole::Member.as_str() />
                </div>
                <DialogFoot close label="Add to projects" />
            </Form>
        </Dialog>
    }
}

/// One project; those that the member is in already stand there ticked, with the role.
#[component]
fn Choice(project: AssignableProject) -> impl IntoView {
    let has = project.role.is_some();
    view! {
        <label>
            <input type="checkbox" name="projects[]" value=project.id.to_string() autocomplete="off" checked=has disabled=has />
            <span class="grow">
                <strong>{project.name.to_string()}</strong>
                " "
                {project.is_default.then(|| view! { <Badge>"Default"</Badge> })}
            </span>
            {project.role.map(|role| view! { <span class="trail muted">{format!("{} already", role.as_str())}</span> })}
        </label>
    }
}
