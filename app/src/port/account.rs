use async_trait::async_trait;

use crate::model::{
    AppError, OrgId,
    account::{Account as AccountView, LeavePreview, Profile, SessionRef},
    preferences::Theme,
};

/// The account of the person who is signed in, whatever their projects. All methods answer `SignedOut` to others.
#[async_trait]
pub trait Account: Send + Sync {
    async fn show(&self) -> Result<AccountView, AppError>;
    async fn save_profile(&self, profile: Profile) -> Result<(), AppError>;
    /// From the account menu, where the rest of the profile is not at hand.
    async fn set_theme(&self, theme: Theme) -> Result<(), AppError>;
    /// Ends all other sessions, and renews this one.
    ///
    /// # Errors
    /// `Invalid` on `current` or `new`; `Throttled` after too many wrong ones.
    async fn change_password(&self, current: &str, new: &str) -> Result<(), AppError>;
    /// Ends another session of this account.
    ///
    /// # Errors
    /// `NotFound` for one that ended already; `Conflict` for the session that asks.
    async fn end_session(&self, session: SessionRef) -> Result<(), AppError>;
    /// Ends all sessions of this account, the one that asks included.
    async fn sign_out_everywhere(&self) -> Result<(), AppError>;
    /// The dry run of [`Account::leave`].
    async fn preview_leave(&self, org: OrgId) -> Result<LeavePreview, AppError>;
    /// Gives up the membership, and with it all projects of the organization.
    ///
    /// # Errors
    /// `NotFound` without a membership; `Conflict` for the last owner, and for the owner of projects.
    async fn leave(&self, org: OrgId) -> Result<(), AppError>;
}
