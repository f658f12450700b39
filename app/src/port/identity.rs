use async_trait::async_trait;

use crate::model::{
    AppError, Email, Name, Slug,
    place::{Home, SetupState},
};

/// The first account and its organization.
pub struct Setup {
    /// The one-time token of the set-up link.
    pub token: String,
    pub name: Name,
    pub email: Email,
    pub password: String,
    pub org: Name,
    pub slug: Slug,
}

/// Accounts and sessions.
#[async_trait]
pub trait Identity: Send + Sync {
    async fn setup_state(&self, token: &str) -> Result<SetupState, AppError>;
    /// Makes account, organization, membership and Default Project in one transaction, and signs the person in.
    async fn set_up(&self, setup: Setup) -> Result<Home, AppError>;
    /// Signs in; the answer for an unknown address and for a wrong password is the same.
    async fn sign_in(&self, email: &str, password: &str) -> Result<(), AppError>;
    async fn sign_out(&self) -> Result<(), AppError>;
}
