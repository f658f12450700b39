//! Sign-in and sign-out.

use app::model::{AppError, Email};
use tower_sessions::Session;

use super::{
    password::{PasswordError, Passwords},
    throttle::{Attempt, Throttled},
};
use crate::{
    access::{Caller, Person},
    audit::{Chain, Event},
    store::{
        Store, accounts, audit,
        db::{DbError, Tx},
        orgs,
        sessions::{ACCOUNT, ADDRESS, AGENT},
    },
};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown address or wrong password; which of them is not told.
    #[error("wrong e-mail address or password")]
    Wrong,
    #[error("too many attempts")]
    Throttled { retry_after_s: u64 },
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("session: {0}")]
    Session(#[from] tower_sessions::session::Error),
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::field("password", "The e-mail address or the password is wrong."),
            SignInError::Throttled { retry_after_s } => Self::Throttled { retry_after_s },
            SignInError::Db(error) => error.into(),
            SignInError::Password(error) => error.into(),
            error @ SignInError::Session(_) => {
                tracing::error!(%error, "sign-in failed");
                Self::Internal
            }
        }
    }
}

/// Checks the password and signs the session in under a new id, so that a planted session id is worth nothing.
pub async fn sign_in(
    store: &Store,
    passwords: &Passwords,
    caller: &Caller,
    session: &Session,
    email: &str,
    password: &str,
) -> Result<Person, SignInError> {
    let Ok(email) = email.parse::<Email>() else {
        return Err(SignInError::Wrong);
    };
    let attempt = Attempt::new(&email, caller.origin.address);
    if let Err(Throttled { retry_after_s }) = attempt.begin(store).await? {
        return Err(SignInError::Throttled { retry_after_s });
    }
    let credentials = store.credentials(&email).await?;
    let right = passwords
        .verify(password, credentials.as_ref().map(|known| known.password_hash.as_str()))
        .await?;
    let Some(credentials) = credentials.filter(|_| right) else {
        record(store, caller, Event::new("session.refused", "", &email)).await?;
        return Err(SignInError::Wrong);
    };
    attempt.succeeded(store).await?;
    let hash = if Passwords::is_current(&credentials.password_hash) {
        credentials.password_hash.clone()
    } else {
        passwords.hash(&store.ambient, password).await?
    };
    start_session(store, caller, session, &credentials.person).await?;
    // A change of the password ends the sessions that are there. One that began with the old password just then is noticed
    // here, because this statement waits for the change.
    let mut tx = store.db.write().await?;
    let unchanged = accounts::replace_password(&mut tx, &credentials.person.id, &credentials.password_hash, &hash).await?;
    tx.commit().await?;
    if !unchanged {
        session.flush().await?;
        record(store, caller, Event::new("session.refused", "", &email)).await?;
        return Err(SignInError::Wrong);
    }
    Ok(credentials.person)
}

/// Binds the session to the person, under a new id and without anything that stood in it before.
/// The record comes first: no session exists without one.
pub async fn start_session(store: &Store, caller: &Caller, session: &Session, person: &Person) -> Result<(), SignInError> {
    record_everywhere(store, caller, person, "session.started").await?;
    session.clear().await;
    session.cycle_id().await?;
    session.insert(ACCOUNT, &person.id).await?;
    session.insert(AGENT, &caller.origin.agent).await?;
    if let Some(address) = caller.origin.address {
        session.insert(ADDRESS, address.to_string()).await?;
    }
    session.save().await?;
    Ok(())
}

/// Ends the session, here and in the store.
pub async fn sign_out(store: &Store, caller: &Caller, session: &Session) -> Result<(), SignInError> {
    if let Some(person) = &caller.person {
        record_everywhere(store, caller, person, "session.ended").await?;
    }
    session.flush().await?;
    Ok(())
}

/// A record that concerns all orgs of a person, in a transaction of its own.
async fn record_everywhere(store: &Store, caller: &Caller, person: &Person, action: &'static str) -> Result<(), DbError> {
    let mut tx = store.db.write().await?;
    append_everywhere(&mut tx, store, caller, person, Event::new(action, &person.id, &person.email)).await?;
    tx.commit().await
}

/// Into the installation's chain and into that of every org of the person: their owners see who came in, and how.
pub async fn append_everywhere(tx: &mut Tx, store: &Store, caller: &Caller, person: &Person, event: Event) -> Result<(), DbError> {
    let orgs = orgs::memberships(tx, &person.id).await?;
    let caller = Caller {
        person: Some(person.clone()),
        ..caller.clone()
    };
    for chain in std::iter::once(Chain::Installation).chain(orgs.into_iter().map(Chain::Org)) {
        audit::append(tx, &store.ambient, &caller, &chain, event.clone()).await?;
    }
    Ok(())
}

/// Into the installation's chain alone.
pub async fn append_to_installation(tx: &mut Tx, store: &Store, caller: &Caller, event: Event) -> Result<(), DbError> {
    audit::append(tx, &store.ambient, caller, &Chain::Installation, event).await
}

/// The same, in a transaction of its own.
pub(super) async fn record(store: &Store, caller: &Caller, event: Event) -> Result<(), DbError> {
    let mut tx = store.db.write().await?;
    append_to_installation(&mut tx, store, caller, event).await?;
    tx.commit().await
}
