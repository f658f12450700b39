//! What a proof of a password costs, alone and behind others. `cargo bench --bench password`. Prints `bench:<TAB>id<TAB>value<TAB>unit`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a benchmark measures real time and may stop"
)]

use std::time::{Duration, Instant};

use bailiwick::{ambient::Ambient, identity::Passwords};

const ROUNDS: usize = 40;
/// Sign-ins at the same time: as many as are let in.
const CROWD: usize = 64;

#[tokio::main]
async fn main() {
    let ambient = Ambient::system();
    let passwords = Passwords::new(&ambient).expect("a decoy");
    let stored = passwords.hash(&ambient, "correct-horse-9").await.expect("a hash");

    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        assert!(passwords.verify("correct-horse-9", Some(&stored)).await.expect("verified"));
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let (p50, most) = (millis(times[ROUNDS / 2]), millis(times[ROUNDS - 1]));
    println!("a proof of a password: p50 {p50:.0} ms, at most {most:.0} ms");
    println!("bench:\tpassword_p50\t{p50:.0}\tms");

    let start = Instant::now();
    let crowd = (0..CROWD).map(|_| passwords.verify("correct-horse-9", Some(&stored)));
    let right = futures::future::join_all(crowd).await;
    assert!(right.into_iter().all(|right| right.expect("verified")));
    println!("{CROWD} at once: {:.0} ms until the last of them", millis(start.elapsed()));
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
