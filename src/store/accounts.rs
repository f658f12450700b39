//! Accounts: names, addresses and password hashes.

use app::model::{
    AccountId, Email, Name,
    account::Profile,
    preferences::{Preferences, Theme},
};

use super::{
    Store,
    db::{Connection, DbError, execute, fetch_one, fetch_optional},
    parse,
};
use crate::access::Person;

/// An account with its password hash (PHC string).
pub struct Credentials {
    pub person: Person,
    pub password_hash: String,
}

impl Store {
    /// For proofs of a password only.
    pub async fn credentials(&self, email: &Email) -> Result<Option<Credentials>, DbError> {
        const SQL: &str = "SELECT id, name, email, password_hash FROM accounts WHERE email = $1";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, (String, String, String, String), SQL, email.as_str())?;
        row.map(|(id, name, email, password_hash)| {
            Ok(Credentials {
                person: Person {
                    id: parse(id)?,
                    name: parse(name)?,
                    email: parse(email)?,
                },
                password_hash,
            })
        })
        .transpose()
    }

    /// Whether the installation was set up.
    pub async fn has_accounts(&self) -> Result<bool, DbError> {
        has_accounts(&mut self.db.read().await?).await
    }
}

pub async fn has_accounts(on: &mut impl Connection) -> Result<bool, DbError> {
    let (accounts,) = fetch_one!(on, (i64,), "SELECT count(*) FROM (SELECT 1 FROM accounts LIMIT 1) a")?;
    Ok(accounts > 0)
}

/// Adds an account.
pub async fn insert(on: &mut impl Connection, id: &AccountId, name: &Name, email: &Email, hash: &str, now: i64) -> Result<(), DbError> {
    const SQL: &str = "INSERT INTO accounts (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)";
    execute!(on, SQL, id.as_str(), email.as_str(), name.as_str(), hash, now)?;
    Ok(())
}

/// The columns `zone, theme, density`. A zone that a newer database of zones does not know any more is UTC.
pub fn preferences_of((zone, theme, density): (String, String, String)) -> Result<Preferences, DbError> {
    Ok(Preferences {
        zone: zone.parse().unwrap_or_default(),
        theme: parse(theme)?,
        density: parse(density)?,
    })
}

/// How a person sees the console.
pub async fn preferences(on: &mut impl Connection, id: &AccountId) -> Result<Preferences, DbError> {
    const SQL: &str = "SELECT zone, theme, density FROM accounts WHERE id = $1";
    preferences_of(fetch_one!(on, (String, String, String), SQL, id.as_str())?)
}

/// Replaces what a person says of themselves.
pub async fn set_profile(on: &mut impl Connection, id: &AccountId, profile: &Profile) -> Result<(), DbError> {
    const SQL: &str = "UPDATE accounts SET name = $2, zone = $3, theme = $4, density = $5 WHERE id = $1";
    let Preferences { zone, theme, density } = &profile.preferences;
    execute!(
        on,
        SQL,
        id.as_str(),
        profile.name.as_str(),
        zone.as_str(),
        theme.as_str(),
        density.as_str()
    )?;
    Ok(())
}

/// Replaces the theme alone.
pub async fn set_theme(on: &mut impl Connection, id: &AccountId, theme: Theme) -> Result<(), DbError> {
    execute!(on, "UPDATE accounts SET theme = $2 WHERE id = $1", id.as_str(), theme.as_str())?;
    Ok(())
}

/// Begins a change of an account and of its links. All changes lock rows in one order, so that no two wait for each other: the
/// organization, the account, its links, the heads of the audit chains.
pub async fn lock(on: &mut impl Connection, id: &AccountId) -> Result<(), DbError> {
    // SQLite knows no FOR UPDATE, and has one writer anyway.
    execute!(on, "UPDATE accounts SET name = name WHERE id = $1", id.as_str())?;
    Ok(())
}

/// Puts `new` in the place of the hash that was just verified. False if another one is there by now: the password was
/// changed meanwhile. Also waits for a change that is under way, so that whoever asks sees its outcome.
pub async fn replace_password(on: &mut impl Connection, id: &AccountId, verified: &str, new: &str) -> Result<bool, DbError> {
    const SQL: &str = "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    Ok(execute!(on, SQL, id.as_str(), verified, new)? == 1)
}

/// An account by its id.
pub async fn person(on: &mut impl Connection, id: &AccountId) -> Result<Option<Person>, DbError> {
    const SQL: &str = "SELECT name, email FROM accounts WHERE id = $1";
    let row = fetch_optional!(on, (String, String), SQL, id.as_str())?;
    row.map(|(name, email)| {
        Ok(Person {
            id: id.clone(),
            name: parse(name)?,
            email: parse(email)?,
        })
    })
    .transpose()
}

/// Replaces the password hash, whatever the old password was.
pub async fn set_password(on: &mut impl Connection, id: &AccountId, hash: &str) -> Result<(), DbError> {
    execute!(on, "UPDATE accounts SET password_hash = $2 WHERE id = $1", id.as_str(), hash)?;
    Ok(())
}

/// Replaces the address; a unique violation if another account has it.
pub async fn set_email(on: &mut impl Connection, id: &AccountId, email: &Email) -> Result<(), DbError> {
    execute!(on, "UPDATE accounts SET email = $2 WHERE id = $1", id.as_str(), email.as_str())?;
    Ok(())
}
