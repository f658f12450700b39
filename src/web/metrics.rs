//! `/metrics`: requests, latencies and requests in flight, in the Prometheus text format.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame, SizeHint};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{Site, addresses::Vouched, request::ClientAddr};

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper bounds in seconds: pages at the lower end, streams of a model at the upper.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What a request is, coarse enough for a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Class {
    Asset,
    Health,
    Gateway,
    ServerFunction,
    Page,
    Unmatched,
}

impl Class {
    /// By the pattern of a matched route that is not the gateway's, so that no client can invent label values.
    pub fn of(pattern: &str) -> Self {
        match pattern {
            "/healthz" | "/readyz" | "/metrics" => Self::Health,
            "/assets/{file}" | "/favicon.ico" | "/robots.txt" => Self::Asset,
            pattern if pattern.starts_with("/api/") => Self::ServerFunction,
            _ => Self::Page,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    class: Class,
    /// First digit of the status: `2xx`.
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfClass {
    class: Class,
}

/// The web layer's own metrics, and the registry that holds those of the whole server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Family<OfClass, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
}

impl Metrics {
    /// Adds the web layer's metrics to those that other modules registered.
    pub fn new(mut registry: Registry) -> Self {
        let requests = Family::default();
        let latency = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let in_flight = Gauge::default();
        registry.register("bailiwick_http_requests", "Requests answered", requests.clone());
        registry.register("bailiwick_http_seconds", "Seconds until the head of the answer", latency.clone());
        registry.register("bailiwick_http_in_flight", "Requests whose answer has not ended", in_flight.clone());
        Self {
            registry,
            requests,
            latency,
            in_flight,
        }
    }

    /// A request that has begun.
    pub fn flight(&self) -> Flight {
        self.in_flight.inc();
        Flight(self.in_flight.clone())
    }

    /// The head of an answer, so many milliseconds after the request came.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a request are far below 2^52")]
    pub fn record(&self, class: Class, status: StatusCode, millis: i64) {
        self.requests
            .get_or_create(&Answered {
                class,
                status: status_class(status),
            })
            .inc();
        self.latency
            .get_or_create(&OfClass { class })
            .observe(millis.max(0) as f64 / 1_000.0);
    }
}

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// One request in flight.
pub struct Flight(Gauge);

impl Flight {
    /// Holds the request in flight until the last byte of the answer.
    pub fn until_sent(self, response: Response) -> Response {
        response.map(|body| Body::new(Flying { body, _flight: self }))
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A body that ends its flight when it is dropped: sent whole, or given up.
struct Flying {
    body: Body,
    _flight: Flight,
}

impl HttpBody for Flying {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The metrics, for loopback and the allowed networks; for everybody else there is nothing here.
pub async fn show(State(site): State<Arc<Site>>, request: Request) -> Response {
    let extensions = request.extensions();
    let vouched = extensions.get::<Vouched>().is_some_and(|vouched| vouched.0);
    let allowed = extensions
        .get::<ClientAddr>()
        .is_some_and(|client| client.0.is_loopback() || site.metrics_allow.iter().any(|network| network.contains(&client.0)));
    let mut text = String::new();
    if !vouched || !allowed || encode(&mut text, &site.metrics.registry).is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(CONTENT_TYPE, FORMAT)], text).into_response()
}
