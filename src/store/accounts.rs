//! Accounts: looked up by address at sign-in, by id for every console request.

use app::model::{AccountId, Email, Name};

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
    /// The account of a signed-in session, if it still exists.
    pub async fn person(&self, id: &AccountId) -> Result<Option<Person>, DbError> {
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(
            &mut reader,
            (String, String, String),
            "SELECT id, name, email FROM accounts WHERE id = $1",
            id.as_str()
        )?;
        row.map(|(id, name, email)| {
            Ok(Person {
                id: parse(id)?,
                name: parse(name)?,
                email: parse(email)?,
            })
        })
        .transpose()
    }

    /// For sign-in only.
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
