use async_trait::async_trait;

use crate::model::{
    AppError, InvitationId, Listing, OrgId, Page,
    choice::Choosing,
    invitation::{Invitation, InviteOptions, Invited, NewInvitations, Newcomer},
    place::Home,
};

/// Invitations into an organization. Those who manage members send them; whoever holds the link of one answers it.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// Those that wait for an answer, the newest first; `page.query` filters by e-mail address.
    async fn pending(&self, org: OrgId, page: Page) -> Result<Listing<Invitation>, AppError>;

    async fn invite_options(&self, org: OrgId, choosing: Choosing) -> Result<InviteOptions, AppError>;

    /// Sends all of them or none. One that an address has already is replaced. Returns how many were sent.
    ///
    /// # Errors
    /// `Invalid` on `emails`, naming the addresses, and on `projects`; `Forbidden` for a role that the caller may not grant.
    async fn invite(&self, org: OrgId, new: NewInvitations) -> Result<usize, AppError>;

    /// Sends an invitation again, in the name of the caller, with a new link that holds as long as a new one; the old link opens
    /// nothing from then on.
    ///
    /// # Errors
    /// `NotFound` if it was answered or revoked; `Throttled` after too many.
    async fn resend(&self, org: OrgId, invitation: InvitationId) -> Result<(), AppError>;

    async fn revoke_invitation(&self, org: OrgId, invitation: InvitationId) -> Result<(), AppError>;

    /// What the holder of the link sees.
    ///
    /// # Errors
    /// `NotFound`, the same for a wrong link, an old one, and one that was answered or revoked.
    async fn invited(&self, token: &str) -> Result<Invited, AppError>;

    /// Makes the holder of the link a member: the person who is signed in, or the newcomer, who is signed in by it. Returns the
    /// first place to go to.
    ///
    /// # Errors
    /// As [`Invitations::invited`]; `Conflict` for another account, for a newcomer whose address has an account, and if the
    /// inviter may not grant the role any more; `Invalid` on `name` and `password`; `Throttled` after too many passwords by one
    /// link.
    async fn accept(&self, token: &str, newcomer: Option<Newcomer>) -> Result<Option<Home>, AppError>;

    /// # Errors
    /// As [`Invitations::invited`].
    async fn decline(&self, token: &str) -> Result<(), AppError>;
}
