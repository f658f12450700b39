//! Invitations that wait for an answer.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Members,
    api::{ResendInvitation, RevokeInvitation},
};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{Listing, OrgRole, Timestamp, invitation::Invitation},
    policy::{self, may_grant},
    ui::{Badge, Card, Column, Empty, Form, Notice, Pager, RoleLabel, RowMenu, Table, Time, Tone, href},
};

/// One page of them, each with its way on.
#[component]
pub fn PendingList(members: Members, list: Listing<Invitation>) -> impl IntoView {
    let (now, page, total) = (list.now, list.page, list.total);
    let body = if total == 0 {
        let (title, text) = if list.unfiltered > 0 {
            ("No invitation matches", "No pending invitation is to such an address.")
        } else {
            (
                "No pending invitation",
                "Whom you invite is listed here until the invitation is accepted.",
            )
        };
        view! { <Empty title text /> }.into_any()
    } else {
        // The last one of a page takes the page with it.
        let stays = if list.rows.len() == 1 { page.saturating_sub(1) } else { page };
        let afterwards = Members {
            pending: stays,
            ..members.clone()
        };
        let rows = list
            .rows
            .into_iter()
            .map(|invitation| view! { <Row members=afterwards.clone() invitation now /> })
            .collect_view();
        let columns = vec![
            Column::text("E-mail"),
            Column::text("Role"),
            Column::text("First projects"),
            Column::text("Invited by"),
            Column::text("Expires"),
            Column::Controls("Actions"),
        ];
        view! {
            <Table label="Pending invitations table" columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    let paging = move |page: u32| {
        let turned = Members {
            pending: page,
            ..members.clone()
        };
        format!("{}#invitations", turned.here(&[]))
    };
    view! {
        <Card
            id="invitations"
            title="Pending invitations"
            tools=|| view! { <small class="muted">"Valid for 7 days. No account is needed to be invited."</small> }
        >
            {body}
            {(total > 0).then(|| view! { <Pager page total noun="invitations" href=paging /> })}
        </Card>
    }
}

#[component]
fn Row(members: Members, invitation: Invitation, now: Timestamp) -> impl IntoView {
    let actor = members.place.standing.org.unwrap_or(OrgRole::Member);
    let locked = (!may_grant(actor, None, Some(invitation.role))).then_some(policy::ONLY_OWNERS);
    let expired = invitation.is_expired(now);
    let projects = match (invitation.role, invitation.projects.len()) {
        (OrgRole::Owner | OrgRole::Admin, _) => view! { <span class="muted">"All projects, as admin"</span> }.into_any(),
        (OrgRole::Member, 0) => view! { <span class="muted">"None"</span> }.into_any(),
        (OrgRole::Member, _) => {
            let tags = invitation
                .projects
                .iter()
                .map(|name| view! { <span class="tag">{name.clone()}</span> });
            view! { <span class="tags">{tags.collect_view()}</span> }.into_any()
        }
    };
    let state = if expired {
        view! {
            <Badge tone=Tone::Bad>
                "Expired "
                <Time at=invitation.expires_at now />
            </Badge>
        }
        .into_any()
    } else if invitation.holds {
        view! { <Time at=invitation.expires_at now /> }.into_any()
    } else {
        let why = "Whoever sent it may not grant this role any more. Send it again in your own name.";
        view! { <span title=why><Badge tone=Tone::Warn>"Holds no longer"</Badge></span> }.into_any()
    };
    let flag = (expired || !invitation.holds).then_some("flag");
    view! {
        <tr class=flag>
            <th scope="row" class="name">
                {invitation.email.to_string()}
            </th>
            <td data-label="Role">{invitation.role.label()}</td>
            <td data-label="First projects">{projects}</td>
            <td data-label="Invited by">
                <bdi>{invitation.invited_by.clone()}</bdi>
            </td>
            <td data-label="Expires">{state}</td>
            <td class="num">
                <Controls members invitation=invitation.clone() locked />
            </td>
        </tr>
    }
}

#[component]
fn Controls(members: Members, invitation: Invitation, locked: Option<&'static str>) -> impl IntoView {
    let (id, email) = (invitation.id.to_string(), invitation.email.to_string());
    let org = members.place.org.id.to_string();
    let menu = view! { <Menu audit=members.place.href("audit") id=id.clone() email=email.clone() /> };
    if let Some(reason) = locked {
        let why = format!("why-{id}");
        return view! {
            <span class="actions">
                <button type="button" class="btn sm" aria-disabled="true" aria-describedby=why.clone() title=reason>
                    "Resend"
                </button>
                <span class="sr-only" id=why>
                    {reason}
                </span>
                {menu}
            </span>
        }
        .into_any();
    }
    let hidden = move |notice: Notice| {
        view! {
            <input type="hidden" name="org" value=org.clone() />
            <input type="hidden" name="invitation" value=id.clone() />
            <input type="hidden" name="back" value=members.here(&[notice.param()]) />
        }
    };
    let revoking = format!("Revoke the invitation of {email}");
    let (resend, revoke) = (hidden(Notice::InvitationsSent), hidden(Notice::InvitationRevoked));
    view! {
        <span class="actions">
            <Form action=ResendInvitation::PATH>
                {resend}
                <button type="submit" class="btn sm" aria-label=format!("Resend to {email}")>
                    "Resend"
                </button>
            </Form>
            <Form action=RevokeInvitation::PATH>
                {revoke}
                <button type="submit" class="btn ghost sm" aria-label=revoking>
                    "Revoke"
                </button>
            </Form>
            {menu}
        </span>
    }
    .into_any()
}

#[component]
fn Menu(
    /// The address of the audit log.
    audit: String,
    id: String,
    email: String,
) -> impl IntoView {
    let audit = href(&audit, &[("q", &email)]);
    view! {
        <RowMenu id=format!("menu-{id}") label=format!("the invitation of {email}")>
            <a href=audit>
                <Icon name="scroll-text" />
                "Show in Audit Logs"
            </a>
            <CopyLink text=id label="Copy invitation ID" entry=true />
        </RowMenu>
    }
}
