//! Adding somebody: e-mail, role, Confirm. A person outside of the organization is announced first.

use leptos::prelude::*;

use super::{AddOutcome, People, form::AddForm};
use crate::{
    icon::Icon,
    model::{AppError, ProjectRole, collaborator::Guest},
    ui::{Badge, Consequence, Consequences, Dialog, DialogFoot, FormError, Note, PageForm, TextField, Tone, query},
};

/// The form at `?new=1`, and what the form that was posted came back with.
#[component]
pub fn AddDialog(people: People, left: u64) -> impl IntoView {
    match use_context::<AddOutcome>() {
        Some(AddOutcome::Announced(guest, typed)) => view! { <AddPerson people left typed guest=Some(guest) failure=None /> }.into_any(),
        Some(AddOutcome::Refused(error, typed)) => view! { <AddPerson people left typed guest=None failure=Some(error) /> }.into_any(),
        None if query().get_str("new").is_some() => {
            view! { <AddPerson people left typed=AddForm::default() guest=None failure=None /> }.into_any()
        }
        None => ().into_any(),
    }
}

#[component]
fn AddPerson(people: People, left: u64, typed: AddForm, guest: Option<Guest>, failure: Option<AppError>) -> impl IntoView {
    let close = people.here(&[]);
    let lead = format!(
        "To {} in {}. The person needs an account on this installation.",
        people.project.name, people.place.org.name
    );
    let role = typed.role();
    let announced = guest.as_ref().map(|guest| guest.account.to_string());
    let (submit, again) = match guest {
        Some(_) => ("Add external collaborator", true),
        None => ("Confirm", false),
    };
    view! {
        <Dialog title="Add collaborator" lead close=close.clone()>
            <PageForm href=people.here(&[("new", "1")]) failure>
                <div class="body">
                    <FormError fields=&["email"] />
                    <TextField
                        label="E-mail"
                        name="email"
                        kind="email"
                        value=typed.email
                        hint=hint(left, guest.is_some())
                        autocomplete="off"
                        required=true
                        autofocus=!again
                    />
                    {announced.map(|account| view! { <input type="hidden" name="announced" value=account /> })}
                    {guest.map(|guest| view! { <Announcement people=people.clone() guest /> })}
                    <Roles project=people.project.name.to_string() chosen=role />
                </div>
                <DialogFoot close label=submit />
            </PageForm>
        </Dialog>
    }
}

/// How many look-ups are left. Confirming takes none.
fn hint(left: u64, confirms: bool) -> String {
    let left = match left {
        0 => "none".to_owned(),
        left => left.to_string(),
    };
    let confirming = if confirms { "; confirming this person takes none" } else { "" };
    format!("Look-ups are recorded in Audit Logs. You have {left} left in this hour{confirming}.")
}

#[component]
fn Roles(project: String, chosen: ProjectRole) -> impl IntoView {
    let choices = [
        (
            ProjectRole::Member,
            "Member",
            "Use keys and the playground, see limits, usage and requests",
        ),
        (ProjectRole::Admin, "Admin", "Also manage keys, collaborators and project details"),
    ]
    .map(|(role, label, text)| {
        view! {
            <label class="choice">
                <input type="radio" name="role" value=role.as_str() checked=role == chosen />
                <span>
                    <strong>{label}</strong>
                    <span class="sub">{text}</span>
                </span>
            </label>
        }
    });
    view! {
        <fieldset class="choices">
            <legend class="label">{format!("Role in {project}")}</legend>
            {choices}
        </fieldset>
    }
}

/// Who it is, what they will see, and who pays.
#[component]
fn Announcement(people: People, guest: Guest) -> impl IntoView {
    let (org, project) = (people.place.org.name.to_string(), people.project.name.to_string());
    let name = guest.name.to_string();
    let warning = (
        format!("{name} is not a member of {org}."),
        format!(" You are giving somebody outside of the organization access to {project}."),
    );
    view! {
        <section class="found" role="status" aria-label="Result of the look-up">
            <div>
                <span class="who">
                    <span class="who-name">
                        <bdi>{name}</bdi>
                        <Badge tone=Tone::Line>
                            <Icon name="globe" />
                            "External"
                        </Badge>
                    </span>
                    <span class="sub">{guest.email.to_string()}</span>
                </span>
            </div>
            <Note tone=Tone::Warn>
                <strong>{warning.0}</strong>
                {warning.1}
            </Note>
            <Consequences lines=announced_effects(&people) />
        </section>
    }
}

/// What somebody outside of the organization sees with each role, and who pays.
fn announced_effects(people: &People) -> Vec<Consequence> {
    let (org, project) = (&people.place.org.name, &people.project.name);
    vec![
        Consequence::gives("check", format!("Sees {project}: key prefixes, limits, usage and requests")),
        Consequence::notes(
            "shield",
            "As Admin, also: manages its keys and collaborators, with their names and addresses, and reads its audit log",
        ),
        Consequence::ends(
            "x",
            format!("Sees nothing else of {org} but its name: no other project, nobody who is not in this one, no billing"),
        ),
        Consequence::notes("gauge", format!("{org} limits and pays for what they use")),
    ]
}
