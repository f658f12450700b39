//! The real server, ended at every failpoint under load and started again: what was answered is in the database, once.
//!
//! The server is this test program, started a second time with one test, which then is the server: so it has the
//! failpoints, and the programs that are built for use have none.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use app::model::histogram::Histogram;
use bytes::Bytes;
use futures::future::join_all;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use parking_lot::Mutex;

use crate::{
    access::Origin,
    ambient::Ambient,
    audit::Verifier,
    compose,
    config::{Config, Sources},
    identity::{Foundation, Passwords, found},
    store::{
        Store,
        db::{Db, Sync, execute, fetch_all, fetch_one},
        testing::{self, TestDb},
    },
};

/// Every failpoint, and how often it is passed before the end.
const FAILPOINTS: [&str; 8] = [
    "begin:9",
    "inserted:9",
    "levels:9",
    "commit:9",
    "committed:9",
    "acknowledged:50",
    "checkpoint:3",
    "checkpointed:3",
];
const CONNECTIONS: usize = 24;
/// A failpoint that is not reached by then is a failure.
const MOST_REQUESTS: usize = 2_000;
const SIGABRT: i32 = 6;

/// Requests, tokens in and out, settled tokens and cost of a table.
macro_rules! sums {
    ($reader:expr, $requests:literal, $table:literal) => {
        fetch_one!(
            $reader,
            (i64, i64, i64, i64, i64),
            concat!(
                "SELECT CAST(",
                $requests,
                " AS BIGINT), CAST(sum(tokens_in) AS BIGINT), CAST(sum(tokens_out) AS BIGINT),
                 CAST(sum(settled) AS BIGINT), CAST(sum(cost_micros) AS BIGINT) FROM ",
                $table
            )
        )
        .expect("sums")
    };
}
/// One installation that is ended again and again.
struct Victim {
    data: tempfile::TempDir,
    url: String,
    durability: &'static str,
    secret: String,
    /// Ids of the answers that came whole.
    answered: Arc<Mutex<BTreeSet<String>>>,
}

fn config(data: &str, url: &str, durability: &str) -> Config {
    let settings = [
        ("DATA", data),
        ("DATABASE_URL", url),
        ("METERING_DURABILITY", durability),
        ("LISTEN", "127.0.0.1:0"),
    ];
    Config::load(&Sources {
        environment: settings.map(|(name, value)| (format!("BAILIWICK_{name}"), value.to_owned())).into(),
        working_directory: "/nonexistent".into(),
        ..Sources::default()
    })
    .expect("a configuration")
}

/// The test that a started process runs: there it is the server instead.
const SERVER: &str = "metering::crash::fsync_on_sqlite_survives_every_failpoint";

/// The configuration of a process that was started to be the server.
fn to_serve() -> Option<Config> {
    let data = std::env::var("CRASH_DATA").ok()?;
    let setting = |name| std::env::var(name).expect("set with the directory");
    Some(config(&data, &setting("CRASH_URL"), &setting("CRASH_DURABILITY")))
}

impl Victim {
    /// An org with a key, and a budget whose thresholds write audit records while the load runs.
    async fn new(db: &TestDb, durability: &'static str) -> Self {
        db.db.close().await;
        let data = tempfile::tempdir().expect("a folder");
        let config = config(&data.path().to_string_lossy(), &db.url, durability);
        let compose::Foundations { store, secrets } = compose::foundations(&config, Ambient::system()).await.expect("open");
        let passwords = Passwords::new(&store.ambient).expect("a decoy");
        let foundation = Foundation {
            name: "Ada Osei".parse().expect("a name"),
            email: "ada.osei@acme.example".parse().expect("an address"),
            password: crate::testing::PASSWORD.to_owned(),
            org: "Acme Robotics".parse().expect("a name"),
            slug: "acme-robotics".parse().expect("a slug"),
            with_key: true,
        };
        let founded = found(&store, &passwords, &config.catalog, &secrets.pepper, Origin::cli(), foundation)
            .await
            .expect("founded");
        let budget = "INSERT INTO budgets (scope_id, level, org_id, amount_micros, warn_percents, hard_stop, updated_at)
                      VALUES ($1, 'org', $1, 2000, '[1,2,5,10,15,20,30,40,50,60,70,80,90]', FALSE, 0)";
        let mut tx = store.db.write().await.expect("begin");
        execute!(&mut tx, budget, founded.org.as_str()).expect("a budget");
        tx.commit().await.expect("commit");
        store.db.close().await;
        Self {
            data,
            url: db.url.clone(),
            durability,
            secret: founded.secret.expect("a key").reveal().to_owned(),
            answered: Arc::default(),
        }
    }

    /// Starts the server, loads it until it dies at the failpoint, and buries it.
    async fn end_at(&self, failpoint: &str) {
        let (mut child, address) = self.start(failpoint);
        let client = Client::builder(TokioExecutor::new()).build_http();
        join_all((0..CONNECTIONS).map(|connection| {
            let this = self;
            let (client, address) = (&client, &address);
            async move {
                for round in 0..MOST_REQUESTS / CONNECTIONS {
                    let Some(id) = this.ask(client, address, (connection + round) % 4 == 0).await else {
                        break;
                    };
                    this.answered.lock().extend(id);
                }
            }
        }))
        .await;
        // A failpoint that was missed leaves a server that would run for ever.
        let ended = child.try_wait().expect("a child").is_some() || Self::dies(&mut child).await;
        if !ended {
            child.kill().expect("ended");
        }
        let status = child.wait().expect("a child");
        assert_eq!(status.signal(), Some(SIGABRT), "{failpoint} was not reached: {status}");
    }

