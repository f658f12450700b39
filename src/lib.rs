//! The server: the SQL store, the enforcement and the gateway behind the console of the `app` crate.

pub mod access;
pub mod ambient;
pub mod catalog;
pub mod enforcement;
pub mod gateway;
pub mod metering;
pub mod store;
pub mod web;
