//! Limits of the site outside the gateway: how much a request may send, and how long it may take.

use std::time::Duration;

use app::model::AppError;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::StatusCode;

use super::errors::Audience;

/// Forms are short.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longer than any page takes.
const TIME_OUT: Duration = Duration::from_secs(30);

/// Reads the whole body, at most [`MAX_BODY_BYTES`] of it, and answers within the time-out.
pub async fn bounded(request: Request, next: Next) -> Response {
    let audience = Audience::of_request(&request);
    let answer = async {
        let (parts, body) = request.into_parts();
        let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
            let message = format!("The form is larger than {} KiB.", MAX_BODY_BYTES / 1024);
            return audience.answer(StatusCode::PAYLOAD_TOO_LARGE, &AppError::conflict(message));
        };
        next.run(Request::from_parts(parts, Body::from(bytes))).await
    };
    tokio::time::timeout(TIME_OUT, answer)
        .await
        .unwrap_or_else(|_| audience.refuse(&AppError::Unreachable))
}
