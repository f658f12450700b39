//! Places where a crash test ends the process. Outside of tests they are nothing.

/// Ends the process at once when a crash test chose this place; see `metering::crash`.
#[cfg(not(test))]
#[inline]
pub fn failpoint(_name: &'static str) {}

/// `BAILIWICK_FAILPOINT=name:5` dies when `name` is reached the fifth time. An abort is what SIGKILL is: no destructor and
/// no handler runs, and what the operating system has, it keeps.
#[cfg(test)]
pub fn failpoint(name: &'static str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };
    static ARMED: LazyLock<Option<(String, AtomicU32)>> = LazyLock::new(|| {
        let text = std::env::var("BAILIWICK_FAILPOINT").ok()?;
        let (name, count) = text.split_once(':').expect("name:count");
        Some((name.to_owned(), AtomicU32::new(count.parse().expect("a count"))))
    });
    if let Some((armed, left)) = &*ARMED
        && armed == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}
