//! The confirmation that an admin becomes a member of the project. It stands in the URL: `?demote=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    People,
    api::{SetRole, preview_removal},
    remove::key_owner_ends,
};
use crate::{
    model::{ProjectRole, collaborator::RemovalPreview},
    ui::{Blocked, Consequence, Consequences, Dialog, DialogFoot, DryRun, Form, FormError, known_keys},
};

/// The dialog for the person that the address names. What ends with the admin role ends with a removal, too, and what stands
/// against the one stands against the other: the dry run is the same.
#[component]
pub fn DemoteDialog(people: People, id: String) -> impl IntoView {
    let project = people.project.id.clone();
    view! {
        <DryRun title="Change role" close=people.here(&[]) id=id.parse().ok() preview=move |account| preview_removal(project, account) let:preview>
            <Confirm people preview />
        </DryRun>
    }
}

#[component]
fn Confirm(people: People, preview: RemovalPreview) -> impl IntoView {
    let close = people.here(&[]);
    let project = people.project.name.to_string();
    let title = format!("Make {} a member of {project}?", preview.name);
    let is_member = || format!("{} is a member of {project} already.", preview.name);
    let obstacle = preview.obstacle.or_else(|| (preview.role != ProjectRole::Admin).then(is_member));
    if let Some(obstacle) = obstacle {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let back = people.after_role(&preview.account);
    let mut ends = vec![Consequence::ends(
        "shield",
        "Managing keys, collaborators and details, and the audit log",
    )];
    ends.extend(preview.is_key_owner.then(|| key_owner_ends(&people)));
    let mut stays = vec![Consequence::gives(
        "check",
        "Using keys and the playground, seeing limits, usage and requests",
    )];
    stays.extend(known_keys(preview.keys.count()));
    view! {
        <Dialog title lead="It takes effect at once, in open sessions, too." close=close.clone()>
            <Form action=SetRole::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="project" value=people.project.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="role" value=ProjectRole::Member.as_str() />
                    <input type="hidden" name="seen" value=ProjectRole::Admin.as_str() />
                    <input type="hidden" name="back" value=back />
                    <Consequences title="What ends now" lines=ends />
                    <Consequences title="What stays" lines=stays />
                </div>
                <DialogFoot close label="Change to Member" danger=true cancel_first=true />
            </Form>
        </Dialog>
    }
    .into_any()
}
