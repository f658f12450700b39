//! Proof that the person at the keyboard is still the one who signed in, asked for before what is hard to undo.

use app::model::AppError;

use super::{
    password::Passwords,
    sign_in::{SignInError, record},
    throttle::{Attempt, Throttled},
};
use crate::{access::Caller, audit::Event, store::Store};

/// Checks the password of the person who is signed in. Guesses are counted together with those at sign-in, before they are
/// tried. It takes as long as a sign-in: call it before a change is opened.
///
/// # Errors
/// `Invalid` on the field `password` when it is another one, which is recorded; `Throttled` after too many of them.
pub async fn confirm(store: &Store, passwords: &Passwords, caller: &Caller, password: &str) -> Result<(), AppError> {
    proven(store, passwords, caller, "password", password).await?;
    Ok(())
}

/// The same for a password that is typed into `field`; returns the stored hash that it was checked against.
pub(super) async fn proven(store: &Store, passwords: &Passwords, caller: &Caller, field: &str, password: &str) -> Result<String, AppError> {
    let person = caller.person.as_ref().ok_or(AppError::SignedOut)?;
    if password.is_empty() {
        return Err(AppError::field(field, "Enter your password."));
    }
    let attempt = Attempt::new(&person.email, caller.origin.address);
    if let Err(Throttled { retry_after_s }) = attempt.begin(store).await? {
        return Err(AppError::Throttled { retry_after_s });
    }
    let stored = store.credentials(&person.email).await?.map(|known| known.password_hash);
    let right = passwords.verify(password, stored.as_deref()).await.map_err(SignInError::from)?;
    let Some(stored) = stored.filter(|_| right) else {
        record(store, caller, Event::new("account.password_refused", &person.id, &person.email)).await?;
        return Err(AppError::field(field, "This is not your password."));
    };
    attempt.succeeded(store).await?;
    Ok(stored)
}
