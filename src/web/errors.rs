//! Answers that are no page: the web layer's own refusals, and the status of a server function's error.

use app::model::AppError;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT, CONTENT_LENGTH, RETRY_AFTER},
    request::Parts,
};

use super::edge::is_of_programs;

/// An error of a server function is a few sentences; more is none.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// The header by which a server function marks its answer as an error.
const SERVER_FN_ERROR: &str = leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// Whom an answer is for, and so in which form it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A browser's navigation or form: HTML.
    Browser,
    /// The console's client: `AppError` as JSON.
    Client,
    /// A program at the gateway: the error object of the `OpenAI` API.
    Program,
}

impl Audience {
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        let accepts_html = headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        match path {
            path if is_of_programs(path) => Self::Program,
            _ if accepts_html => Self::Browser,
            _ => Self::Client,
        }
    }

    pub fn of_request(request: &Request) -> Self {
        Self::of(request.uri().path(), request.headers())
    }

    pub fn of_parts(parts: &Parts) -> Self {
        Self::of(parts.uri.path(), &parts.headers)
    }

    /// The refusal in the form of this audience.
    pub fn answer(self, status: StatusCode, error: &AppError) -> Response {
        match self {
            Self::Browser => (status, Html(page(status, &error.to_string()))).into_response(),
            Self::Client => (status, axum::Json(error)).into_response(),
            Self::Program => {
                let kind = if status.is_server_error() {
                    "server_error"
                } else {
                    "invalid_request_error"
                };
                let body = serde_json::json!({"error": {"message": error.to_string(), "type": kind, "param": null, "code": null}});
                (status, axum::Json(body)).into_response()
            }
        }
    }

    /// The refusal with the status that the error itself names.
    pub fn refuse(self, error: &AppError) -> Response {
        let mut response = self.answer(status_of(error), error);
        if let Some(seconds) = retry_after(error) {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}

/// `Retry-After` of a refusal that ends by itself.
pub fn retry_after(error: &AppError) -> Option<HeaderValue> {
    match error {
        AppError::Throttled { retry_after_s } => Some(HeaderValue::from(*retry_after_s)),
        _ => None,
    }
}

/// The status that says the same as the error.
pub fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A page that needs neither style sheet nor script: it must appear when everything else fails.
fn page(status: StatusCode, message: &str) -> String {
    let title = status.canonical_reason().unwrap_or("Error");
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1><p>{message}</p><p><a href=\"/\">Back to the console</a></p></main></body></html>"
    )
}

/// Gives a server function's error its own status: `server_fn` answers every error with 500.
pub async fn server_function_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(SERVER_FN_ERROR) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_ERROR_BYTES).await else {
        return Audience::Client.refuse(&AppError::Internal);
    };
    if let Ok(error) = serde_json::from_slice::<AppError>(&bytes) {
        parts.status = status_of(&error);
        if let Some(seconds) = retry_after(&error) {
            parts.headers.insert(RETRY_AFTER, seconds);
        }
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn, routing::post};
    use tower::ServiceExt;

    use super::*;

    async fn mapped(error: AppError) -> (StatusCode, HeaderMap, AppError) {
        let body = serde_json::to_string(&error).expect("JSON");
        let answer = move || async move { (StatusCode::INTERNAL_SERVER_ERROR, [(SERVER_FN_ERROR, "/api/x")], body) };
        let router = Router::new().route("/api/x", post(answer)).layer(from_fn(server_function_status));
        let request = Request::post("/api/x").body(Body::empty()).expect("a request");
        let (parts, body) = router.oneshot(request).await.expect("an answer").into_parts();
        let bytes = to_bytes(body, MAX_ERROR_BYTES).await.expect("a body");
        (parts.status, parts.headers, serde_json::from_slice(&bytes).expect("the same error"))
    }

    #[tokio::test]
    async fn an_error_of_a_server_function_has_its_own_status() {
        for (error, status) in [
            (AppError::field("name", "Enter a name."), 422),
            (AppError::SignedOut, 401),
            (AppError::Forbidden { reason: "no".to_owned() }, 403),
            (AppError::NotFound, 404),
            (AppError::conflict("no"), 409),
            (AppError::Throttled { retry_after_s: 7 }, 429),
            (AppError::Internal, 500),
        ] {
            let (answered, headers, body) = mapped(error.clone()).await;
            assert_eq!((answered.as_u16(), &body), (status, &error));
            assert_eq!(headers.contains_key(RETRY_AFTER), status == 429);
        }
    }

    #[test]
    fn the_form_follows_the_audience() {
        let mut headers = HeaderMap::new();
        assert_eq!(Audience::of("/api/keys/list", &headers), Audience::Client);
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,*/*"));
        assert_eq!(Audience::of("/acme/prod/keys", &headers), Audience::Browser);
        assert_eq!(Audience::of("/v1/models", &headers), Audience::Program);
    }

    #[test]
    fn a_page_escapes_its_message() {
        assert!(page(StatusCode::FORBIDDEN, "<b>&").contains("&lt;b>&amp;"));
    }

    #[test]
    fn a_refusal_that_ends_by_itself_says_when() {
        for audience in [Audience::Browser, Audience::Client, Audience::Program] {
            let refusal = audience.refuse(&AppError::Throttled { retry_after_s: 7 });
            assert_eq!(refusal.headers().get(RETRY_AFTER), Some(&HeaderValue::from(7)), "{audience:?}");
            assert!(!audience.refuse(&AppError::NotFound).headers().contains_key(RETRY_AFTER));
        }
    }
}
