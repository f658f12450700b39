//! A new password for the person who is signed in.

use app::model::AppError;
use tower_sessions::Session;

use super::{
    password::Passwords,
    sign_in::{SignInError, append_everywhere, record},
    throttle::{Attempt, Throttled},
};
use crate::{
    access::Caller,
    audit::Event,
    mail::texts,
    store::{Store, account_links, accounts, mails, sessions},
};

/// Proves the current password, takes the new one, ends all other sessions and open links, renews the id of this one, and says so in a mail. Both hashes are
/// made before the transaction opens. Guesses are counted together with those at sign-in.
pub async fn change_password(
    store: &Store,
    passwords: &Passwords,
    caller: &Caller,
    session: &Session,
    current: &str,
    new: &str,
) -> Result<(), AppError> {
    let person = caller.person.as_ref().ok_or(AppError::SignedOut)?;
    let attempt = Attempt::new(&person.email, caller.origin.address);
    if let Err(Throttled { retry_after_s }) = attempt.begin(store).await? {
        return Err(AppError::Throttled { retry_after_s });
    }
    let wrong = || AppError::field("current", "This is not your password.");
    let stored = store.credentials(&person.email).await?.map(|known| known.password_hash);
    let right = passwords.verify(current, stored.as_deref()).await.map_err(SignInError::from)?;
    let Some(stored) = stored.filter(|_| right) else {
        record(store, caller, Event::new("account.password_refused", &person.id, &person.email)).await?;
        return Err(wrong());
    };
    attempt.succeeded(store).await?;
    if new == current {
        return Err(AppError::field("new", "The new password must differ from the current one."));
    }
    let chosen = passwords.choose(&store.ambient, new, &person.email, &person.name).await;
    let hash = chosen
        .map_err(SignInError::from)?
        .map_err(|refused| AppError::field("new", refused.to_string()))?;

    let now = store.ambient.now();
    let mut tx = store.db.write().await?;
    account_links::void(&mut tx, &person.id, now).await?;
    if !accounts::replace_password(&mut tx, &person.id, &stored, &hash).await? {
        return Err(wrong());
    }
    mails::put(&mut tx, &store.ambient, &texts::password_changed(&person.email, now)).await?;
    let ended = sessions::end_all(&mut tx, &person.id, session.id().as_ref()).await?;
    let event = Event::new("account.password_changed", &person.id, &person.email).set("sessions ended", ended);
    append_everywhere(&mut tx, store, caller, person, event).await?;
    tx.commit().await?;
    session.cycle_id().await.map_err(SignInError::from)?;
    session.save().await.map_err(SignInError::from)?;
    Ok(())
}
