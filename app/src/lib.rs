//! The console: pages, components and typed models, shared by the WASM client and the server.
//! It knows nothing of SQL or axum; what a page needs from the server is a trait in [`port`].

pub mod model;
pub mod policy;
#[cfg(feature = "ssr")]
pub mod port;
