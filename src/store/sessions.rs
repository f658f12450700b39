//! Sessions of the console, on our own table in both engines. The table holds a digest of the cookie's id, so a copy
//! of the database opens no session.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{
    Store,
    db::{DbError, execute, fetch_optional},
};

/// The session key that holds the account id.
pub const ACCOUNT: &str = "account";

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
    INSERT INTO sessions (id, account_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
// Never an insert: a request under way must not bring a session back that was ended meanwhile.
const SAVE: &str = "UPDATE sessions SET account_id = $2, data = $3, expires_at = $5 WHERE id = $1 AND $4 < expires_at";

impl Sessions {
    async fn put(&self, sql: &'static str, record: &Record) -> Result<u64> {
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let account = record.data.get(ACCOUNT).and_then(serde_json::Value::as_str);
        let now = self.0.ambient.now().0;
        let mut tx = self.0.db.write().await?;
        execute!(&mut tx, "DELETE FROM sessions WHERE expires_at <= $1", now)?;
        let rows = execute!(&mut tx, sql, digest(&record.id), account, data, now, millis(record.expiry_date))?;
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
