//! What the gateway costs beside a bare reverse proxy, measured with `wrk`, and how long pages of the console take: the table of
//! `benches/RESULTS.md`.
//!
//! `make bench` runs it. The mock upstream, the bare proxy and the gateway are processes of their own, as in reality; the first
//! two are this program again, called with `mock` or `proxy`.

mod children;
mod console;
mod crowd;
mod facts;
mod gateway;
mod lines;
mod load;
mod mock;
mod proxy;
mod report;
mod rows;
mod seed;
mod server;
mod streams;

use std::{env, error::Error, process::ExitCode};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match words[..] {
        ["mock"] => mock::run(),
        ["proxy", upstream] => proxy::run(upstream),
        [] => rows::measure(None),
        ["--lines", file] => rows::measure(Some(file.as_ref())),
        ["--only", part] => rows::measure_only(part),
        _ => Err(format!(
            "usage: cargo bench --bench gateway [-- --lines FILE | --only {}]",
            rows::PARTS.join("|")
        )
        .into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
