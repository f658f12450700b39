//! One SQL text, two engines. A statement is written once (`$1` placeholders, portable columns) and the macros below
//! expand it for SQLite and PostgreSQL. Reads take a [`Reader`], writes exist only on a [`Tx`].

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Embedded, so that one binary holds its own schema.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Pages in SQLite's log after which a commit checkpoints by itself: 32 MB. Metering does it earlier, see [`Db::checkpoint`].
const CHECKPOINT_PAGES: &str = "8000";

/// A database of either kind. Cloning is cheap.
#[derive(Clone)]
pub enum Db {
    /// SQLite admits one writer: the gate lets them in by order of arrival, where SQLite alone would let them starve.
    Sqlite {
        pool: SqlitePool,
        gate: Arc<Mutex<()>>,
    },
    Postgres(PgPool),
}

/// When a commit counts as done. PostgreSQL and SQLite have the same two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// On disk.
    Full,
    /// With the operating system: survives the death of the process, not of the machine.
    Written,
}

/// A failure of the database, or a row that no version of this program can have written.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("database: {0}")]
    Sqlx(#[from] sqlx::Error),
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("the database holds an unreadable value: {0}")]
    Corrupt(String),
    #[error("not a database URL: {0}; use sqlite://PATH or postgres://…")]
    Url(String),
}

impl DbError {
    /// True when a UNIQUE constraint refused the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Sqlx(error) if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }
}

/// A connection for reading.
pub enum Reader {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A write transaction; dropped without commit, it rolls back.
pub enum Tx {
    Sqlite {
        tx: Transaction<'static, Sqlite>,
        _turn: OwnedMutexGuard<()>,
    },
    Postgres(Transaction<'static, Postgres>),
}

/// The connection behind a [`Reader`] or [`Tx`]; what the query macros match on.
pub enum Engine<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Something that statements run on.
pub trait Connection {
    fn engine(&mut self) -> Engine<'_>;
}

impl Connection for Reader {
    fn engine(&mut self) -> Engine<'_> {
        match self {
            Self::Sqlite(connection) => Engine::Sqlite(connection),
            Self::Postgres(connection) => Engine::Postgres(connection),
        }
    }
}

impl Connection for Tx {
    fn engine(&mut self) -> Engine<'_> {
        match self {
            Self::Sqlite { tx, .. } => Engine::Sqlite(tx),
            Self::Postgres(tx) => Engine::Postgres(tx),
        }
    }
}

impl Tx {
    pub async fn commit(self) -> Result<(), DbError> {
        match self {
            Self::Sqlite { tx, _turn } => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Db {
    /// Opens `sqlite://PATH` (made when missing) or `postgres://…`, and brings the schema up to date.
    pub async fn open(url: &str, sync: Sync) -> Result<Self, DbError> {
        let db = match url.split_once("://").map(|(scheme, _)| scheme) {
            Some("sqlite") => Self::open_sqlite(url, sync).await?,
            Some("postgres" | "postgresql") => Self::open_postgres(url, sync).await?,
            _ => return Err(DbError::Url(url.split_once("://").map_or(url, |(scheme, _)| scheme).to_owned())),
        };
        match &db {
            Self::Sqlite { pool, .. } => MIGRATIONS.run(pool).await?,
            Self::Postgres(pool) => MIGRATIONS.run(pool).await?,
        }
        Ok(db)
    }

    async fn open_sqlite(url: &str, sync: Sync) -> Result<Self, DbError> {
        let synchronous = match sync {
            Sync::Full => SqliteSynchronous::Full,
            Sync::Written => SqliteSynchronous::Normal,
        };
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(10))
            .synchronous(synchronous)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES);
        make_private(options.get_filename())?;
        let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
        Ok(Self::Sqlite {
            pool,
            gate: Arc::new(Mutex::new(())),
        })
    }

    async fn open_postgres(url: &str, sync: Sync) -> Result<Self, DbError> {
        let commit = match sync {
            Sync::Full => "on",
            Sync::Written => "off",
        };
        let options = PgConnectOptions::from_str(url)?.options([("synchronous_commit", commit)]);
        Ok(Self::Postgres(
            PgPoolOptions::new().max_connections(16).connect_with(options).await?,
        ))
    }

    /// The same database with another commit rule, sharing the writers' gate. Used by metering.
    pub async fn reopen(&self, url: &str, sync: Sync) -> Result<Self, DbError> {
        match self {
            Self::Sqlite { gate, .. } => match Self::open_sqlite(url, sync).await? {
                Self::Sqlite { pool, .. } => Ok(Self::Sqlite {
                    pool,
                    gate: Arc::clone(gate),
                }),
                other @ Self::Postgres(_) => Ok(other),
            },
            Self::Postgres(_) => Self::open_postgres(url, sync).await,
        }
    }

    pub async fn read(&self) -> Result<Reader, DbError> {
        Ok(match self {
            Self::Sqlite { pool, .. } => Reader::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once, so that it never fails half-way.
    pub async fn write(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { pool, gate } => {
                let turn = Arc::clone(gate).lock_owned().await;
                Tx::Sqlite {
                    tx: pool.begin_with("BEGIN IMMEDIATE").await?,
                    _turn: turn,
                }
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Folds SQLite's log into the file as far as no reader needs it, without making anybody wait. PostgreSQL does so itself.
    pub async fn checkpoint(&self) -> Result<(), DbError> {
        if let Self::Sqlite { pool, .. } = self {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(pool).await?;
        }
        Ok(())
    }

    /// Waits for the connections to finish, so that the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { pool, .. } => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// SQLite would make a new file readable for everybody; its other files take the rights of this one.
fn make_private(path: &Path) -> Result<(), DbError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(sqlx::Error::Io(error).into()),
        _ => Ok(()),
    }
}

/// Expands one body for both engines: `$c` is the connection, `$db` names the engine's sqlx type.
macro_rules! on_engine {
    ($on:expr, |$c:ident: $db:ident| $body:expr) => {
        match $crate::store::db::Connection::engine($on) {
            $crate::store::db::Engine::Sqlite($c) => {
                type $db = sqlx::Sqlite;
                $body.await
            }
            $crate::store::db::Engine::Postgres($c) => {
                type $db = sqlx::Postgres;
                $body.await
            }
        }
        .map_err($crate::store::db::DbError::from)
    };
}

/// `execute!(on, SQL, a, b)` → rows affected.
macro_rules! execute {
    ($on:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on_engine!($on, |c: DB| {
            let query = sqlx::query::<DB>($sql)$(.bind($bind))*;
            async { query.execute(c).await.map(|done| done.rows_affected()) }
        })
    };
}

/// `fetch_all!(on, Row, SQL, a, b)` → `Vec<Row>`; `Row` derives `FromRow` or is a tuple.
macro_rules! fetch_all {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on_engine!($on, |c: DB| sqlx::query_as::<DB, $row>($sql)$(.bind($bind))*.fetch_all(c))
    };
}

/// `fetch_optional!(on, Row, SQL, a, b)` → `Option<Row>`.
macro_rules! fetch_optional {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on_engine!($on, |c: DB| sqlx::query_as::<DB, $row>($sql)$(.bind($bind))*.fetch_optional(c))
    };
}

/// `fetch_one!(on, Row, SQL, a, b)` → `Row`; no row is an error.
macro_rules! fetch_one {
    ($on:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on_engine!($on, |c: DB| sqlx::query_as::<DB, $row>($sql)$(.bind($bind))*.fetch_one(c))
    };
}

pub(crate) use {execute, fetch_all, fetch_one, fetch_optional, on_engine};
