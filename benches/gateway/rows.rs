//! What is measured, in which order, and what it must reach.

use std::path::Path;

use crate::{
    Outcome,
    children::{Children, Started},
    console,
    gateway::{Site, most_resident, settle, ticks},
    lines::Lines,
    load::{Sample, Target},
    mock::{BURST_TOKENS, PACED_TOKENS},
    report::{Row, publish, table},
    seed, server,
    streams::{Pair, Place, Timing},
};

/// Baseline and gateway take turns this often, each this long. Odd, so that there is a median.
const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
const WARM_UP: u32 = 1;
/// Streams of each kind from each server.
const PACED_STREAMS: usize = 300;
const BURST_STREAMS: usize = 150;
/// Seconds of load before memory is read: every key is used many times.
const MEMORY_SECONDS: u32 = 8;

/// The servers that every measurement needs, and a site for the gateway.
struct Bench {
    // First, so that it is dropped first: nothing writes any more when the folders go.
    children: Children,
    folder: tempfile::TempDir,
    upstream: Started,
    proxy: Started,
    site: Site,
}

/// The parts of the measurement, in their order.
pub const PARTS: [&str; 7] = ["relaxed", "fsync", "written", "waiting", "streams", "memory", "console"];

/// Measures everything, prints the table and writes the file.
pub fn measure(lines: Option<&Path>) -> Outcome {
    let mut rows = lines.map(Lines::read).transpose()?.unwrap_or_default().rows();
    let bench = Bench::start()?;
    for part in PARTS {
        rows.extend(bench.part(part)?);
    }
    publish(&rows)
}

/// Measures one part and prints its rows.
pub fn measure_only(part: &str) -> Outcome {
    let rows = Bench::start()?.part(part)?;
    println!("\n{}", table(&rows));
    Ok(())
}

impl Bench {
    fn part(&self, part: &str) -> Outcome<Vec<Row>> {
        match part {
            "relaxed" => self.relaxed(),
            "fsync" => self.durable("fsync", 0.6),
            "written" => self.durable("written", 0.7),
            "waiting" => self.waiting(),
            "streams" => self.streams(),
            "memory" => Ok(vec![self.memory()?]),
            "console" => console::measure(&self.children, &self.upstream.authority),
            _ => Err(format!("no such part: {part}; there are {}", PARTS.join(", ")).into()),
        }
    }

    fn start() -> Outcome<Self> {
        let children = Children::watched()?;
        let me = || std::env::current_exe().map(std::process::Command::new);
        let upstream = children.start(me()?.arg("mock"))?;
        let proxy = children.start(me()?.arg("proxy").arg(&upstream.authority))?;
        let site = Site::found(&upstream.authority)?;
        Ok(Self {
            children,
            folder: tempfile::tempdir()?,
            upstream,
            proxy,
            site,
        })
    }

    fn baseline(&self, model: &str) -> Outcome<Target> {
        let url = format!("http://{}/{model}", self.proxy.authority);
        Target::new(self.folder.path(), self.proxy.pid, &url, model, &self.site.key)
    }

    fn gateway(&self, started: &Started, model: &str) -> Outcome<Target> {
        let url = format!("http://{}", started.authority);
        Target::new(self.folder.path(), started.pid, &url, model, &self.site.key)
    }

    /// Everything that is measured with `relaxed`.
    fn relaxed(&self) -> Outcome<Vec<Row>> {
        let started = self.site.serve(&self.children, "relaxed")?;
        let (baseline, gateway) = (self.baseline("instant")?, self.gateway(&started, "instant")?);
        let many = compare("relaxed, 64 connections", &baseline, &gateway, 64)?;
        let one = compare("relaxed, 1 connection", &baseline, &gateway, 1)?;
        self.children.stop(started.pid);
        Ok(vec![
            many.rate_row("requests per second at 64 connections, `relaxed`, against the bare proxy", 0.75),
            Row::noted(
                "processor time of a request there, with all that is done later",
                many.processor_time(),
            ),
            one.added_row("added p50 at one connection, `relaxed`", 60.0),
        ])
    }

    /// Throughput at 256 connections under a durability that waits.
    fn durable(&self, durability: &str, least: f64) -> Outcome<Vec<Row>> {
        let started = self.site.serve(&self.children, durability)?;
        let title = format!("{durability}, 256 connections");
        let compared = compare(&title, &self.baseline("instant")?, &self.gateway(&started, "instant")?, 256)?;
        self.children.stop(started.pid);
        let what = format!("requests per second at 256 connections, `{durability}`, against the bare proxy");
        let spent = format!("processor time of a request there, `{durability}`");
        Ok(vec![compared.rate_row(&what, least), Row::noted(spent, compared.processor_time())])
    }

    /// A model that takes 20 ms: the usual case, where the processor has time.
    fn waiting(&self) -> Outcome<Vec<Row>> {
        let started = self.site.serve(&self.children, "written")?;
        let compared = compare(
            "20 ms, written, 64 connections",
            &self.baseline("slow")?,
            &self.gateway(&started, "slow")?,
            64,
        )?;
        self.children.stop(started.pid);
        Ok(vec![compared.added_row(
            "added p50 at 64 connections to a model that takes 20 ms, `written`",
            500.0,
        )])
    }

