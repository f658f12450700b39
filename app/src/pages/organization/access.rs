//! The dialog of another Default Project access, with its dry run. It stands in the URL: `?access=assigned_only`.

use leptos::prelude::*;

use super::{
    Organization,
    api::preview_access,
    form::{ACCESS, AccessForm},
};
use crate::{
    model::{
        number::grouped,
        organization::DefaultAccess,
        project_life::{AccessPreview, People},
    },
    pages::projects::effects::PeopleList,
    ui::{Dialog, DialogFoot, ErrorNote, FormError, Note, PageForm, Tone, refused},
};

/// The dialog that asks for this access; for the one that holds already there is nothing to ask.
#[component]
pub fn AccessDialog(organization: Organization, to: DefaultAccess) -> impl IntoView {
    let dialog = Suspend::new(async move {
        match preview_access(organization.place.org.id.clone(), to).await {
            Ok(preview) if preview.from == to => ().into_any(),
            Ok(preview) => view! { <Confirm organization preview /> }.into_any(),
            Err(error) => view! { <ErrorNote error /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }
}

/// What follows for one group of people.
struct Effect {
    title: String,
    people: People,
    consequence: String,
}

/// The effects on the organization and on its Default Project.
fn effects(preview: &AccessPreview, org: &str) -> [Effect; 2] {
    let project = &preview.default_project;
    let (title, consequence, of_project, then) = match preview.to {
        DefaultAccess::AssignedOnly => (
            format!("Lose {org}"),
            "They have no project of their own: they lose the organization until somebody adds them to one.",
            format!("Lose {project}"),
            "They are in it only because it is open to all members.",
        ),
        DefaultAccess::AllMembers => (
            format!("Regain {org}"),
            "They have no project of their own.",
            format!("Gain {project}"),
            "As members.",
        ),
    };
    [
        Effect {
            title,
            people: preview.organization.clone(),
            consequence: consequence.to_owned(),
        },
        Effect {
            title: of_project,
            people: preview.project.clone(),
            consequence: then.to_owned(),
        },
    ]
}

#[component]
fn Confirm(organization: Organization, preview: AccessPreview) -> impl IntoView {
    let close = organization.href(&[]);
    let action = organization.href(&[(ACCESS, preview.to.as_str())]);
    let (failure, _) = refused::<AccessForm>();
    let (title, lead, danger) = match preview.to {
        DefaultAccess::AssignedOnly => (
            format!("Open {} to assigned people only?", preview.default_project),
            "Owners and admins reach every project and lose nothing. Counted just now, and again when you confirm.",
            true,
        ),
        DefaultAccess::AllMembers => (
            format!("Open {} to all members?", preview.default_project),
            "Every member of the organization has at least the member role there.",
            false,
        ),
    };
    let [of_org, of_project] = effects(&preview, organization.place.org.name.as_str());
    let invited = (preview.to == DefaultAccess::AssignedOnly && preview.invitations > 0).then(|| {
        let text = match preview.invitations {
            1 => "1 open invitation leads to no project: who accepts it has no access until somebody adds them to one.".to_owned(),
            count => format!(
                "{} open invitations lead to no project: who accepts one has no access until somebody adds them to one.",
                grouped(count)
            ),
        };
        view! { <Note tone=Tone::Warn>{text}</Note> }
    });
    view! {
        <Dialog title lead close=close.clone() wide=true>
            <PageForm href=action failure enhanced=true>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="seen" value=preview.seen.clone() />
                    <div class="pair">
                        <EffectOn id="access-org" effect=of_org />
                        <EffectOn id="access-project" effect=of_project />
                    </div>
                    {invited}
                </div>
                <DialogFoot close label="Change access" danger />
            </PageForm>
        </Dialog>
    }
}

#[component]
fn EffectOn(id: &'static str, effect: Effect) -> impl IntoView {
    view! {
        <section aria-labelledby=id>
            <h3 id=id>
                {effect.title} ": " {grouped(effect.people.total)}
            </h3>
            <PeopleList people=effect.people consequence=effect.consequence />
        </section>
    }
}
