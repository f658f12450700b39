//! Router, security headers, static assets, health, metrics.

pub mod request;
