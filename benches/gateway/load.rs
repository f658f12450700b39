//! The load generator `wrk`, told what to send by a Lua script that also prints its numbers in one line.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Outcome;

/// What `done` prints: requests, microseconds, latency p50 and p99 in microseconds, then the errors by kind.
const DONE: &str = r#"
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("bench: %d %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect, e.read, e.write, e.status, e.timeout))
end
"#;

/// A server and the script of what it is asked.
pub struct Target {
    pub pid: u32,
    url: String,
    script: PathBuf,
}

/// One run of `wrk`.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub requests: f64,
    /// Requests per second.
    pub rate: f64,
    /// Median latency in microseconds.
    pub p50: f64,
}

/// A chat request of the usual size; unknown fields are none.
pub fn body(model: &str, stream: bool) -> String {
    let stream = if stream {
        r#","stream":true,"stream_options":{"include_usage":true}"#
    } else {
        ""
    };
    format!(
        r#"{{"model":"bench/{model}","messages":[{{"role":"system","content":"You answer in one short sentence."}},{{"role":"user","content":"What is a bailiwick, and who looks after one?"}}],"temperature":0.7,"max_completion_tokens":64{stream}}}"#
    )
}

/// The Lua text that sets one request, always the same, so that `wrk` formats it once.
fn fixed(model: &str, key: &str) -> String {
    format!(
        "wrk.method = \"POST\"\nwrk.body = [[{}]]\nwrk.headers[\"Content-Type\"] = \"application/json\"\n\
         wrk.headers[\"Authorization\"] = \"Bearer {key}\"\n",
        body(model, false)
    )
}

impl Target {
    /// The same request every time. `url` without the path `/v1/chat/completions`.
    pub fn new(folder: &Path, pid: u32, url: &str, model: &str, key: &str) -> Outcome<Self> {
        let script = folder.join(format!("{pid}-{model}.lua"));
        Self::with_script(script, pid, url, &fixed(model, key))
    }

    /// Every request with another of the keys in `file`, one a line.
    pub fn with_keys(folder: &Path, pid: u32, url: &str, file: &Path) -> Outcome<Self> {
        let each = format!(
            r#"
local requests, at = {{}}, 0
function init()
  for key in io.lines("{}") do
    wrk.headers["Authorization"] = "Bearer " .. key
    requests[#requests + 1] = wrk.format()
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"#,
            file.display()
        );
        let script = folder.join(format!("{pid}-keys.lua"));
        Self::with_script(script, pid, url, &(fixed("instant", "") + &each))
    }

    fn with_script(path: PathBuf, pid: u32, url: &str, text: &str) -> Outcome<Self> {
        fs::write(&path, format!("{text}{DONE}"))?;
        Ok(Self {
            pid,
            url: format!("{url}/v1/chat/completions"),
            script: path,
        })
    }

    /// Loads the server.
    ///
    /// # Errors
    /// `wrk` is missing or fails, or one request had no good answer.
    pub fn load(&self, connections: usize, seconds: u32) -> Outcome<Sample> {
        let output = Command::new("wrk")
            .arg(format!("-t{}", connections.min(2)))
            .arg(format!("-c{connections}"))
            .arg(format!("-d{seconds}s"))
            .arg("--latency")
            .arg("-s")
            .arg(&self.script)
            .arg(&self.url)
            .output()
            .map_err(|error| format!("wrk cannot be started ({error}); `apt-get install wrk` brings it"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("bench: "));
        let line = line.ok_or_else(|| format!("wrk gave no numbers: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
        sample(line).map_err(|problem| format!("{}: {problem}", self.url).into())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of some seconds are far below 2^52")]
fn sample(line: &str) -> Outcome<Sample> {
    let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [requests, micros, p50, _p99, connect, read, write, status, timeout] = numbers[..] else {
        return Err(format!("not nine numbers: {line}").into());
    };
    if connect + read + write + status + timeout > 0 || requests == 0 {
        return Err(format!(
            "of {requests} requests failed: {connect} to connect, {read} to read, {write} to write, {status} by their status, {timeout} by time"
        )
        .into());
    }
    Ok(Sample {
        requests: requests as f64,
        rate: requests as f64 * 1e6 / micros as f64,
        p50: p50 as f64,
    })
}
