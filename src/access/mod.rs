//! Proof before data: who calls, and what they may do.

pub mod api_key;
