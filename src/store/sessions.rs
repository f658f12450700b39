//! Sessions of the console, on our own table in both engines. The table holds a digest of the cookie's id, so a copy
//! of the database opens no session.

use std::{collections::HashMap, fmt};

use app::model::{
    AccountId, Timestamp,
    account::{SessionRef, SessionRow},
    preferences::Preferences,
};
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{
    Store, accounts,
    db::{Connection, DbError, execute, fetch_all, fetch_optional},
    parse,
};
use crate::{access::Person, ambient::Ambient};

/// The session key that holds the account id.
pub const ACCOUNT: &str = "account";
/// The one that holds the client's address at sign-in.
pub const ADDRESS: &str = "address";
/// The one that holds what the client called itself at sign-in.
pub const AGENT: &str = "agent";

/// The store of the session layer.
#[derive(Clone)]
pub struct Sessions(pub Store);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        Self::Backend(error.to_string())
    }
}

fn digest(id: &Id) -> String {
    hex::encode(Sha256::digest(id.0.to_le_bytes()))
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

const INSERT: &str = "
    INSERT INTO sessions (id, account_id, data, created_at, seen_at, expires_at, address, agent)
    VALUES ($1, $2, $3, $4, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
// Never an insert: a request under way must not bring a session back that was ended meanwhile.
const SAVE: &str = "
    UPDATE sessions SET account_id = $2, data = $3, expires_at = $5, address = $6, agent = $7 WHERE id = $1 AND $4 < expires_at";

impl Sessions {
    async fn put(&self, sql: &'static str, record: &Record) -> Result<u64> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let text = |key: &str| record.data.get(key).and_then(serde_json::Value::as_str);
        let now = self.0.ambient.now().0;
        let mut tx = self.0.db.write().await?;
        execute!(&mut tx, "DELETE FROM sessions WHERE expires_at <= $1", now)?;
        let rows = execute!(
            &mut tx,
            sql,
            digest(&record.id),
            text(ACCOUNT),
            &data,
            now,
            millis(record.expiry_date),
            text(ADDRESS),
            text(AGENT).unwrap_or_default(),
        )?;
        tx.commit().await?;
        Ok(rows)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while self.put(INSERT, record).await? == 0 {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.put(SAVE, record).await?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        const SQL: &str = "SELECT data, expires_at FROM sessions WHERE id = $1 AND expires_at > $2";
        let mut reader = self.0.db.read().await?;
        let row = fetch_optional!(&mut reader, (String, i64), SQL, digest(id), self.0.ambient.now().0)?;
        let Some((data, expires_at)) = row else { return Ok(None) };
        let data: HashMap<String, serde_json::Value> = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at) * 1_000_000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut tx = self.0.db.write().await?;
        execute!(&mut tx, "DELETE FROM sessions WHERE id = $1", digest(id))?;
        tx.commit().await?;
        Ok(())
    }
}

/// Who is behind a session, how they see the console, and when their last visit was noted.
pub struct SignedIn {
    pub person: Person,
    pub preferences: Preferences,
    pub seen_at: Timestamp,
}

type SignedInRow = (String, String, String, String, String, String, i64);

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    address: Option<String>,
    agent: String,
    created_at: i64,
    seen_at: i64,
}

impl Store {
    /// The person behind a session that has not ended.
    pub async fn signed_in(&self, id: &Id) -> std::result::Result<Option<SignedIn>, DbError> {
        const SQL: &str = "
            SELECT a.id, a.name, a.email, a.zone, a.theme, a.density, s.seen_at
            FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE s.id = $1 AND s.expires_at > $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, SignedInRow, SQL, digest(id), self.ambient.now().0)?;
        row.map(|(account, name, email, zone, theme, density, seen_at)| {
            Ok(SignedIn {
                preferences: accounts::preferences_of((zone, theme, density))?,
                person: Person {
                    id: parse(account)?,
                    name: parse(name)?,
                    email: parse(email)?,
                },
                seen_at: Timestamp(seen_at),
            })
        })
        .transpose()
    }

    /// Notes a visit now. Never through [`SessionStore::save`], which writes all of the session.
    pub async fn see_session(&self, id: &Id) -> std::result::Result<(), DbError> {
        let mut tx = self.db.write().await?;
        execute!(
            &mut tx,
            "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
            digest(id),
            self.ambient.now().0
        )?;
        tx.commit().await
    }
}

/// How many sessions of one account a list shows.
const LISTED: i64 = 200;

/// The sessions of an account that have not ended, the last seen first; `own` is the one that asks.
pub async fn of_account(
    on: &mut impl Connection,
    account: &AccountId,
    own: Option<&Id>,
    now: Timestamp,
) -> std::result::Result<Vec<SessionRow>, DbError> {
    const SQL: &str = "
        SELECT id, address, agent, created_at, seen_at FROM sessions WHERE account_id = $1 AND expires_at > $2
        ORDER BY seen_at DESC, created_at DESC, id LIMIT $3";
    let own = own.map(digest);
    let rows = fetch_all!(on, Row, SQL, account.as_str(), now.0, LISTED)?;
    let into_model = |row: Row| {
        Ok(SessionRow {
            is_own: own.as_ref() == Some(&row.id),
            id: parse(row.id)?,
            address: row.address,
            agent: row.agent,
            started_at: Timestamp(row.created_at),
            seen_at: Timestamp(row.seen_at),
        })
    };
    rows.into_iter().map(into_model).collect()
}

/// Ends one session of an account. False if there is none such.
pub async fn end(on: &mut impl Connection, account: &AccountId, session: &SessionRef) -> std::result::Result<bool, DbError> {
    const SQL: &str = "DELETE FROM sessions WHERE id = $1 AND account_id = $2";
    Ok(execute!(on, SQL, session.as_str(), account.as_str())? == 1)
}

/// Puts a session aside, under an id that is in no cookie, and returns that. `None` if it has ended.
pub async fn put_aside(on: &mut impl Connection, ambient: &Ambient, session: &Id) -> std::result::Result<Option<SessionRef>, DbError> {
    let aside = ambient.token();
    let rows = execute!(on, "UPDATE sessions SET id = $2 WHERE id = $1", digest(session), &aside)?;
    (rows == 1).then(|| parse(aside)).transpose()
}

/// Ends the sessions of an account besides `kept`, and says how many there were.
pub async fn end_all(on: &mut impl Connection, account: &AccountId, kept: Option<&Id>) -> std::result::Result<u64, DbError> {
    const SQL: &str = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
    execute!(on, SQL, account.as_str(), kept.map(digest).unwrap_or_default())
}
