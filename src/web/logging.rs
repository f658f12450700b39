//! The log: one line per event on stderr, and one event per request.

use std::{collections::BTreeMap, io::IsTerminal, sync::Arc};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use tracing_subscriber::{EnvFilter, fmt};

use super::{Site, metrics::Class, request::CurrentRequest};
use crate::config::{ConfigError, LOG_FILTER, LogFormat};

/// Starts the log. A second start, as in tests, keeps the first.
///
/// # Errors
/// `BAILIWICK_LOG` is no filter such as `info,bailiwick=debug`.
pub fn start(format: LogFormat, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let text = environment.get(LOG_FILTER).map_or("info", String::as_str);
    let filter = EnvFilter::try_new(text).map_err(|error| ConfigError::at(LOG_FILTER, error))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
    Ok(())
}

/// The span and the event of one request: the route's pattern, never the path's values, the query or a header.
pub async fn layer(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let class = Class::of(&request);
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
    let id = request.extensions().get::<CurrentRequest>().map_or("", |id| id.0.as_str());
    let span = tracing::info_span!("request", id, method = %request.method(), route);
    let started = site.ambient.now();
    async {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        let latency_ms = site.ambient.now().since(started);
        if matches!(class, Class::Asset | Class::Health) {
            tracing::debug!(status, latency_ms, "answered");
        } else {
            tracing::info!(status, latency_ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}