    /// True when the process ends in time; an aborted one needs a moment.
    async fn dies(child: &mut Child) -> bool {
        for _ in 0..100 {
            if child.try_wait().expect("a child").is_some() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        false
    }

    fn start(&self, failpoint: &str) -> (Child, String) {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([SERVER, "--exact", "--nocapture"])
            .env("CRASH_DATA", self.data.path())
            .env("CRASH_URL", &self.url)
            .env("CRASH_DURABILITY", self.durability)
            .env("BAILIWICK_FAILPOINT", failpoint)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let address = lines.find_map(|line| line.ok()?.split_once("listening on ").map(|(_, address)| address.to_owned()));
        // Nothing else is printed, but a closed pipe would be an error of the server.
        std::mem::forget(lines);
        (child, address.expect("the server listens"))
    }

    /// One request: `None` when the server is gone, else the id of an answer that came whole.
    async fn ask(&self, client: &Client<HttpConnector, Full<Bytes>>, address: &str, streamed: bool) -> Option<Option<String>> {
        let body = format!(
            r#"{{"model":"bailiwick/echo","messages":[{{"role":"user","content":"one two"}}],"max_completion_tokens":2,"stream":{streamed}}}"#
        );
        let request = Request::post(format!("{address}/v1/chat/completions"))
            .header("authorization", format!("Bearer {}", self.secret))
            .header("content-type", "application/json")
            .body(Full::from(body))
            .expect("a request");
        let answer = client.request(request).await.ok()?;
        let id = answer
            .headers()
            .get("x-request-id")
            .expect("an id")
            .to_str()
            .expect("text")
            .to_owned();
        let status = answer.status();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        let is_whole = !streamed || body.ends_with(b"data: [DONE]\n\n");
        Some((status == StatusCode::OK && is_whole).then_some(id))
    }

    /// Every answer has its row; the roll-ups are the sums of the rows; the audit log holds.
    async fn examine(self) {
        let db = Db::open(&self.url, Sync::Full).await.expect("it opens");
        let store = Store::new(db, Ambient::system());
        let mut reader = store.db.read().await.expect("read");
        let rows = fetch_all!(&mut reader, (String,), "SELECT id FROM requests WHERE status = 200").expect("rows");
        let kept: BTreeSet<String> = rows.into_iter().map(|(id,)| id).collect();
        let answered = std::mem::take(&mut *self.answered.lock());
        assert!(answered.len() > FAILPOINTS.len() * 10, "only {} answers", answered.len());
        let lost: Vec<_> = answered.difference(&kept).collect();
        assert!(lost.is_empty(), "answered and lost: {lost:?}");
        let unanswered = kept.len() - answered.len();
        assert!(
            unanswered <= FAILPOINTS.len() * CONNECTIONS,
            "{unanswered} more than were under way"
        );

        let of_rows = sums!(&mut reader, "count(*)", "requests WHERE refused_level IS NULL");
        assert_eq!(sums!(&mut reader, "sum(requests)", "usage_hours"), of_rows);
        assert_eq!(sums!(&mut reader, "sum(requests)", "usage_days"), of_rows);
        let histograms = fetch_all!(&mut reader, (String,), "SELECT latency FROM usage_days").expect("histograms");
        let counted = histograms
            .iter()
            .map(|(text,)| text.parse::<Histogram>().expect("a histogram").total());
        assert_eq!(i64::try_from(counted.sum::<u64>()), Ok(of_rows.0));

        let warnings = "SELECT (SELECT count(*) FROM budget_warnings), (SELECT count(*) FROM audit_records WHERE action LIKE 'budget.%')";
        let (warnings, records) = fetch_one!(&mut reader, (i64, i64), warnings).expect("counts");
        assert!(warnings > 0 && warnings == records, "{warnings} warnings, {records} records");
        for (chain, _) in store.audit_chains().await.expect("chains") {
            let mut verifier = Verifier::default();
            for stored in store.audit_records(&chain, 0, 10_000).await.expect("records") {
                verifier.check(&stored).expect("the chain holds");
            }
            verifier
                .finish(store.audit_head(&chain).await.expect("a head"))
                .expect("the head holds");
        }
    }
}

async fn survives(db: TestDb, durability: &'static str) {
    let victim = Victim::new(&db, durability).await;
    for failpoint in FAILPOINTS {
        victim.end_at(failpoint).await;
    }
    victim.examine().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fsync_on_sqlite_survives_every_failpoint() {
    if let Some(config) = to_serve() {
        return compose::serve(config).await.expect("served");
    }
    survives(testing::sqlite().await, "fsync").await;
}

#[tokio::test]
async fn written_on_sqlite_survives_every_failpoint() {
    survives(testing::sqlite().await, "written").await;
}

#[tokio::test]
async fn fsync_on_postgres_survives_every_failpoint() {
    survives(testing::postgres().await, "fsync").await;
}

#[tokio::test]
async fn written_on_postgres_survives_every_failpoint() {
    survives(testing::postgres().await, "written").await;
}
