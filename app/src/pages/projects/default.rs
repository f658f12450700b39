//! The dialog that makes a project the Default one. It stands in the URL: `?default=proj_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Projects,
    api::{MakeDefault, preview_default},
    effects::PeopleList,
};
use crate::{
    model::{organization::DefaultAccess, project_life::DefaultPreview},
    ui::{Blocked, Dialog, DialogFoot, DryRun, Form, FormError, Notice},
};

/// The dialog for the project that the address names.
#[component]
pub fn DefaultDialog(projects: Projects, id: String) -> impl IntoView {
    let close = projects.here(&[]);
    view! {
        <DryRun title="Make it the Default" close=close.clone() id=id.parse().ok() preview=preview_default let:preview>
            <Confirm projects preview close />
        </DryRun>
    }
}

#[component]
fn Confirm(projects: Projects, preview: DefaultPreview, close: String) -> impl IntoView {
    let title = format!("Make {} the Default Project?", preview.name);
    if let Some(obstacle) = preview.obstacle {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let back = projects.href(&[Notice::DefaultMoved.param()]);
    let (name, from) = (preview.name.to_string(), preview.from.to_string());
    let people = match preview.access {
        DefaultAccess::AllMembers => view! {
            <div class="pair">
                <section aria-labelledby="default-gain">
                    <h3 id="default-gain">{format!("Gain access to {name}")}</h3>
                    <PeopleList people=preview.gaining consequence="As members: the Default Project is open to all members." />
                </section>
                <section aria-labelledby="default-lose">
                    <h3 id="default-lose">{format!("Lose access to {from}")}</h3>
                    <PeopleList people=preview.losing consequence="They were in it only because it was the Default Project." />
                </section>
            </div>
        }
        .into_any(),
        DefaultAccess::AssignedOnly => view! {
            <p>"Nobody gains or loses access: the Default Project is open to assigned people only, as every other project."</p>
        }
        .into_any(),
    };
    view! {
        <Dialog
            title
            lead=format!("In place of {from}. What is not multi-project aware is attributed to the Default Project from then on.")
            close=close.clone()
            wide=true
        >
            <Form action=MakeDefault::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=preview.id.to_string() />
                    <input type="hidden" name="seen" value=preview.seen />
                    <input type="hidden" name="back" value=back />
                    {people}
                </div>
                <DialogFoot close label=format!("Make {name} the Default") />
            </Form>
        </Dialog>
    }
    .into_any()
}
