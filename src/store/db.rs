//! One SQL text, two engines. A statement is written once (`$1` placeholders, portable columns) and the macros below
//! expand it for SQLite and PostgreSQL. Reads take a [`Reader`], writes exist only on a [`Tx`].
//!
//! # What a power cut leaves
//!
//! SQLite, [`Sync::Full`] (`journal_mode = WAL`, `synchronous = FULL`), in the order that its source has (`walFrames`,
//! `walCheckpoint`, `unixSync`):
//!
//! 1. A commit appends its pages to the log and syncs the log before it returns. Every frame carries a checksum over all
//!    frames before it, and only a frame that is marked as the end of a commit counts: what a cut leaves half-written is
//!    behind the last commit, and recovery stops there. So a transaction is there as a whole, or not at all.
//! 2. The first sync of a log that was just made syncs its directory too, which also holds the entry of the database file.
//!    The entry of a new data directory in its parent is synced by [`Db::open`].
//! 3. A log that begins again gets a new salt in its header, which is synced before frames follow: old frames behind new
//!    ones never look like their continuation.
//! 4. A checkpoint syncs the log and writes its pages into the database file. Once all of them are there it syncs that
//!    file, and only then may the log begin again. A cut in between leaves the log whole; recovery reads it again.
//!
//! [`Sync::Written`] (`synchronous = NORMAL`) leaves out the sync of 1. A commit is with the operating system when it
//! returns, so it survives the death of the process; a cut takes the last commits, from the end, never one in the middle.
//!
//! PostgreSQL flushes its log before a commit returns (`synchronous_commit = on`), or within moments after (`off`): then a
//! commit survives the death of this process, but not of the database server. `fsync` has to be on there, as it is by default.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Embedded, so that one binary holds its own schema.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Pages in SQLite's log after which a commit checkpoints by itself: 32 MB. Metering does it earlier, see [`Db::checkpoint`].
const CHECKPOINT_PAGES: &str = "8000";

/// What SQLite keeps of the file in memory for [`Db::for_one_writer`]: 8 MB, so that no batch spills before its commit.
const WRITER_CACHE: &str = "-8000";

/// The same for each reader, which finds the rest in the system's cache: half of the default.
const READER_CACHE: &str = "-1000";

/// Prepared statements that it keeps: those of every size of a batch, see [`super::bulk`].
const WRITER_STATEMENTS: usize = 200;

/// A database of either kind. Cloning is cheap.
#[derive(Clone)]
pub enum Db {
    /// SQLite admits one writer: the gate lets them in by order of arrival, where SQLite alone would let them starve. They
    /// have a connection of their own, so that nobody who holds the gate waits for the readers, who may wait for the gate.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
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

impl Sync {
    fn sqlite(self) -> SqliteSynchronous {
        match self {
            Self::Full => SqliteSynchronous::Full,
            Self::Written => SqliteSynchronous::Normal,
        }
    }

    /// `synchronous_commit`.
    fn postgres(self) -> &'static str {
        match self {
            Self::Full => "on",
            Self::Written => "off",
        }
    }
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
            Self::Sqlite { writer, .. } => MIGRATIONS.run(writer).await?,
            Self::Postgres(pool) => MIGRATIONS.run(pool).await?,
        }
        Ok(db)
    }

    async fn open_sqlite(url: &str, sync: Sync) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(Duration::from_secs(10))
            .synchronous(sync.sqlite())
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES);
        make_private(options.get_filename())?;
        Ok(Self::Sqlite {
            writer: sqlite_writer().connect_with(options.clone()).await?,
            readers: sqlite_pool()
                .max_connections(8)
                .connect_with(options.pragma("cache_size", READER_CACHE))
                .await?,
            gate: Arc::new(Mutex::new(())),
        })
    }

    async fn open_postgres(url: &str, sync: Sync) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(url)?.options([("synchronous_commit", sync.postgres())]);
        Ok(Self::Postgres(
            PgPoolOptions::new().max_connections(16).connect_with(options).await?,
        ))
    }

    /// The same database, written over a connection of its own and with its own commit rule: for a writer that never stops.
    /// What SQLite has in memory of the file stays valid until another connection writes.
    pub async fn for_one_writer(&self, sync: Sync) -> Result<Self, DbError> {
        Ok(match self {
            Self::Sqlite { readers, writer, gate } => {
                let options = SqliteConnectOptions::clone(&writer.connect_options())
                    .synchronous(sync.sqlite())
                    .statement_cache_capacity(WRITER_STATEMENTS)
                    .pragma("cache_size", WRITER_CACHE);
                Self::Sqlite {
                    readers: readers.clone(),
                    writer: sqlite_writer().connect_with(options).await?,
                    gate: Arc::clone(gate),
                }
            }
            Self::Postgres(pool) => {
                let options = PgConnectOptions::clone(&pool.connect_options())
                    .statement_cache_capacity(WRITER_STATEMENTS)
                    .options([("synchronous_commit", sync.postgres())]);
                // Not tried out, so that the writer hears of a database that was lost, and maybe with it what it believes to be stored.
                let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
                Self::Postgres(pool.connect_with(options).await?)
            }
        })
    }

    pub async fn read(&self) -> Result<Reader, DbError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once, so that it never fails half-way.
    pub async fn write(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { writer, gate, .. } => {
                let turn = Arc::clone(gate).lock_owned().await;
                Tx::Sqlite {
                    tx: writer.begin_with("BEGIN IMMEDIATE").await?,
                    _turn: turn,
                }
            }
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Folds SQLite's log into the file as far as no reader needs it, without making anybody wait. PostgreSQL does so itself.
    pub async fn checkpoint(&self) -> Result<(), DbError> {
        if let Self::Sqlite { writer, .. } = self {
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(writer).await?;
        }
        Ok(())
    }

    /// Ends the connection that [`Self::for_one_writer`] made; readers go on.
    pub async fn close_writer(&self) {
        match self {
            Self::Sqlite { writer, .. } => writer.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Waits for the connections to finish, so that the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A file has no connection to lose, so none is tried out before it is used.
fn sqlite_pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new().test_before_acquire(false)
}

/// One connection. SQLite rolls a transaction back by itself when its commit fails, for lack of space for one; the driver does
/// not notice, and would refuse every transaction from then on. Such a connection is replaced.
fn sqlite_writer() -> SqlitePoolOptions {
    let is_clean = |connection: &mut SqliteConnection| !connection.is_in_transaction();
    sqlite_pool()
        .max_connections(1)
        .before_acquire(move |connection, _| Box::pin(std::future::ready(Ok(is_clean(connection)))))
}

/// SQLite would make a new file readable for everybody; its other files take the rights of this one.
fn make_private(path: &Path) -> Result<(), DbError> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(_) => {
            sync_entry(path.parent());
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(sqlx::Error::Io(error).into()),
    }
}

/// Makes the name of a new directory survive a power cut. One whose parent may not be read is left to the file system.
fn sync_entry(directory: Option<&Path>) {
    if let Some(parent) = directory.and_then(Path::parent) {
        let _ = File::open(parent).and_then(|parent| parent.sync_all());
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

#[cfg(test)]
mod tests;
