//! The outside of the server: routes, security headers, static assets, health, metrics.
//!
//! A request passes, from the outside in: the edge (request id, client address, log, metrics, security headers, panic guard). From
//! there it goes straight to the gateway, or to the router, where it also passes origin check → body limit and time-out → session →
//! the handler.

pub mod addresses;
pub mod assets;
mod bounds;
pub mod branding;
pub mod console;
pub mod csv;
mod edge;
pub mod errors;
pub mod events;
mod headers;
mod health;
pub mod logging;
mod metrics;
mod origin;
pub mod request;
pub mod routes;
pub mod serve;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use ipnet::IpNet;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use crate::{
    ambient::Ambient,
    config::PublicUrl,
    identity::{SessionLayer, authenticate, secure_removal},
    store::{Store, db::Db},
};
pub use console::{Console, EntryPage, FormAnswer, OpenWatch, PageForm, Provide, Submit};
pub use edge::{DataPlane, Edge};

/// What the web layer is composed of.
pub struct WebParts {
    pub public_url: PublicUrl,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Clients that may read `/metrics`, besides loopback.
    pub metrics_allow: Vec<IpNet>,
    /// Metrics that other modules registered.
    pub registry: Registry,
    /// Sessions are read from it, and `/readyz` asks it.
    pub store: Store,
    pub sessions: SessionLayer,
    /// With its own limits; it answers `/v1` and everything below it.
    pub gateway: Arc<dyn DataPlane>,
    pub console: Console,
    /// Cancelled when the server begins to stop: event streams end then.
    pub stopping: CancellationToken,
}

/// The parts as handlers share them.
pub struct Site {
    public_url: PublicUrl,
    trusted_proxies: Vec<IpNet>,
    metrics_allow: Vec<IpNet>,
    ambient: Ambient,
    metrics: metrics::Metrics,
    db: Db,
    console: Console,
    seats: events::Seats,
    stopping: CancellationToken,
}

/// The whole server as one service; it wants `ConnectInfo<SocketAddr>`.
pub fn server(parts: WebParts) -> Edge {
    let site = Arc::new(Site {
        public_url: parts.public_url,
        trusted_proxies: parts.trusted_proxies,
        metrics_allow: parts.metrics_allow,
        ambient: parts.store.ambient.clone(),
        metrics: metrics::Metrics::new(parts.registry),
        db: parts.store.db.clone(),
        console: parts.console,
        seats: events::Seats::default(),
        stopping: parts.stopping,
    });
    let shared = || Arc::clone(&site);
    let rest = routes::own()
        .merge(assets::routes())
        .fallback(console::not_found)
        .layer(from_fn_with_state(parts.store, authenticate))
        .layer(parts.sessions)
        .layer(from_fn(secure_removal))
        .layer(from_fn(errors::server_function_status))
        .layer(from_fn(bounds::bounded))
        .layer(from_fn_with_state(shared(), origin::layer))
        .with_state(shared());
    Edge::new(site, parts.gateway, rest)
}
