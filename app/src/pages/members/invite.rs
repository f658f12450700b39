//! Inviting people. It stands in the URL: `?invite=1`.

use leptos::prelude::*;

use super::{
    InviteOutcome, Members,
    api::find_invite_options,
    choose::{FindProjects, ProjectBoxes},
    invite_form::InviteForm,
};
use crate::{
    model::{
        AppError, OrgRole, ProjectRole,
        choice::{Choices, Choosing},
        invitation::{InviteOptions, NewInvitations},
    },
    policy::may_grant,
    ui::{Control, Dialog, DialogFoot, Field, FormError, PageForm, Refused, RoleLabel, SelectField, TextArea, query},
};

/// The form at `?invite=1`, and what the form that was posted came back with.
#[component]
pub fn InviteDialog(members: Members) -> impl IntoView {
    let (typed, failure) = match use_context::<InviteOutcome>() {
        Some(InviteOutcome(failure, typed)) => (typed, failure),
        None if query().get_str("invite").is_some() => (InviteForm::default(), None),
        None => return ().into_any(),
    };
    let choosing = Choosing::typed(&typed.find, &typed.projects);
    let dialog = Suspend::new(async move {
        match find_invite_options(members.place.org.id.clone(), choosing).await {
            Ok(options) => view! { <Invite members options typed failure /> }.into_any(),
            Err(error) => view! { <Refused title="Invite members" close=members.here(&[]) error /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }.into_any()
}

#[component]
fn Invite(members: Members, options: InviteOptions, typed: InviteForm, failure: Option<AppError>) -> impl IntoView {
    let close = members.here(&[]);
    let actor = members.place.standing.org.unwrap_or(OrgRole::Member);
    let roles = OrgRole::ALL
        .into_iter()
        .filter(|role| may_grant(actor, None, Some(*role)))
        .map(|role| (role.as_str().to_owned(), role.label().to_owned()))
        .collect::<Vec<_>>();
    let role = typed.role.parse::<OrgRole>().unwrap_or(OrgRole::Member);
    let project_role = typed.project_role.parse::<ProjectRole>().unwrap_or(ProjectRole::Member);
    let project_roles = ProjectRole::ALL.map(|role| (role.as_str().to_owned(), role.label().to_owned()));
    let emails = typed.emails;
    let area = move |control: Control| view! { <TextArea control rows="4" text=emails /> };
    let why = if options.needs_project {
        "Members reach assigned projects only, so one project at least."
    } else {
        "None: the Default Project, as every member."
    };
    let wrong = failure.as_ref().and_then(|error| error.on_field("projects"));
    let fine = wrong.is_none();
    let Choices { rows, matching, total } = options.projects;
    view! {
        <Dialog
            title="Invite members"
            lead=format!("To {}. Each gets a mail with a link that works once, for 7 days.", members.place.org.name)
            close=close.clone()
        >
            <PageForm href=members.here(&[("invite", "1")]) failure>
                <div class="body">
                    <FormError fields=&["emails", "role", "projects", "project_role"] />
                    <Field
                        label="E-mail addresses"
                        name="emails"
                        hint=format!("One a line, at most {}. No account is needed to be invited.", NewInvitations::MOST)
                        children=area
                    />
                    <SelectField
                        label="Role in the organization"
                        name="role"
                        options=roles
                        selected=role.as_str()
                        hint="Owners and admins are admins of every project."
                    />
                    <FindProjects matching total text=typed.find.trim().to_owned() looking=typed.look>
                        <button type="submit" class="btn" name="look" value="1">
                            "Find"
                        </button>
                    </FindProjects>
                    <fieldset class="checklist scroll" aria-describedby="invite-projects-error">
                        <legend>
                            <span class="label">"First projects of members"</span>
                            <span class="hint">{why}</span>
                            <span class="error" id="invite-projects-error" hidden=fine>
                                {wrong}
                            </span>
                        </legend>
                        <ProjectBoxes name="projects" choices=rows change=|_| String::new() />
                    </fieldset>
                    <SelectField label="Role in them" name="project_role" options=project_roles.to_vec() selected=project_role.as_str() />
                </div>
                <DialogFoot close label="Send invitations" />
            </PageForm>
        </Dialog>
    }
}
