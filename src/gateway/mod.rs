//! The OpenAI-compatible data plane.
//!
//! Every request passes these steps in this order, and the first failure answers, in OpenAI's error shape:
//!
//! | step | what must hold | status | `code` |
//! |---|---|---|---|
//! | 1 | one `Authorization: Bearer` header with a well-formed key | 401 | `invalid_api_key` |
//! | 2 | the key is known, active and not expired | 401 | `invalid_api_key`, `key_revoked`, `key_disabled`, `key_expired` |
//! | 3 | its project is active | 401 | `project_archived` |
//! | 4 | the client's address is in the key's networks | 403 | `address_not_allowed` |
//! | 5 | the key has the permission | 403 | `permission_denied` |
//! | 6 | the body is not compressed, has at most 10 MiB and comes in time, and every field that enforcement reads is sound | 415, 413, 408, 400 | `unsupported_encoding`, `request_too_large`, `request_timeout`, `invalid_request` |
//! | 7 | the model exists, in the plan, enabled in the project, in the key's list | 404 | `model_not_found` |
//! | 7b | the model answers at this endpoint, and that much output | 400 | `invalid_request` |
//! | 8 | the service tier is in the plan, and `queue_threshold` fits it | 400 | `invalid_service_tier`, `invalid_request` |
//! | 9 | every bucket and every monthly budget of org, project and key has room, in one decision | 429 | `rate_limit_exceeded`, `spend_limit_exceeded` |
//! | 10 | the upstream has a free place, or there is room in its queue and it is this request's turn in time; priority goes before default before flex | 429, 503 | `queue_exceeded`, `upstream_busy` |
//! | 11 | the upstream can be reached, in time, with the operator's secret and account | 502, 504 | `upstream_unreachable`, `upstream_unauthorized`, `upstream_error`, `upstream_timeout` |
//! | 12 | the record is durable | 503 | `unavailable` |
//!
//! From step 9 on there is a record, whatever happens: the answer's last byte leaves only after it is durable. Other errors of
//! the upstream are passed on as they are. A failure of our own database is 503 `unavailable` at any step, and while it
//! refuses records nothing is admitted.

mod auth;
mod body;
mod content;
mod endpoint;
mod error;
mod estimate;
mod events;
#[doc(hidden)]
pub mod fuzzing;
mod headers;
mod json;
mod key_cache;
mod models;
mod patience;
mod pipeline;
mod quota;
mod relay;
mod routes;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod ticket;
mod tier;
pub mod upstream;
mod whoami;

use std::{collections::BTreeMap, pin::pin, sync::Arc};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::{
    access::api_key::Pepper,
    ambient::Ambient,
    catalog::{self, Catalog},
    enforcement::Engine,
    metering::{Closed, Meter},
    store::{Store, db::Db},
};
use error::GatewayError;
use key_cache::KeyCache;
use patience::within;
use upstream::{SetupError, Timeouts, Upstream};

/// Label of a metric about one upstream.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfUpstream {
    upstream: String,
}

/// Everything that a request meets.
pub struct Gateway {
    ambient: Ambient,
    catalog: Arc<Catalog>,
    db: Db,
    keys: KeyCache,
    pepper: Pepper,
    engine: Arc<Engine>,
    meter: Arc<Meter>,
    upstreams: BTreeMap<String, Upstream>,
    waiting: Family<OfUpstream, Gauge>,
    timeouts: Timeouts,
}

impl Gateway {
    /// Connects the parts. The store is read only here; the meter has its own.
    ///
    /// # Errors
    /// When an upstream wants https and the machine has no root certificates.
    pub fn new(
        ambient: Ambient,
        catalog: Arc<Catalog>,
        store: &Store,
        pepper: Pepper,
        engine: Arc<Engine>,
        meter: Arc<Meter>,
        timeouts: Timeouts,
    ) -> Result<Arc<Self>, SetupError> {
        let waiting = Family::<OfUpstream, Gauge>::default();
        let upstream = |(name, upstream): (&String, &catalog::Upstream)| {
            let gauge = waiting.get_or_create(&OfUpstream { upstream: name.clone() }).clone();
            let upstream = Upstream::new(upstream, timeouts, Arc::clone(&ambient.clock), gauge)?;
            Ok((name.clone(), upstream))
        };
        let upstreams = catalog.upstreams.iter().map(upstream).collect::<Result<_, SetupError>>()?;
        Ok(Arc::new(Self {
            ambient,
            catalog,
            db: store.db.clone(),
            keys: KeyCache::new(store.db.clone(), Arc::clone(&store.versions)),
            pepper,
            engine,
            meter,
            upstreams,
            waiting,
            timeouts,
        }))
    }

    /// Adds the gateway's metrics to those of the server.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "bailiwick_upstream_waiting",
            "Requests that wait for a place of an upstream",
            self.waiting.clone(),
        );
    }

    /// Step 12: waits until a record is durable, but not for ever. The record stays queued in any case.
    async fn durable(&self, kept: impl Future<Output = Result<(), Closed>>) -> Result<(), GatewayError> {
        match within(self.timeouts.durable, pin!(kept)).await {
            Some(kept) => kept.map_err(|error| GatewayError::unavailable(&error)),
            None => Err(GatewayError::unavailable(&"the database did not take the record in time")),
        }
    }
}
