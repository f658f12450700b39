//! The machine that was measured on, as far as it matters.

use std::{fs, process::Command, thread::available_parallelism};

/// One line each, for a list.
pub fn facts() -> Vec<String> {
    let cores = available_parallelism().map_or(0, std::num::NonZero::get);
    let processor = line("/proc/cpuinfo", "model name").unwrap_or_default();
    let memory = line("/proc/meminfo", "MemTotal").and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    vec![
        format!("{cores} cores, {processor}; load generator, proxy or gateway, and upstream share them"),
        format!("{} GiB of memory", memory.unwrap_or_default().div_ceil(1 << 20)),
        // Behind the first dash stands what a distribution or a cloud calls its own build.
        format!("Linux {}", kernel.trim().split('-').next().unwrap_or_default()),
        first_line("rustc", "--version"),
        first_line("wrk", "--version"),
    ]
}

/// The value behind `name :` in a file of `/proc`.
fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let found = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(found.split_once(':')?.1.trim().to_owned())
}

fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let line = text.lines().next().unwrap_or("unknown");
    line.split(" Copyright").next().unwrap_or(line).to_owned()
}
