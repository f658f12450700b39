//! The archive dialog: the dry run first, then the name and the password typed to confirm. It stands in the URL: `?archive=proj_…`.

use leptos::prelude::*;

use super::{
    Projects,
    api::preview_archive,
    effects::{KeyTable, PeopleList},
    form::ArchiveForm,
};
use crate::{
    model::{number::grouped, project::ArchivePreview},
    ui::{Blocked, Dialog, DialogFoot, DryRun, FormError, PageForm, PasswordField, TextField, refused},
};

/// The dialog for the project that the address names.
#[component]
pub fn ArchiveDialog(projects: Projects, id: String) -> impl IntoView {
    let close = projects.here(&[]);
    view! {
        <DryRun title="Archive project" close=close.clone() id=id.parse().ok() preview=preview_archive let:preview>
            <Confirm projects preview close />
        </DryRun>
    }
}

#[component]
fn Confirm(projects: Projects, preview: ArchivePreview, close: String) -> impl IntoView {
    let name = preview.name.to_string();
    let title = format!("Archive {name}?");
    if let Some(obstacle) = preview.obstacle {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let action = projects.here(&[("archive", &preview.id.to_string())]);
    let (failure, typed) = refused::<ArchiveForm>();
    let fresh = failure.is_none();
    view! {
        <Dialog
            title
            lead="Nothing is deleted: history stays readable to owners and admins, and the project can be restored. Counted just now, and again when you confirm."
            close=close.clone()
            wide=true
        >
            <div class="body">
                <dl class="facts three">
                    <div>
                        <dt>"Keys that stop"</dt>
                        <dd>{preview.keys.len()}</dd>
                    </div>
                    <div>
                        <dt>"Requests, last 24 h"</dt>
                        <dd>{grouped(preview.requests_24h)}</dd>
                    </div>
                    <div>
                        <dt>"Lose the organization"</dt>
                        <dd>
                            {grouped(preview.stranded.total)} " "
                            <span class="muted">
                                "of " {grouped(preview.members)} {if preview.members == 1 { " member" } else { " members" }}
                            </span>
                        </dd>
                    </div>
                </dl>
                <div class="pair">
                    <section aria-labelledby="archive-keys">
                        <h3 id="archive-keys">"Keys refused from that moment"</h3>
                        <KeyTable keys=preview.keys now=preview.now />
                    </section>
                    <section aria-labelledby="archive-people">
                        <h3 id="archive-people">"People left with no project"</h3>
                        <PeopleList
                            people=preview.stranded
                            consequence="They lose the organization until an admin adds them to another project."
                        />
                    </section>
                </div>
            </div>
            <PageForm href=action failure enhanced=true>
                <div class="body">
                    <FormError fields=&["confirmation", "password"] />
                    <div class="two">
                        <TextField
                            label=format!("Type “{name}” to confirm")
                            name="confirmation"
                            value=typed.unwrap_or_default().confirmation
                            hint="Restoring brings keys back disabled."
                            autocomplete="off"
                            required=true
                            autofocus=fresh
                        />
                        <PasswordField
                            label="Your password"
                            name="password"
                            autocomplete="current-password"
                            hint="To be sure that it is you."
                        />
                    </div>
                </div>
                <DialogFoot close label=format!("Archive {name}") danger=true />
            </PageForm>
        </Dialog>
    }
    .into_any()
}
