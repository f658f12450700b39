//! The server functions of the Members page.

use leptos::prelude::*;

use crate::model::{
    AccountId, AppError, Email, InvitationId, KeyId, Listing, LocalPath, OrgId, OrgRole, Page, ProjectId,
    choice::Choosing,
    invitation::{Invitation, InviteOptions},
    member::{Assignment, Demotion, MemberFilter, MemberRemoval, Members, TransferPreview},
};
#[cfg(feature = "ssr")]
use crate::port;

/// One page of an organization's members.
#[server(endpoint = "members/list")]
pub async fn list_members(org: OrgId, #[server(default)] filter: MemberFilter, page: Page) -> Result<Members, AppError> {
    port::port::<dyn port::Members>()?.list(org, filter, page).await
}

/// Changes a role, and leads `back` to the list. `seen` is the role that the form showed. A form that gives the address of the
/// dry run as `ask` is led there instead if the role is weaker, and nothing is changed.
#[server(endpoint = "members/set-role")]
pub async fn set_role(
    org: OrgId,
    account: AccountId,
    role: String,
    seen: OrgRole,
    #[server(default)] ask: Option<LocalPath>,
    back: LocalPath,
) -> Result<(), AppError> {
    let role = super::form::parse_role(&role)?;
    if let Some(ask) = ask.filter(|_| role.is_weaker_than(seen)) {
        preview_demotion(org, account, role).await?;
        leptos_axum::redirect(&format!("{}&to={}", ask.as_str(), role.as_str()));
        return Ok(());
    }
    port::port::<dyn port::Members>()?.set_role(org, account, role, seen).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// The dry run of a weaker role.
#[server(endpoint = "members/preview-demotion")]
pub async fn preview_demotion(org: OrgId, account: AccountId, to: OrgRole) -> Result<Demotion, AppError> {
    port::port::<dyn port::Members>()?.preview_demotion(org, account, to).await
}

/// The dry run of a transfer of the ownership.
#[server(endpoint = "members/preview-transfer")]
pub async fn preview_transfer(org: OrgId, email: String) -> Result<TransferPreview, AppError> {
    let email = email
        .parse::<Email>()
        .map_err(|error| AppError::field("email", error.to_string()))?;
    port::port::<dyn port::Members>()?.preview_transfer(org, email).await
}

/// The dry run of a removal.
#[server(endpoint = "members/preview-removal")]
pub async fn preview_removal(org: OrgId, account: AccountId) -> Result<MemberRemoval, AppError> {
    port::port::<dyn port::Members>()?.preview_removal(org, account).await
}

/// Removes a person, revokes the keys that they made but for those that were shown and not ticked, and leads `back` to the list.
#[server(endpoint = "members/remove")]
pub async fn remove_member(
    org: OrgId,
    account: AccountId,
    #[server(default)] shown: Vec<KeyId>,
    #[server(default)] keys: Vec<KeyId>,
    back: LocalPath,
) -> Result<(), AppError> {
    let kept = crate::model::made_key::kept(shown, &keys);
    port::port::<dyn port::Members>()?.remove(org, account, kept).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// What a member can be assigned to.
#[server(endpoint = "members/preview-assignment")]
pub async fn preview_assignment(org: OrgId, account: AccountId, #[server(default)] choosing: Choosing) -> Result<Assignment, AppError> {
    port::port::<dyn port::Members>()?.preview_assignment(org, account, choosing).await
}

/// Assigns a member to the ticked projects, and leads `back` to the list.
#[server(endpoint = "members/assign")]
pub async fn assign_member(
    org: OrgId,
    account: AccountId,
    #[server(default)] projects: Vec<ProjectId>,
    project_role: String,
    back: LocalPath,
) -> Result<(), AppError> {
    let role = super::form::parse_project_role(&project_role)?;
    port::port::<dyn port::Members>()?.assign(org, account, projects, role).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// One page of an organization's invitations that wait for an answer, with a filter by address.
#[server(endpoint = "invitations/list")]
pub async fn list_pending(org: OrgId, page: Page) -> Result<Listing<Invitation>, AppError> {
    port::port::<dyn port::Invitations>()?.pending(org, page).await
}

/// What an invitation can lead to.
#[server(endpoint = "invitations/options")]
pub async fn find_invite_options(org: OrgId, #[server(default)] choosing: Choosing) -> Result<InviteOptions, AppError> {
    port::port::<dyn port::Invitations>()?.invite_options(org, choosing).await
}

/// Sends an invitation again, with a new link, and leads `back` to the list.
#[server(endpoint = "invitations/resend")]
pub async fn resend_invitation(org: OrgId, invitation: InvitationId, back: LocalPath) -> Result<(), AppError> {
    port::port::<dyn port::Invitations>()?.resend(org, invitation).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// Revokes an invitation, and leads `back` to the list.
#[server(endpoint = "invitations/revoke")]
pub async fn revoke_invitation(org: OrgId, invitation: InvitationId, back: LocalPath) -> Result<(), AppError> {
    port::port::<dyn port::Invitations>()?.revoke_invitation(org, invitation).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
