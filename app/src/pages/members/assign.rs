//! Adding a member to projects: also the way back from *no project*. It stands in the URL: `?assign=acct_…`, with what was
//! ticked while projects are looked for.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    LISTS, Members,
    api::{AssignMember, preview_assignment},
    choose::{FindProjects, ProjectBoxes},
};
use crate::{
    model::{
        ProjectRole,
        choice::{Choices, Choosing, ProjectChoice},
        member::Assignment,
    },
    ui::{Dialog, DialogFoot, DryRun, Form, FormError, Note, Notice, RoleLabel, SelectField, Tone, href, query},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn AssignDialog(members: Members, id: String) -> impl IntoView {
    let org = members.place.org.id.clone();
    let query = query();
    let text = query.get_str("find").unwrap_or_default().trim().to_owned();
    let choosing = Choosing::typed(&text, &query.get_all("projects[]").unwrap_or_default());
    let role = query
        .get_str(ROLE)
        .and_then(|word| word.parse().ok())
        .unwrap_or(ProjectRole::Member);
    let looking = query.get_str("look").is_some();
    view! {
        <DryRun
            title="Add to projects"
            close=members.here(&[])
            id=id.parse().ok()
            preview=move |account| preview_assignment(org, account, choosing)
            let:assignment
        >
            <Choose members assignment text role looking />
        </DryRun>
    }
}

/// The field of the role; the list behind the dialog is filtered by `role`.
const ROLE: &str = "project_role";

#[component]
fn Choose(
    members: Members,
    assignment: Assignment,
    /// What was looked for.
    text: String,
    role: ProjectRole,
    looking: bool,
) -> impl IntoView {
    let close = members.here(&[]);
    let back = members.here(&[Notice::MemberAssigned.param()]);
    let Assignment {
        account,
        name,
        email,
        has_access,
        projects: Choices { rows, matching, total },
    } = assignment;
    let org = members.place.org.name.to_string();
    let roles = ProjectRole::ALL.map(|role| (role.as_str().to_owned(), role.label().to_owned()));
    let page = members.href(&[]);
    let org_slug = members.place.org.slug.clone();
    let change = move |project: &ProjectChoice| {
        let people = format!("/{org_slug}/{}/settings/collaborators", project.slug);
        href(&people, &[("q", email.as_str())])
    };
    // The address of a form is all that stands in it.
    let address = query();
    let lists = LISTS.map(|name| {
        address
            .get(name)
            .map(|value| view! { <input type="hidden" name=name value=value /> })
    });
    view! {
        <Dialog title=format!("Add {name} to projects") lead="It takes effect at once." close=close.clone()>
            <Form action=AssignMember::PATH>
                <div class="body">
                    <FormError fields=&[ROLE] />
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
                    <FindProjects matching total text looking>
                        {lists}
                        <input type="hidden" name="assign" value=account.to_string() />
                        <button type="submit" class="btn" name="look" value="1" formmethod="get" formaction=page>
                            "Find"
                        </button>
                    </FindProjects>
                    <fieldset class="checklist scroll">
                        <legend class="label">"Projects"</legend>
                        <ProjectBoxes name="projects[]" choices=rows change />
                    </fieldset>
                    <SelectField label="Role in them" name=ROLE options=roles.to_vec() selected=role.as_str() />
                </div>
                <DialogFoot close label="Add to projects" />
            </Form>
        </Dialog>
    }
}
