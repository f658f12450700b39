//! The log: one line per event on stderr, and one event per request.

use std::{collections::BTreeMap, io::IsTerminal};

use app::model::RequestId;
use axum::extract::{MatchedPath, Request};
use http::StatusCode;
use tracing::Span;
use tracing_subscriber::{EnvFilter, fmt};

use super::metrics::Class;
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

/// What is logged during a request stands under this: the route's pattern, never the path's values, the query or a header.
pub fn span(request: &Request, id: &RequestId) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
    tracing::info_span!("request", id = id.as_str(), method = %request.method(), route)
}

/// The event of one request. What the gateway served is in the request log, where the reader of this log would not look
/// for every call of every program.
pub fn answered(class: Class, status: StatusCode, latency_ms: i64) {
    let is_routine = match class {
        Class::Asset | Class::Health => true,
        Class::Gateway => status.is_success(),
        _ => false,
    };
    let status = status.as_u16();
    if is_routine {
        tracing::debug!(status, latency_ms, "answered");
    } else {
        tracing::info!(status, latency_ms, "answered");
    }
}
