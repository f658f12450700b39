//! The server: the SQL store, the enforcement and the gateway behind the console of the `app` crate.

// The types of views are deep, and this crate is where they are laid out.
#![recursion_limit = "256"]

pub mod access;
pub mod ambient;
pub mod audit;
pub mod branding;
pub mod catalog;
pub mod cli;
pub mod compose;
pub mod config;
pub mod console;
pub mod demo;
pub mod enforcement;
pub mod gateway;
pub mod identity;
pub mod links;
pub mod mail;
pub mod metering;
pub mod store;
#[cfg(test)]
mod testing;
pub mod web;
