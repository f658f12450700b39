//! The log: one line per event on stderr, and one event per request.

use std::{collections::BTreeMap, io::IsTerminal};

use app::model::RequestId;
use axum::extract::Request;
use http::{Method, StatusCode};
use tracing::{Level, Span};
use tracing_subscriber::{EnvFilter, fmt};

use super::{metrics::Class, request::Route};
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

/// How the log names a request: by its id and the route's pattern, never by the path's values, the query or a header.
pub(super) struct Line {
    id: RequestId,
    method: Method,
    route: Route,
}

impl Line {
    pub fn new(request: &Request, id: &RequestId, route: Route) -> Self {
        Self {
            id: id.clone(),
            method: request.method().clone(),
            route,
        }
    }

    /// What is logged inside carries the name.
    pub fn span(&self) -> Span {
        let (id, method, route) = (self.id.as_str(), self.method.as_str(), &*self.route.pattern);
        tracing::info_span!("request", id, method, route)
    }

    pub fn panicked(&self) {
        let (id, method, route) = (self.id.as_str(), self.method.as_str(), &*self.route.pattern);
        tracing::error!(id, method, route, "a handler panicked");
    }

    /// The event of one request. What the gateway served is in the request log, where the reader of this log would not look
    /// for every call of every program.
    pub fn answered(&self, status: StatusCode, latency_ms: i64) {
        let is_routine = match self.route.class {
            Class::Asset | Class::Health => true,
            Class::Gateway => status.is_success(),
            _ => false,
        };
        let status = status.as_u16();
        if !is_routine {
            self.span().in_scope(|| tracing::info!(status, latency_ms, "answered"));
        } else if tracing::enabled!(Level::DEBUG) {
            self.span().in_scope(|| tracing::debug!(status, latency_ms, "answered"));
        }
    }
}
