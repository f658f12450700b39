use async_trait::async_trait;

use crate::model::{
    AccountId, AppError, Email, KeyId, OrgId, OrgRole, Page, ProjectId, ProjectRole,
    choice::Choosing,
    member::{Assignment, Demotion, MemberFilter, MemberRemoval, Members as MemberList, Transfer, TransferPreview},
};

/// The members of an organization, for its owners and admins. Only an owner touches owners, and the last owner stays one.
#[async_trait]
pub trait Members: Send + Sync {
    /// By name; `page.query` filters by name and e-mail address.
    async fn list(&self, org: OrgId, filter: MemberFilter, page: Page) -> Result<MemberList, AppError>;

    /// `seen` is the role that the form showed.
    ///
    /// # Errors
    /// `Conflict` if it is another one by now, and for the last owner; `Forbidden` for what only an owner may grant.
    async fn set_role(&self, org: OrgId, account: AccountId, role: OrgRole, seen: OrgRole) -> Result<(), AppError>;

    /// The dry run of [`Members::set_role`] for a role that is weaker than the one they have.
    ///
    /// # Errors
    /// `Conflict` if it is not weaker; `Forbidden` for what only an owner may change.
    async fn preview_demotion(&self, org: OrgId, account: AccountId, to: OrgRole) -> Result<Demotion, AppError>;

    /// The dry run of [`Members::remove`].
    async fn preview_removal(&self, org: OrgId, account: AccountId) -> Result<MemberRemoval, AppError>;

    /// Ends the membership and every role in the organization's projects, and revokes every key that the person made, but for
    /// those that are `kept`. The Organization Default Key stays unless an owner removes the person.
    ///
    /// # Errors
    /// `NotFound` for a key that the person did not make here; nothing is done then.
    async fn remove(&self, org: OrgId, account: AccountId, kept: Vec<KeyId>) -> Result<(), AppError>;

    /// What a member can be assigned to.
    async fn preview_assignment(&self, org: OrgId, account: AccountId, choosing: Choosing) -> Result<Assignment, AppError>;

    /// Assigns a member to projects, with one role in all of them. Where they have a role, it stays.
    ///
    /// # Errors
    /// `Invalid` on `projects` without any; `Conflict` for owners and admins, who need no assignment.
    async fn assign(&self, org: OrgId, account: AccountId, projects: Vec<ProjectId>, role: ProjectRole) -> Result<(), AppError>;

    /// The dry run of [`Members::transfer`] to the member with this address.
    ///
    /// # Errors
    /// `Invalid` on `email` for nobody in the organization, and for somebody who is an owner already.
    async fn preview_transfer(&self, org: OrgId, email: Email) -> Result<TransferPreview, AppError>;

    /// Makes a member an owner and the caller, an owner, an admin.
    ///
    /// # Errors
    /// `Invalid` on `account`, `confirmation` or `password`; `Throttled` after too many wrong passwords.
    async fn transfer(&self, org: OrgId, transfer: Transfer) -> Result<(), AppError>;
}
