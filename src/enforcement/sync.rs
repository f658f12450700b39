//! The locks of this module, in one place.

pub use parking_lot::Mutex;
