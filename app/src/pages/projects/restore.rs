//! The restore dialog: what comes back, and how. It stands in the URL: `?state=archived&restore=proj_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Projects,
    api::{RestoreProject, preview_restore},
    effects::{KeyTable, PeopleList},
};
use crate::{
    model::{number::grouped, project_life::RestorePreview},
    ui::{Blocked, Dialog, DialogFoot, DryRun, Form, FormError, Notice},
};

/// The dialog for the project that the address names.
#[component]
pub fn RestoreDialog(projects: Projects, id: String) -> impl IntoView {
    let close = projects.here(&[]);
    view! {
        <DryRun title="Restore project" close=close.clone() id=id.parse().ok() preview=preview_restore let:preview>
            <Confirm projects preview close />
        </DryRun>
    }
}

#[component]
fn Confirm(projects: Projects, preview: RestorePreview, close: String) -> impl IntoView {
    let title = format!("Restore {}?", preview.name);
    if let Some(obstacle) = preview.obstacle {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let back = projects.href(&[Notice::ProjectRestored.param()]);
    view! {
        <Dialog
            title
            lead="The project and its collaborators come back at once. Keys come back disabled, and are enabled one by one."
            close=close.clone()
            wide=true
        >
            <Form action=RestoreProject::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=preview.id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <dl class="facts three">
                        <div>
                            <dt>"Keys, disabled"</dt>
                            <dd>{preview.keys.len()}</dd>
                        </div>
                        <div>
                            <dt>"Collaborators"</dt>
                            <dd>{grouped(preview.collaborators)}</dd>
                        </div>
                        <div>
                            <dt>"Regain the organization"</dt>
                            <dd>{grouped(preview.regaining.total)}</dd>
                        </div>
                    </dl>
                    <div class="pair">
                        <section aria-labelledby="restore-keys">
                            <h3 id="restore-keys">"Keys that come back disabled"</h3>
                            <KeyTable keys=preview.keys now=preview.now />
                        </section>
                        <section aria-labelledby="restore-people">
                            <h3 id="restore-people">"People who regain the organization"</h3>
                            <PeopleList people=preview.regaining consequence="This is the only project that they are assigned to." />
                        </section>
                    </div>
                </div>
                <DialogFoot close label=format!("Restore {}", preview.name) />
            </Form>
        </Dialog>
    }
    .into_any()
}
