//! The console. Its pages are HTML of the server; only the [`islands`] in them, and the models they use, are also built for
//! the WASM client. It knows nothing of SQL or axum; what a page needs from the server is a trait in [`port`].

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod app;
pub mod icon;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod policy;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(all(test, feature = "ssr"))]
pub mod testing;
#[cfg(feature = "ssr")]
pub mod ui;

#[cfg(feature = "ssr")]
pub use app::App;
#[cfg(feature = "ssr")]
pub use ui::{Assets, Client, shell};
