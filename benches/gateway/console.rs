//! How long the pages of a large organization take on the server, on both engines.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE},
};
use hyper_util::rt::TokioIo;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::net::TcpStream;

use crate::{
    Outcome,
    children::Children,
    crowd::{KEYS, MEMBERS, PROJECTS, statements},
    gateway::Site,
    report::Row,
    server,
};

/// Each page is asked for this often, after a tenth of it to warm up.
const ROUNDS: usize = 200;
/// Milliseconds for a page.
const PAGE: f64 = 30.0;
/// Milliseconds for what the switcher and the palette ask for: they show it within 100, and the other half is for the browser.
const PART: f64 = 50.0;

/// The pages, as somebody would name them, and the most that each may take.
const PAGES: [(&str, &str, f64); 17] = [
    ("Members", "/acme-robotics/~/members", PAGE),
    ("Members, the last of 5,000", "/acme-robotics/~/members?page=100", PAGE),
    ("Members, filtered", "/acme-robotics/~/members?q=person-49", PAGE),
    ("Projects", "/acme-robotics/~/projects", PAGE),
    ("Projects, the last of 500", "/acme-robotics/~/projects?page=11", PAGE),
    ("Projects, by cost", "/acme-robotics/~/projects?sort=-cost", PAGE),
    ("Projects, filtered", "/acme-robotics/~/projects?q=project-49", PAGE),
    ("API keys of a project with 1,000", "/acme-robotics/project-0/keys", PAGE),
    ("API keys, filtered", "/acme-robotics/project-0/keys?q=key+99", PAGE),
    ("Collaborators", "/acme-robotics/project-7/settings/collaborators", PAGE),
    ("Usage of the organization", "/acme-robotics/~/usage", PAGE),
    ("Audit Logs of the organization", "/acme-robotics/~/audit", PAGE),
    (
        "The list of the switcher",
        "/account/places?from=%2Facme-robotics%2Fproject-0%2Flimits",
        PART,
    ),
    (
        "The list of the switcher, filtered",
        "/account/places?q=project-49&from=%2Facme-robotics%2Fproject-0%2Flimits",
        PART,
    ),
    (
        "The palette, for members",
        "/search?q=person-49&from=%2Facme-robotics%2Fproject-0%2Flimits",
        PART,
    ),
    (
        "The palette, for keys",
        "/search?q=key+99&from=%2Facme-robotics%2Fproject-0%2Flimits",
        PART,
    ),
    (
        "The palette, for projects",
        "/search?q=project-49&from=%2Facme-robotics%2Fproject-0%2Flimits",
        PART,
    ),
];

/// Measures the pages on SQLite and on PostgreSQL.
pub fn measure(children: &Children, upstream: &str) -> Outcome<Vec<Row>> {
    let site = Site::found(upstream)?;
    let database = format!("sqlite://{}", site.data().join("bailiwick.db").display());
    let mut rows = on(children, &site, &database, "SQLite")?;
    let folder = tempfile::Builder::new().prefix("bailiwick-pg-").tempdir_in("/tmp")?;
    start_postgres(children, folder.path())?;
    let socket = folder.path().to_string_lossy().replace('/', "%2F");
    let database = format!("postgres://bailiwick@{socket}/postgres");
    rows.extend(on(
        children,
        &Site::found_over(upstream, Some(&database))?,
        &database,
        "PostgreSQL",
    )?);
    Ok(rows)
}

fn on(children: &Children, site: &Site, database: &str, engine: &str) -> Outcome<Vec<Row>> {
    eprintln!("measuring: pages of {MEMBERS} members, {PROJECTS} projects, {KEYS} keys, {engine}");
    let runtime = server::runtime()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    runtime.block_on(fill(database, &statements(&site.org, i64::try_from(now)?)))?;
    let started = site.serve(children, "fsync")?;
    let measured = runtime.block_on(async {
        let mut browser = Browser::sign_in(&started.authority).await?;
        let mut rows = Vec::with_capacity(PAGES.len());
        for (name, path, most) in PAGES {
            let (p50, bytes) = browser.time(path).await?;
            rows.push(Row::judged(
                format!("{name}, {engine}, p50"),
                format!("≤ {most} ms"),
                format!("{p50:.1} ms ({} kB)", bytes / 1_000),
                p50 <= most,
            ));
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(rows)
    });
    children.stop(started.pid);
    measured.map_err(|error| format!("{error}. The log of the server ends with:\n{}", site.log_tail()).into())
}

async fn fill(database: &str, statements: &[String]) -> Outcome {
    // What the planner knows afterwards is what it would know after a night.
    let all = statements.iter().map(String::as_str).chain(["ANALYZE"]);
    if database.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(database).await?;
        let mut tx = connection.begin().await?;
        for statement in all {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
    } else {
        let mut connection = PgConnection::connect(database).await?;
        for statement in all {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
    }
    Ok(())
}

/// A throw-away cluster, which ends with this program.
fn start_postgres(children: &Children, folder: &Path) -> Outcome {
    let found = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/pg-bin")).output()?;
    let binaries = String::from_utf8(found.stdout)?;
    if binaries.trim().is_empty() {
        return Err("no PostgreSQL server programs: install postgresql".into());
    }
    let mut cluster = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/pg-cluster"));
    children.start_saying(cluster.arg(binaries.trim()).arg(folder), "ready")?;
    Ok(())
}

/// Somebody who is signed in, on one connection.
struct Browser {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    cookie: String,
}

impl Browser {
    async fn sign_in(authority: &str) -> Outcome<Self> {
        let connection = TcpStream::connect(authority).await?;
        connection.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(connection)).await?;
        tokio::spawn(driver);
        let mut browser = Self {
            sender,
            authority: authority.to_owned(),
            cookie: String::new(),
        };
        let form = format!("email={}&password={}", Site::EMAIL, Site::PASSWORD.replace(' ', "+"));
        let answer = browser.ask("POST", "/signin", form).await?;
        let cookie = answer.headers().get(SET_COOKIE).ok_or("sign-in was refused")?;
        cookie
            .to_str()?
            .split(';')
            .next()
            .unwrap_or_default()
            .clone_into(&mut browser.cookie);
        answer.into_body().collect().await?;
        Ok(browser)
    }

    async fn ask(&mut self, method: &str, path: &str, body: String) -> Outcome<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.authority)
            .header(COOKIE, &self.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Full::from(body))?;
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?)
    }

    /// The median time of a page in milliseconds, until its last byte is here, and its size.
    async fn time(&mut self, path: &str) -> Outcome<(f64, usize)> {
        let (mut times, mut bytes) = (Vec::with_capacity(ROUNDS), 0);
        for round in 0..ROUNDS + ROUNDS / 10 {
            let began = Instant::now();
            let answer = self.ask("GET", path, String::new()).await?;
            if !answer.status().is_success() {
                return Err(format!("{path} was answered with {}", answer.status()).into());
            }
            bytes = answer.into_body().collect().await?.to_bytes().len();
            if round >= ROUNDS / 10 {
                times.push(began.elapsed());
            }
        }
        times.sort_unstable();
        let p50 = times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64);
        Ok((p50 * 1_000.0, bytes))
    }
}
