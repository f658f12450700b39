//! Two-level quota: buckets, one atomic decision a request, reservations that settle. Pure: no I/O, no clock of its own.
//!
//! Levels (org, project, key) × metrics (requests, tokens) × windows (minute, hour, day) × models (one, or all) in two lanes
//! (standard, flex), and monthly budgets beside them. Rules are named by [`BucketKey`] and compiled once into a
//! [`Policy`], which knows where its buckets lie; a decision then is one lock and a few integer operations a bucket.

mod book;
mod bucket;
mod budget;
mod decision;
mod engine;
mod lows;
#[cfg(all(test, feature = "loom"))]
mod model_check;
mod policy;
pub mod queue;
mod reservation;
mod shares;
mod sync;
#[cfg(all(test, not(feature = "loom")))]
mod tests;

pub use decision::{BucketState, BudgetState, Decision, Refused};
pub use engine::{BucketLevel, Engine, Unknown, Usage};
pub use policy::{BucketKey, BudgetRule, Demand, Policy, Rule, Rules, Source};
pub use reservation::Reservation;
