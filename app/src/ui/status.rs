//! The status code of the page.

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Answers the request of this page with `code`.
pub fn set(code: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), http::StatusCode::from_u16(code)) {
        response.set_status(status);
    }
}
