//! Which part of the gateway answers a path: a match and no router, for nearly every request goes to one of a handful of
//! fixed paths, and a router copies and boxes what it hands on.

use std::sync::Arc;

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    response::Response,
};
use futures::future::BoxFuture;
use http::{Method, header::CONTENT_LENGTH};

use super::{Gateway, endpoint::Endpoint, error::GatewayError, models, pipeline, whoami};
use crate::web::{DataPlane, request::Arrival};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Models,
    /// The id as it stands in the path.
    Model(&'a str),
    WhoAmI,
    Endpoint(Endpoint),
    Unknown,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        match path {
            "/v1/chat/completions" => Self::Endpoint(Endpoint::Chat),
            "/v1/embeddings" => Self::Endpoint(Endpoint::Embeddings),
            "/v1/models" => Self::Models,
            "/v1/whoami" => Self::WhoAmI,
            _ => match path.strip_prefix("/v1/models/") {
                Some(id) if !id.is_empty() => Self::Model(id),
                _ => Self::Unknown,
            },
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Endpoint(Endpoint::Chat) => "/v1/chat/completions",
            Self::Endpoint(Endpoint::Embeddings) => "/v1/embeddings",
            Self::Models => "/v1/models",
            Self::Model(_) => "/v1/models/{*id}",
            Self::WhoAmI => "/v1/whoami",
            Self::Unknown => "/v1/{*path}",
        }
    }
}

impl DataPlane for Gateway {
    fn pattern(&self, path: &str) -> &'static str {
        Route::of(path).pattern()
    }

    fn answer(self: Arc<Self>, arrival: Arrival, request: Request) -> BoxFuture<'static, Response> {
        Box::pin(async move {
            let (id, is_head) = (arrival.id.clone(), request.method() == Method::HEAD);
            let answered = dispatch(&self, arrival, request).await;
            let response = answered.unwrap_or_else(|error| error.answer(&id));
            if is_head { without_body(response) } else { response }
        })
    }
}

async fn dispatch(gateway: &Arc<Gateway>, arrival: Arrival, request: Request) -> Result<Response, GatewayError> {
    let (head, body) = request.into_parts();
    match (Route::of(head.uri.path()), &head.method) {
        (Route::Endpoint(endpoint), &Method::POST) => pipeline::answer(gateway, endpoint, arrival, &head.headers, body).await,
        (Route::Models, &Method::GET | &Method::HEAD) => models::list(gateway, &arrival, &head.headers).await,
        (Route::Model(id), &Method::GET | &Method::HEAD) => models::one(gateway, &arrival, &head.headers, id).await,
        (Route::WhoAmI, &Method::GET | &Method::HEAD) => whoami::whoami(gateway, &arrival, &head.headers).await,
        (Route::Unknown, method) => Err(GatewayError::unknown_route(method, head.uri.path())),
        (Route::Endpoint(_), method) => Err(GatewayError::wrong_method(method, head.uri.path(), "POST")),
        (_, method) => Err(GatewayError::wrong_method(method, head.uri.path(), "GET,HEAD")),
    }
}

/// The answer to HEAD: how long the body would be, and no body.
fn without_body(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if let Some(bytes) = body.size_hint().exact() {
        head.headers.insert(CONTENT_LENGTH, bytes.into());
    }
    Response::from_parts(head, Body::empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::routes::{Access, ROUTES};

    #[test]
    fn every_route_stands_in_the_table_of_those_that_want_a_key() {
        let tabled = |pattern: &str| {
            ROUTES
                .iter()
                .any(|route| route.path == pattern && route.access == Access::GatewayKey)
        };
        for path in ["/v1/models", "/v1/models/x", "/v1/whoami", "/v1/chat/completions", "/v1/embeddings"] {
            assert!(tabled(Route::of(path).pattern()), "{path}");
        }
        let known = |route: &&crate::web::routes::Route| route.path.starts_with("/v1");
        for route in ROUTES.iter().filter(known) {
            assert_eq!(
                Route::of(route.path).pattern(),
                route.path,
                "the gateway does not know what the table promises"
            );
        }
    }

    #[test]
    fn a_pattern_never_shows_what_stands_in_the_path() {
        for (path, pattern) in [
            ("/v1/models/secret", "/v1/models/{*id}"),
            ("/v1/models/a/b", "/v1/models/{*id}"),
            ("/v1/models/", "/v1/{*path}"),
            ("/v1/chat/completions/secret", "/v1/{*path}"),
            ("/v1/secret", "/v1/{*path}"),
            ("/v1/", "/v1/{*path}"),
            ("/v1", "/v1/{*path}"),
        ] {
            assert_eq!(Route::of(path).pattern(), pattern, "{path}");
        }
        for path in ["/v1/chat/completions", "/v1/embeddings", "/v1/models", "/v1/whoami"] {
            assert_eq!(Route::of(path).pattern(), path);
        }
    }
}
