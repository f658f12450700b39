//! The confirmation of a weaker role: what ends with the one before. It stands in the URL: `?demote=acct_…&to=member`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members,
    api::{SetRole, preview_demotion},
    remove::{released, suspended},
};
use crate::{
    model::{OrgRole, member::Demotion},
    ui::{Blocked, Consequence, Consequences, Dialog, DialogFoot, DryRun, Form, FormError, RoleLabel, known_keys},
};

/// The dialog for the person that the address names. An id of another kind is a person that does not exist, as is a role.
#[component]
pub fn DemoteDialog(members: Members, id: String, to: String) -> impl IntoView {
    let org = members.place.org.id.clone();
    let whom = id.parse().ok().zip(to.parse::<OrgRole>().ok());
    view! {
        <DryRun
            title="Change role"
            close=members.here(&[])
            id=whom
            preview=move |(account, to)| preview_demotion(org, account, to)
            let:preview
        >
            <Confirm members preview />
        </DryRun>
    }
}

#[component]
fn Confirm(members: Members, preview: Demotion) -> impl IntoView {
    let close = members.here(&[]);
    let back = members.after_role(&preview.account);
    let title = format!("Make {} {}?", preview.name, with_article(preview.to));
    if let Some(obstacle) = preview.obstacle {
        return view! { <Blocked title close obstacle /> }.into_any();
    }
    let label = format!("Change to {}", preview.to.label());
    let (ends, stays) = (ends(&preview, members.place.org.name.as_str()), stays(&preview));
    view! {
        <Dialog title lead="It takes effect at once, in open sessions, too." close=close.clone()>
            <Form action=SetRole::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="org" value=members.place.org.id.to_string() />
                    <input type="hidden" name="account" value=preview.account.to_string() />
                    <input type="hidden" name="role" value=preview.to.as_str() />
                    <input type="hidden" name="seen" value=preview.from.as_str() />
                    <input type="hidden" name="back" value=back />
                    <Consequences title="What ends now" lines=ends />
                    <Consequences title="What stays" lines=stays />
                </div>
                <DialogFoot close label danger=true cancel_first=true />
            </Form>
        </Dialog>
    }
    .into_any()
}

fn with_article(role: OrgRole) -> &'static str {
    match role {
        OrgRole::Owner => "an owner",
        OrgRole::Admin => "an admin",
        OrgRole::Member => "a member",
    }
}

/// What ends, line by line.
fn ends(preview: &Demotion, org: &str) -> Vec<Consequence> {
    let mut lines = Vec::new();
    if preview.from == OrgRole::Owner {
        let text = format!("The settings and the owners of {org}, and seeing the Organization Default Key");
        lines.push(Consequence::ends("shield", text));
    }
    if preview.to == OrgRole::Member {
        let text = format!("Members, projects, limits and billing of {org}, and what all of its projects use and log");
        lines.push(Consequence::ends("building-2", text));
        lines.push(Consequence::ends(
            "folder",
            "The admin role in every project, except where they were given it",
        ));
    }
    if !preview.released.is_empty() {
        lines.push(released(&preview.released));
    }
    lines.extend(suspended(preview.invitations));
    if preview.loses_access() {
        let text = format!("Access to {org}: they are assigned to no project, until somebody adds them to one");
        lines.push(Consequence::ends("log-out", text));
    }
    lines
}

/// What stays, line by line.
fn stays(preview: &Demotion) -> Vec<Consequence> {
    let mut lines = Vec::new();
    if preview.to == OrgRole::Admin {
        let text = "Members, projects, limits and billing, and every project as its admin";
        lines.push(Consequence::gives("folder", text));
        lines.extend(preview.knows_default_key.then(|| known_default_key("they")));
        return lines;
    }
    if !preview.projects.is_empty() {
        let text = format!("{}, with the role that they were given there", preview.projects.join(", "));
        lines.push(Consequence::gives("folder", text));
    }
    if preview.default_is_open {
        lines.push(Consequence::gives("folder", "The Default Project, as every member has it"));
    }
    lines.extend(known_keys(preview.keys));
    lines
}

/// The secret of the key that only owners see.
pub(super) fn known_default_key(who: &str) -> Consequence {
    let text = format!("An Organization Default Key that {who} made: {who} know its secret");
    Consequence::notes("key-round", text)
}
