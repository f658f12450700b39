//! Errors in OpenAI's shape: `{"error":{"message","type","param","code"}}`.

use app::model::RequestId;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::headers::{duration, whole_seconds};

/// An answer that is no success. What it says is meant for the client; causes go to the log.
#[derive(Clone, Debug)]
pub struct GatewayError {
    pub status: StatusCode,
    /// OpenAI's `type`.
    pub kind: &'static str,
    pub code: &'static str,
    /// The field at fault.
    pub param: Option<String>,
    pub message: String,
    pub headers: Box<HeaderMap>,
    /// What the log is told and the client is not.
    cause: Option<String>,
}

impl GatewayError {
    pub fn new(status: StatusCode, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            code,
            param: None,
            message: message.into(),
            headers: Box::default(),
            cause: None,
        }
    }

    /// 401 of steps 1 to 3.
    pub fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "authentication_error", code, message);
        error.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        error
    }

    /// 403 of steps 4 and 5.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_error", code, message)
    }

    /// 400 that names the field.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", "invalid_request", message);
        error.param = Some(param.into());
        error
    }

    /// 404 for a model that does not exist or is not for this key: one shape, so that nothing can be probed.
    pub fn model_not_found(model: &str) -> Self {
        let shown: String = model.chars().filter(|c| !c.is_control()).take(100).collect();
        let message = format!("The model `{shown}` does not exist or this key has no access to it. GET /v1/models lists what it may call.");
        let mut error = Self::new(StatusCode::NOT_FOUND, "invalid_request_error", "model_not_found", message);
        error.param = Some("model".to_owned());
        error
    }

    /// 502, 503, 504 about an upstream.
    pub fn upstream(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self::new(status, "upstream_error", code, message)
    }

    /// 429: the wait for a place would be longer than the client said.
    pub fn queue_exceeded(expected_ms: i64) -> Self {
        let wait = duration(expected_ms);
        let message = format!(
            "The model is fully occupied: the wait would be about {wait}, longer than `queue_threshold` allows. Try again in {wait}."
        );
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "requests", "queue_exceeded", message);
        error.param = Some("queue".to_owned());
        error
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(expected_ms)));
        error
    }

    /// 503: something of our own failed. The cause is [logged](Self::log), not told.
    pub fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        let message = "The gateway cannot serve requests right now. Try again in a moment.";
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", "unavailable", message);
        error.cause = Some(cause.to_string());
        error
    }

    pub fn unknown_route(method: &Method, path: &str) -> Self {
        let message =
            format!("There is no {method} {path}. See GET /v1/models, GET /v1/whoami, POST /v1/chat/completions and POST /v1/embeddings.");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", message)
    }

    pub fn wrong_method(method: &Method, path: &str, allowed: &'static str) -> Self {
        let message = format!("{path} does not answer {method} requests.");
        let mut error = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request_error",
            "method_not_supported",
            message,
        );
        error.headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
        error
    }

    /// Tells the log what the client of this request is not told.
    pub fn log(&self, id: Option<&str>) {
        if let Some(cause) = &self.cause {
            tracing::error!(id, cause, "the gateway could not serve a request");
        }
    }

    /// The answer to this request. A cause is logged.
    pub fn answer(self, id: &RequestId) -> Response {
        self.log(Some(id.as_str()));
        let body = json!({
            "error": { "message": self.message, "type": self.kind, "param": self.param, "code": self.code }
        });
        (self.status, *self.headers, Json(body)).into_response()
    }
}
