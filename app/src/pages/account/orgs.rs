//! The organizations of the person, and leaving one. The dialog stands in the URL: `?leave=org_…`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    PATH,
    api::{Leave, preview_leave},
};
use crate::{
    model::{
        OrgRole,
        account::{KeptKeys, LeavePreview, Membership},
    },
    pages::shell::may_found,
    ui::{Blocked, Card, Column, Dialog, DialogFoot, DryRun, Empty, Form, FormError, Note, Table, Tone, href},
};

/// The organizations, by name, with the role in each.
#[component]
pub fn OrgCard(orgs: Vec<Membership>) -> impl IntoView {
    let owns_one = orgs.iter().any(|membership| membership.role == OrgRole::Owner);
    let body = if orgs.is_empty() {
        view! {
            <Empty
                title="No organization"
                text="You are a member of no organization, or of none that has a project for you. Ask one of its owners or admins."
            />
        }
        .into_any()
    } else {
        let rows = orgs.into_iter().map(|membership| view! { <Row membership /> }).collect_view();
        let columns = vec![Column::text("Organization"), Column::text("Your role"), Column::Controls("Actions")];
        view! {
            <Table label="Organizations table" columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    let create = move || may_found(owns_one).then(|| view! { <a class="btn sm" href="/account/organization">"Create organization"</a> });
    view! {
        <Card id="organizations" title="Organizations" tools=create>
            {body}
        </Card>
    }
}

#[component]
fn Row(membership: Membership) -> impl IntoView {
    let Membership { org, role } = membership;
    let name = org.name.to_string();
    view! {
        <tr>
            <th scope="row" class="name">
                {name.clone()}
                <span class="sub">{org.slug.to_string()}</span>
            </th>
            <td data-label="Your role">{role.as_str()}</td>
            <td class="num">
                <a class="btn sm" href=href(PATH, &[("leave", org.id.as_str())]) aria-label=format!("Leave {name}")>
                    "Leave…"
                </a>
            </td>
        </tr>
    }
}

/// What leaving does, and the question. An id of another kind is an organization that does not exist.
#[component]
pub fn LeaveDialog(id: String) -> impl IntoView {
    view! {
        <DryRun title="Leave organization" close=PATH id=id.parse().ok() preview=preview_leave let:preview>
            <Confirm preview />
        </DryRun>
    }
}

#[component]
fn Confirm(preview: LeavePreview) -> impl IntoView {
    let LeavePreview { org, role, keys, obstacle } = preview;
    let name = org.name.to_string();
    let title = format!("Leave {name}?");
    if let Some(obstacle) = obstacle {
        return view! { <Blocked title close=PATH obstacle /> }.into_any();
    }
    view! {
        <Dialog title lead=format!("You are {role} there. Only an owner or admin can take you back.", role = role.as_str()) close=PATH>
            <Form action=Leave::PATH>
                <div class="body">
                    <FormError />
                    <input type="hidden" name="org" value=org.id.to_string() />
                    <Note tone=Tone::Warn>"You lose all of its projects at once, the archived ones too. Its members see that you left."</Note>
                    {(!keys.is_empty()).then(|| view! { <Kept org=org.slug.to_string() keys /> })}
                </div>
                <DialogFoot close=PATH label=format!("Leave {name}") danger=true />
            </Form>
        </Dialog>
    }
    .into_any()
}

/// Keys belong to their project: they work on, until somebody revokes them.
#[component]
fn Kept(org: String, keys: Vec<KeptKeys>) -> impl IntoView {
    let rows = keys
        .into_iter()
        .map(|kept| {
            let count = match kept.keys {
                1 => "1 key".to_owned(),
                count => format!("{count} keys"),
            };
            view! {
                <li>
                    <a class="link" href=format!("/{org}/{}/keys", kept.slug)>
                        {kept.project.to_string()}
                    </a>
                    ": "
                    {count}
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="kept-keys">
            <h3 id="kept-keys">"Keys that you made stay"</h3>
            <p class="muted">"You know their secrets. Revoke what nobody else needs in the API Keys of the project, before you leave."</p>
            <ul>{rows}</ul>
        </section>
    }
}
