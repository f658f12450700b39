//! The confirmation of a removal: what ends, and which keys are revoked with it. It stands in the URL: `?remove=acct_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members,
    api::{RemoveMember, preview_removal},
};
use crate::{
    model::{OrgRole, member::MemberRemoval, number::grouped},
    ui::{Blocked, Consequence, Consequences, Dialog, DialogFoot, DryRun, Form, FormError, MadeKeys, Notice, removal_label},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist.
#[component]
pub fn RemoveDialog(members: Members, id: String) -> impl IntoView {
    let org = members.place.org.id.clone();
    view! {
        <DryRun
            title="Remove from organization"
            close=members.here(&[])
            id=id.parse().ok()
            preview=move |account| preview_removal(org, account)
            let:preview
        >
            <Confirm members preview />
        </DryRun>
    }
}

#[component]
fn Confirm(members: Members, preview: MemberRemoval) -> impl IntoView {
    let close = members.here(&[]);
    let back = members.here(&[Notice::MemberRemoved.param()]);
    let (name, org) = (preview.name.to_string(), members.place.org.name.to_string());
    let title = format!("Remove {name} from {org}?");
    if let Some(obstacle) = preview.obstacle.clone() {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let label = removal_label("Remove", &preview.keys);
    let effects = effects(&preview, &org);
    view! {
        <Dialog
            title
            lead="It takes effect at once. The account stays; an invitation brings the person back, without what they had."
            close=close.clone()
        >
            <Form action=RemoveMember::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="org" value=members.place.org.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="back" value=back />
                    <Consequences title="What ends now" lines=effects />
                    <MadeKeys
                        none=format!("You see no key that {name} made and that still exists.")
                        name
                        keys=preview.keys
                        with_project=true
                    />
                </div>
                <DialogFoot close label danger=true cancel_first=true />
            </Form>
        </Dialog>
    }
    .into_any()
}

/// What ends, line by line.
fn effects(preview: &MemberRemoval, org: &str) -> Vec<Consequence> {
    let MemberRemoval {
        projects,
        owned,
        invitations,
        ..
    } = preview;
    let mut lines = vec![Consequence::ends(
        "log-out",
        format!("All rights in {org}, at once in open sessions, too"),
    )];
    if preview.role == OrgRole::Member && !projects.is_empty() {
        lines.push(Consequence::ends("folder", format!("Their projects: {}", projects.join(", "))));
    } else if preview.role != OrgRole::Member {
        lines.push(Consequence::ends(
            "folder",
            format!("The {} role, in every project", preview.role.as_str()),
        ));
    }
    if !owned.is_empty() {
        lines.push(released(owned));
    }
    lines.extend(suspended(*invitations));
    lines
}

/// The projects that have nobody in their details then, who stood there.
pub(super) fn released(projects: &[String]) -> Consequence {
    let text = format!("Being owner or key owner of {}, with nobody in their place", projects.join(", "));
    Consequence::ends("user-round", text)
}

/// Open invitations that hold no longer, because whoever sent them may not send them any more.
pub(super) fn suspended(invitations: u64) -> Option<Consequence> {
    let text = match invitations {
        0 => return None,
        1 => "1 open invitation of theirs, until somebody else sends it again".to_owned(),
        count => format!(
            "{} open invitations of theirs, until somebody else sends them again",
            grouped(count)
        ),
    };
    Some(Consequence::ends("mail", text))
}
