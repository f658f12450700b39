//! A new password for the person who is signed in.

use app::model::{AccountId, AppError, account::SessionRef};
use tower_sessions::Session;

use super::{
    confirm::proven,
    password::Passwords,
    sign_in::{SignInError, append_everywhere},
};
use crate::{
    access::{Caller, Person},
    audit::Event,
    mail::texts,
    store::{
        Store, account_links, accounts, mails,
        sessions::{self, ACCOUNT},
    },
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
    // Also reads the session, whose row is put aside later on.
    let account: Option<AccountId> = session.get(ACCOUNT).await.map_err(SignInError::from)?;
    let own = session.id().filter(|_| account.is_some()).ok_or(AppError::SignedOut)?;
    let stored = proven(store, passwords, caller, "current", current).await?;
    if new == current {
        return Err(AppError::field("new", "The new password must differ from the current one."));
    }
    let chosen = passwords.choose(&store.ambient, new, &person.email, &person.name).await;
    let hash = chosen
        .map_err(SignInError::from)?
        .map_err(|refused| AppError::field("new", refused.to_string()))?;

    let now = store.ambient.now();
    let mut tx = store.db.write().await?;
    if !accounts::replace_password(&mut tx, &person.id, &stored, &hash).await? {
        return Err(AppError::field("current", "This is not your password."));
    }
    account_links::void(&mut tx, &person.id, now).await?;
    mails::put(&mut tx, &store.ambient, &texts::password_changed(&person.email, now)).await?;
    let ended = sessions::end_all(&mut tx, &person.id, Some(&own)).await?;
    let aside = sessions::put_aside(&mut tx, &store.ambient, &own)
        .await?
        .ok_or(AppError::SignedOut)?;
    let event = Event::new("account.password_changed", &person.id, &person.email).set("sessions ended", ended);
    append_everywhere(&mut tx, store, caller, person, event).await?;
    tx.commit().await?;
    Ok(renew(store, session, person, &aside).await?)
}

/// Gives the session a new id. The row that was put aside stands for it until then: whoever ends the sessions of the account in
/// between ends that row, and then this session ends, too.
async fn renew(store: &Store, session: &Session, person: &Person, aside: &SessionRef) -> Result<(), SignInError> {
    session.cycle_id().await?;
    session.save().await?;
    let mut tx = store.db.write().await?;
    let stood = sessions::end(&mut tx, &person.id, aside).await?;
    tx.commit().await?;
    if !stood {
        session.flush().await?;
    }
    Ok(())
}
