//! The outermost layer: what every request passes, of people, programs and machines alike.
//!
//! One layer, not one for each step: axum clones and boxes everything behind a layer anew for each request, and the gateway
//! answers thousands of them in a second.

use std::sync::Arc;

use app::model::RequestId;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

use super::{Site, addresses, bounds, headers, logging, metrics::Class, request::CurrentRequest};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, finds out who sends it, answers, and tells log and metrics.
///
/// An id from outside is not taken over: it could be forged to hide in another request's log lines.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let started = site.ambient.now();
    let flight = site.metrics.flight();
    let id: RequestId = site.ambient.id();
    addresses::find(&mut request, &site.trusted_proxies);
    let class = Class::of(&request);
    let span = logging::span(&request, &id);
    let named = HeaderValue::from_str(id.as_str());
    request.extensions_mut().insert(CurrentRequest(id));
    let answer = async {
        let response = bounds::catch_panic(request, next).await;
        let latency_ms = site.ambient.now().since(started);
        logging::answered(class, response.status(), latency_ms);
        site.metrics.record(class, response.status(), latency_ms);
        response
    };
    let mut response = answer.instrument(span).await;
    headers::add(response.headers_mut(), &site.public_url);
    if let Ok(named) = named {
        response.headers_mut().insert(X_REQUEST_ID, named);
    }
    flight.until_sent(response)
}
