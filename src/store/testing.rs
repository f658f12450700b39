//! The two-engine harness: every store test runs on a fresh SQLite file and on a fresh database of a throw-away
//! PostgreSQL cluster, which the first test starts and which ends with the test process.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::db::{Db, Sync};

/// A database that lives as long as the test.
pub struct TestDb {
    pub db: Db,
    pub url: String,
    _folder: Option<TempDir>,
}

/// Runs the same body on both engines: `on_both_engines! { async fn name(db: TestDb) { … } }`.
macro_rules! on_both_engines {
    ($(async fn $name:ident($db:ident: TestDb) $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($db: $crate::store::testing::TestDb) $body

            #[tokio::test]
            async fn sqlite() {
                body($crate::store::testing::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                body($crate::store::testing::postgres().await).await;
            }
        })+
    };
}
pub(crate) use on_both_engines;

pub async fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let db = Db::open(&url, Sync::Written).await.expect("SQLite opens");
    TestDb {
        db,
        url,
        _folder: Some(folder),
    }
}

pub async fn postgres() -> TestDb {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster().await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::SeqCst));
    let admin = sqlx::PgPool::connect(&cluster.url("postgres")).await.expect("the cluster answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&admin)
        .await
        .expect("a new database");
    admin.close().await;
    let url = cluster.url(&name);
    let db = Db::open(&url, Sync::Written).await.expect("PostgreSQL opens");
    TestDb { db, url, _folder: None }
}

struct Cluster {
    socket: PathBuf,
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        let socket = self.socket.to_string_lossy().replace('/', "%2F");
        format!("postgres://bailiwick@{socket}/{database}")
    }
}

async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER
        .get_or_init(|| async { tokio::task::spawn_blocking(start).await.expect("the cluster starts") })
        .await
}

/// Ends with our pipe to it, in whatever way this process ends.
const WATCHER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/pg-cluster");

fn start() -> Cluster {
    let folder = tempfile::Builder::new()
        .prefix("bailiwick-pg-")
        .tempdir_in("/tmp")
        .expect("a temporary folder")
        .keep();
    let mut watcher = Command::new("sh")
        .arg(WATCHER)
        .arg(binaries())
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the PostgreSQL watcher starts");
    let mut line = String::new();
    let stdout = watcher.stdout.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("the watcher speaks");
    assert_eq!(line, "ready\n", "PostgreSQL did not start; see {}", folder.display());
    // Never dropped, so that its standard input stays open until this process ends.
    std::mem::forget(watcher);
    Cluster { socket: folder }
}

/// The folder of `initdb`: named by `BAILIWICK_TEST_PG_BIN`, else the newest of Debian's.
fn binaries() -> PathBuf {
    if let Some(named) = std::env::var_os("BAILIWICK_TEST_PG_BIN") {
        return named.into();
    }
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    installed
        .filter(|bin| Path::new(bin).join("initdb").exists())
        .max()
        .expect("PostgreSQL's server programs (install postgresql, or name their folder in BAILIWICK_TEST_PG_BIN)")
}
