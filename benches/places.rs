//! What it takes to go elsewhere from a large organization: the list of the switcher and the results of the palette.
//! `cargo bench --bench places`. Prints `bench:<TAB>id<TAB>value<TAB>unit`.
//!
//! One connection asks the real server over HTTP, on SQLite, for what the browser asks when the switcher opens and while somebody
//! types. The browser's own part is not in it.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a benchmark measures real time and may stop"
)]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use sqlx::{Connection, SqliteConnection};

const BINARY: &str = env!("CARGO_BIN_EXE_bailiwick");
const PASSWORD: &str = "a long password for a short life";
const ROUNDS: usize = 200;

/// 500 projects with the one that is there, 5,000 members and 10,000 keys.
const SEED: [&str; 4] = [
    "INSERT INTO projects (id, org_id, slug, name, environment, created_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
     SELECT 'proj_00000000000000000000000' || (100 + i), o.id, 'cell-' || i, 'Cell ' || i, 'production', 0 FROM n, orgs o",
    "INSERT INTO accounts (id, email, name, password_hash, created_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
     SELECT 'acct_0000000000000000000000' || (1000 + i), 'person-' || i || '@acme.example', 'Person ' || i, '', 0 FROM n",
    "INSERT INTO org_members (org_id, account_id, role, created_at)
     SELECT o.id, a.id, 'member', 0 FROM orgs o, accounts a WHERE a.name LIKE 'Person %'",
    "INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, created_by, created_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
     SELECT 'key_000000000000000000000' || (10000 + i), 'proj_00000000000000000000000' || (101 + i % 499), 'job ' || i, 'digest ' || i,
            'bw_p_' || substr('000' || i, -4), 'wxyz', 'active', '[\"inference\"]', m.account_id, 0
     FROM n, org_members m WHERE m.role = 'owner'",
];

/// The server, killed at the end.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    bootstrap(folder.path());
    seed(folder.path()).await;
    let (_server, authority) = serve(folder.path());
    let browser = Browser::sign_in(authority).await;
    for (id, path) in [
        ("places_500_projects", "/account/places?from=%2Facme-robotics%2Fdefault%2Flimits"),
        (
            "places_search",
            "/account/places?q=cell+47&from=%2Facme-robotics%2Fdefault%2Flimits",
        ),
        ("palette_10000_keys", "/search?q=job+99&from=%2Facme-robotics%2Fdefault%2Flimits"),
        (
            "palette_5000_members",
            "/search?q=person+49&from=%2Facme-robotics%2Fdefault%2Flimits",
        ),
    ] {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            browser.get(path).await;
            took.push(start.elapsed().as_secs_f64() * 1_000.0);
        }
        took.sort_by(f64::total_cmp);
        for (name, at) in [("p50", ROUNDS / 2), ("p95", ROUNDS * 95 / 100)] {
            println!("bench:\t{id}_{name}\t{:.2}\tms", took[at]);
        }
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().current_dir(folder);
    command
}

fn bootstrap(folder: &Path) {
    let mut command = command(folder);
    command.args(["operator", "bootstrap", "--email", "ada.osei@acme.example", "--name", "Ada Osei"]);
    command.args(["--org", "Acme Robotics", "--password-stdin", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("started");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(PASSWORD.as_bytes()).expect("written");
    drop(stdin);
    assert!(child.wait().expect("ended").success(), "bootstrap failed");
}

async fn seed(folder: &Path) {
    let database = format!("sqlite://{}", folder.join("data/bailiwick.db").display());
    let mut connection = SqliteConnection::connect(&database).await.expect("a database");
    for statement in SEED {
        sqlx::query(statement).execute(&mut connection).await.expect("seeded");
    }
    connection.close().await.expect("closed");
}

fn serve(folder: &Path) -> (Server, String) {
    let mut command = command(folder);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let authority = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned));
    (Server(child), authority.expect("it listens"))
}

/// One connection with a session.
struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    authority: String,
    cookie: String,
}

impl Browser {
    async fn sign_in(authority: String) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let form = format!("email=ada.osei@acme.example&password={}&next=/", PASSWORD.replace(' ', "+"));
        let request = Request::post(format!("http://{authority}/api/identity/sign_in"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form))
            .expect("a request");
        let answer = client.request(request).await.expect("an answer");
        let cookie = answer.headers().get(header::SET_COOKIE).expect("a session").to_str().expect("text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { client, authority, cookie }
    }

    /// Reads a page to its end.
    async fn get(&self, path: &str) {
        let request = Request::get(format!("http://{}{path}", self.authority))
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, &self.cookie)
            .body(Full::default())
            .expect("a request");
        let answer = self.client.request(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.into_body().collect().await.expect("a page");
    }
}
