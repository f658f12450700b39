//! Two-level quota: buckets, one atomic decision a request, reservations that settle. Pure: no I/O, no clock of its own.
//!
//! Levels (org, project, key) × metrics (requests, tokens) × windows (minute, hour, day) × models (one, or all).

mod bucket;
mod engine;
mod lows;
pub mod queue;
mod reservation;
mod sync;
#[cfg(test)]
mod tests;

pub use engine::{Ask, BucketKey, BucketLevel, BucketState, Engine, Refusal, Source};
pub use reservation::Reservation;
