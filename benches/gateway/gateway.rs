//! The gateway under test: the release binary in a data directory of its own, set up as an operator would.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use serde::Deserialize;

use crate::{
    Outcome,
    children::{Children, Started},
};

const BINARY: &str = env!("CARGO_BIN_EXE_bailiwick");
/// The paths of the mock; `bench/…` is the model that leads there.
pub const MODELS: [&str; 4] = ["instant", "slow", "paced", "burst"];
/// More than any measurement can use up.
const GENEROUS: u64 = 1_000_000_000_000;

/// A data directory with one organization.
pub struct Site {
    folder: tempfile::TempDir,
    pub key: String,
    pub org: String,
    pub account: String,
}

#[derive(Deserialize)]
struct Founded {
    org_id: String,
    account_id: String,
    api_key: String,
}

impl Site {
    /// Sets up a site whose models are answered by the mock at `upstream`. It lies in the target folder: a temporary
    /// folder may be in memory, where `fsync` costs nothing.
    pub fn found(upstream: &str) -> Outcome<Self> {
        Self::found_over(upstream, None)
    }

    /// The same over another database than the one in its folder.
    pub fn found_over(upstream: &str, database: Option<&str>) -> Outcome<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let database = database.map(|url| format!("database_url = \"{url}\"\n")).unwrap_or_default();
        fs::write(folder.path().join("bailiwick.toml"), database + &configuration(upstream))?;
        let mut bootstrap = command(folder.path());
        bootstrap.args(["operator", "bootstrap", "--email", Self::EMAIL, "--name", "Ada Osei"]);
        bootstrap.args(["--org", "Acme Robotics", "--password-stdin", "--json"]);
        let mut child = bootstrap.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(Self::PASSWORD.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err("`bailiwick operator bootstrap` failed".into());
        }
        let founded: Founded = serde_json::from_slice(&output.stdout)?;
        Ok(Self {
            folder,
            key: founded.api_key,
            org: founded.org_id,
            account: founded.account_id,
        })
    }

    /// What it is signed in with.
    pub const EMAIL: &str = "ada.osei@acme.example";
    pub const PASSWORD: &str = "a long password for a short life";

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The last lines of its log, to say why something failed.
    pub fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Starts `bailiwick serve`, with default settings but the durability. Its log goes to a file, as under a supervisor.
    pub fn serve(&self, children: &Children, durability: &str) -> Outcome<Started> {
        let log = File::create(self.folder.path().join("log"))?;
        let mut serve = command(self.folder.path());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--metering-durability", durability]);
        children.start(serve.stderr(log))
    }
}

/// No setting of the person who measures gets in.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().current_dir(folder);
    command
}

/// One upstream and one model for each path of the mock, and a plan with every combination of scope, metric and window.
fn configuration(upstream: &str) -> String {
    let parts = MODELS.map(|name| {
        format!(
            "[upstreams.{name}]\nbase_url = \"http://{upstream}/{name}/v1\"\nconcurrency = 4096\n\n\
             [models.\"bench/{name}\"]\nupstream = \"{name}\"\ncontext = 128000\ndefault_output = 64\nprice_input = \"0.15\"\nprice_output = \"0.60\"\n\n"
        )
    });
    let models = MODELS.map(|name| format!("\"bench/{name}\""));
    let mut quotas = Vec::new();
    for model in models.iter().map(String::as_str).chain(["\"*\""]) {
        for metric in ["requests", "tokens"] {
            for window in ["minute", "hour", "day"] {
                quotas.push(format!(
                    "{{ model = {model}, metric = \"{metric}\", window = \"{window}\", limit = {GENEROUS} }}"
                ));
            }
        }
    }
    let (models, quotas) = (models.join(", "), quotas.join(",\n  "));
    format!(
        "{}[plans.standard]\nmodels = [{models}]\nquotas = [\n  {quotas},\n]\n",
        parts.concat()
    )
}

/// Waits until a process has nothing left to do, 10 s at most, so that what one measurement left behind does not slow the next.
pub fn settle(pid: u32) -> Outcome {
    let mut before = ticks(pid)?;
    for _ in 0..50 {
        sleep(Duration::from_millis(200));
        let now = ticks(pid)?;
        if now - before <= 1 {
            return Ok(());
        }
        before = now;
    }
    Err("a process is still busy 10 s after its last request".into())
}

/// Processor time of a process so far, in ticks of 10 ms: the 14th and 15th field of `/proc/PID/stat`.
pub fn ticks(pid: u32) -> Outcome<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let of = |at: usize| fields.split_whitespace().nth(at).and_then(|field| field.parse::<u64>().ok());
    Ok(of(11).ok_or("no processor time")? + of(12).ok_or("no processor time")?)
}

/// The most memory that a process had resident so far, in MB (10⁶ bytes).
pub fn most_resident(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1.024 / 1_000.0)
}
