//! The confirmation of a weaker role: what ends with the one before. It stands in the URL: `?demote=acct_…&to=member`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members,
    api::{SetRole, preview_demotion},
    remove::released,
};
use crate::{
    model::{OrgRole, member::Demotion},
    ui::{Blocked, Dialog, DialogFoot, DryRun, Effect, Effects, Form, FormError, RoleLabel},
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
    let effects = effects(&preview, members.place.org.name.as_str());
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
                    <Effects effects />
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

/// What ends and what stays, line by line.
fn effects(preview: &Demotion, org: &str) -> Vec<Effect> {
    let mut lines = Vec::new();
    if preview.from == OrgRole::Owner {
        lines.push(Effect::ends("shield", "The settings, the owners and the Organization Default Key"));
    }
    if preview.to == OrgRole::Admin {
        lines.push(Effect::gives("folder", "Stays: members, projects, and every project as its admin"));
        return lines;
    }
    lines.push(Effect::ends(
        "folder",
        "Members and projects of the organization, and the admin role in every project",
    ));
    if !preview.released.is_empty() {
        lines.push(released(&preview.released));
    }
    if preview.loses_access() {
        let text = format!("Access to {org}: they are assigned to no project, until somebody adds them to one");
        lines.push(Effect::ends("building-2", text));
    } else if preview.projects.is_empty() {
        lines.push(Effect::gives("folder", "Stays: the Default Project, as every member has it"));
    } else {
        let text = format!("Stays: {}, with the role that they were given there", preview.projects.join(", "));
        lines.push(Effect::gives("folder", text));
    }
    lines
}
