//! Router, security headers, static assets, health, metrics.

pub mod assets;
pub mod request;