    fn streams(&self) -> Outcome<Vec<Row>> {
        let started = self.site.serve(&self.children, "written")?;
        let runtime = server::runtime()?;
        let timed = |model: &str, tokens, rounds| {
            eprintln!("measuring: streams, {model}");
            runtime.block_on(async {
                let prefix = format!("/{model}");
                let baseline = Place {
                    authority: &self.proxy.authority,
                    prefix: &prefix,
                    key: &self.site.key,
                };
                let gateway = Place {
                    authority: &started.authority,
                    prefix: "",
                    key: &self.site.key,
                };
                Pair::connect(model, baseline, gateway).await?.measure(rounds, tokens).await
            })
        };
        let paced = timed("paced", PACED_TOKENS, PACED_STREAMS)?;
        let burst = timed("burst", BURST_TOKENS, BURST_STREAMS)?;
        self.children.stop(started.pid);
        Ok(vec![first_token_row(&paced), chunk_row(&burst)])
    }

    fn memory(&self) -> Outcome<Row> {
        const MOST: f64 = 150.0;
        eprintln!(
            "measuring: memory, 256 connections, {} projects, {} keys",
            seed::PROJECTS,
            seed::KEYS
        );
        let site = Site::found(&self.upstream.authority)?;
        let keys = seed::fill(&site, self.folder.path())?;
        let started = site.serve(&self.children, "fsync")?;
        let url = format!("http://{}", started.authority);
        Target::with_keys(self.folder.path(), started.pid, &url, &keys)?.load(256, MEMORY_SECONDS)?;
        let resident = most_resident(started.pid)?;
        self.children.stop(started.pid);
        let what = "memory at 256 connections, 1,000 projects, 10,000 keys, all of them in use";
        Ok(Row::judged(
            what,
            format!("≤ {MOST} MB resident"),
            format!("{resident:.0} MB"),
            resident <= MOST,
        ))
    }
}

/// Samples of both, pair by pair, and the processor time of each server meanwhile.
struct Compared {
    pairs: Vec<(Sample, Sample)>,
    /// Microseconds a request.
    processor: (f64, f64),
}

/// Loads both in turn. A gateway that writes later is waited for, so that it does not slow the baseline down.
fn compare(title: &str, baseline: &Target, gateway: &Target, connections: usize) -> Outcome<Compared> {
    eprintln!("measuring: {title}");
    baseline.load(connections, WARM_UP)?;
    gateway.load(connections, WARM_UP)?;
    settle(gateway.pid)?;
    let before = (ticks(baseline.pid)?, ticks(gateway.pid)?);
    let mut pairs = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let first = baseline.load(connections, SECONDS)?;
        let second = gateway.load(connections, SECONDS)?;
        settle(gateway.pid)?;
        pairs.push((first, second));
    }
    let spent = (ticks(baseline.pid)? - before.0, ticks(gateway.pid)? - before.1);
    let answered = pairs
        .iter()
        .fold((0.0, 0.0), |sum, (first, second)| (sum.0 + first.requests, sum.1 + second.requests));
    Ok(Compared {
        processor: (micros_each(spent.0, answered.0), micros_each(spent.1, answered.1)),
        pairs,
    })
}

#[expect(clippy::cast_precision_loss, reason = "ticks of a minute are far below 2^52")]
fn micros_each(ticks: u64, requests: f64) -> f64 {
    ticks as f64 * 10_000.0 / requests
}

impl Compared {
    fn rate_row(&self, what: &str, least: f64) -> Row {
        let ratio = median(self.pairs.iter().map(|(baseline, gateway)| gateway.rate / baseline.rate));
        let baseline = median(self.pairs.iter().map(|pair| pair.0.rate));
        let gateway = median(self.pairs.iter().map(|pair| pair.1.rate));
        Row::judged(
            what,
            format!("≥ {least} ×"),
            format!("{ratio:.2} × ({gateway:.0} of {baseline:.0})"),
            ratio >= least,
        )
    }

    fn added_row(&self, what: &str, most: f64) -> Row {
        let pairs = self.pairs.iter().map(|(baseline, gateway)| (baseline.p50, gateway.p50));
        added_row(what, most, pairs)
    }

    fn processor_time(&self) -> String {
        format!("proxy {:.0} µs, gateway {:.0} µs", self.processor.0, self.processor.1)
    }
}

/// The median of what is added, over pairs of microseconds.
fn added_row(what: &str, most: f64, pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Row {
    let added = median(pairs.clone().map(|(baseline, gateway)| gateway - baseline));
    let (baseline, gateway) = (median(pairs.clone().map(|pair| pair.0)), median(pairs.map(|pair| pair.1)));
    Row::judged(
        what,
        format!("≤ {most} µs"),
        format!("{added:.0} µs ({gateway:.0} over {baseline:.0})"),
        added <= most,
    )
}

fn first_token_row(timings: &[(Timing, Timing)]) -> Row {
    let pairs = timings
        .iter()
        .map(|(baseline, gateway)| (baseline.first_token, gateway.first_token));
    added_row("added time to first token, streamed, p50", 100.0, pairs)
}

#[expect(clippy::cast_precision_loss, reason = "some hundred chunks")]
fn chunk_row(timings: &[(Timing, Timing)]) -> Row {
    const MOST: f64 = 5.0;
    let chunks = (BURST_TOKENS + 2) as f64;
    let added = median(timings.iter().map(|(baseline, gateway)| (gateway.whole - baseline.whole) / chunks));
    let baseline = median(timings.iter().map(|pair| pair.0.whole / chunks));
    let measured = format!("{added:.1} µs (proxy {baseline:.1})");
    Row::judged(
        "added per chunk of a stream that never waits, p50",
        format!("≤ {MOST} µs"),
        measured,
        added <= MOST,
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
