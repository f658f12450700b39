//! The outermost part: what every request passes, of people, programs and machines alike.
//!
//! Programs send thousands of requests in a second, and axum clones and boxes everything behind a layer anew for each of
//! them. So there is one step, [`pass`], and not one for each of its duties; and what is for the data plane takes it right
//! here, while everything else takes it as the outermost layer of its router, which knows the route by then.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
};

use app::model::{AppError, RequestId};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderName, HeaderValue};
use http_body::Body as HttpBody;
use tower::Service;
use tracing::{Instrument, Span};

use super::{
    Site, addresses,
    errors::Audience,
    headers,
    logging::Line,
    metrics::Class,
    request::{Arrival, CurrentRequest, Route},
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers programs. It is asked past every router and layer, and names what it logs by the request's id itself.
pub trait DataPlane: Send + Sync {
    /// The pattern of a path, for log and metrics: never a value that stands in the path.
    fn pattern(&self, path: &str) -> &'static str;

    /// Answers a request whose path [belongs](is_of_programs) to programs.
    fn answer(self: Arc<Self>, arrival: Arrival, request: Request) -> BoxFuture<'static, Response>;
}

/// True for `/v1` and everything below it.
pub fn is_of_programs(path: &str) -> bool {
    path.strip_prefix("/v1")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The whole server as one service; it wants `ConnectInfo<SocketAddr>`.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

struct Parts {
    site: Arc<Site>,
    data_plane: Arc<dyn DataPlane>,
    /// Everything else, with [`layer`] outermost.
    rest: Router,
}

impl Edge {
    pub(super) fn new(site: Arc<Site>, data_plane: Arc<dyn DataPlane>, rest: Router) -> Self {
        let layered = rest.layer(axum::middleware::from_fn_with_state(Arc::clone(&site), layer));
        Self(Arc::new(Parts {
            site,
            data_plane,
            rest: layered,
        }))
    }
}

impl<B> Service<http::Request<B>> for Edge
where
    B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        if !is_of_programs(request.uri().path()) {
            return Box::pin(self.0.rest.clone().call(request));
        }
        let parts = Arc::clone(&self.0);
        Box::pin(async move {
            let request = request.map(Body::new);
            let route = Route::of_programs(parts.data_plane.pattern(request.uri().path()));
            let answer = |arrival, request| Arc::clone(&parts.data_plane).answer(arrival, request);
            Ok(pass(&parts.site, route, request, answer).await)
        })
    }
}

/// The outermost layer of everything else, which finds what it needs to know in the request's extensions.
async fn layer(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let route = Route::matched(&request);
    let answer = |arrival: Arrival, mut request: Request| {
        let extensions = request.extensions_mut();
        extensions.insert(arrival.client);
        extensions.insert(arrival.vouched);
        extensions.insert(CurrentRequest(arrival.id));
        next.run(request)
    };
    pass(&site, route, request, answer).await
}

/// Names the request, finds out who sends it, has it answered, makes a panic a 500, and tells log and metrics.
///
/// An id from outside is not taken over: it could be forged to hide in another request's log lines.
async fn pass<A>(site: &Site, route: Route, request: Request, answer: impl FnOnce(Arrival, Request) -> A) -> Response
where
    A: Future<Output = Response>,
{
    let flight = site.metrics.flight();
    let (client, vouched) = addresses::find(&request, &site.trusted_proxies);
    let at = site.ambient.now();
    let id: RequestId = site.ambient.id_at(at);
    let named = HeaderValue::from_str(id.as_str());
    let class = route.class;
    let line = Line::new(&request, &id, route);
    let audience = Audience::of_request(&request);
    let arrival = Arrival { id, at, client, vouched };
    // A span costs as much as a short answer: the data plane does without.
    let span = if class == Class::Gateway { Span::none() } else { line.span() };
    let answered = AssertUnwindSafe(async { answer(arrival, request).await })
        .catch_unwind()
        .instrument(span)
        .await;
    let mut response = answered.unwrap_or_else(|_| {
        // The panic itself stands in the log.
        line.panicked();
        audience.refuse(&AppError::Internal)
    });
    let latency_ms = site.ambient.now().since(at);
    line.answered(response.status(), latency_ms);
    site.metrics.record(class, response.status(), latency_ms);
    headers::add(response.headers_mut(), &site.public_url);
    if let Ok(named) = named {
        response.headers_mut().insert(X_REQUEST_ID, named);
    }
    flight.until_sent(response)
}
