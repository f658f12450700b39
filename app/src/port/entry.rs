use async_trait::async_trait;

use crate::model::{AppError, Email, Name};

/// The ways in without a session, by links in mails. What they ask for is answered alike for every address.
#[async_trait]
pub trait Entry: Send + Sync {
    /// Mails a link to a new password, if the address has an account.
    ///
    /// # Errors
    /// `Invalid` on `email`; `Throttled`.
    async fn request_reset(&self, email: &str) -> Result<(), AppError>;
    /// Whose password the link changes; `None` for a link that is wrong, used or too old.
    async fn find_reset(&self, token: &str) -> Result<Option<Email>, AppError>;
    /// Takes the new password and ends all sessions of the account. The link works once.
    ///
    /// # Errors
    /// `Invalid` on `password`; `Conflict` for a link that opens nothing; `Throttled` after too many passwords by one link.
    async fn reset(&self, token: &str, password: &str) -> Result<(), AppError>;
    /// Whether people may make an account without an invitation, now.
    async fn may_sign_up(&self) -> Result<bool, AppError>;
    /// Mails a link to a new account; who has one is told so in the mail.
    ///
    /// # Errors
    /// `Invalid` on `email`, also for an address that the operator does not admit; `Forbidden` while sign-up is closed;
    /// `Throttled`.
    async fn request_sign_up(&self, email: &str) -> Result<(), AppError>;
    /// The address of the new account; `None` for a link that is wrong, used or too old.
    async fn find_sign_up(&self, token: &str) -> Result<Option<Email>, AppError>;
    /// Makes the account and signs it in.
    ///
    /// # Errors
    /// `Invalid` on `password`; `Conflict` for a link that opens nothing or an address that has an account by now;
    /// `Forbidden` while sign-up is closed; `Throttled` after too many passwords by one link.
    async fn sign_up(&self, token: &str, name: Name, password: &str) -> Result<(), AppError>;
}

/// Another e-mail address for an account. It changes when a link that was sent there is confirmed.
#[async_trait]
pub trait EmailChange: Send + Sync {
    /// Mails a link to the new address and a notice to the old one. Whether another account has the new address is not told.
    ///
    /// # Errors
    /// `Invalid` on `email` or `password`; `Throttled`; `SignedOut`.
    async fn request_email(&self, email: &str, password: &str) -> Result<(), AppError>;
    /// The address that the link confirms; `None` for a link that is wrong, used or too old.
    async fn find_email(&self, token: &str) -> Result<Option<Email>, AppError>;
    /// # Errors
    /// `Conflict` for a link that opens nothing, or an address that another account has by now.
    async fn confirm_email(&self, token: &str) -> Result<(), AppError>;
}
