//! The server function of the page. Its form is answered by the page itself.

use leptos::prelude::*;

use crate::model::AppError;

/// Whether the person may make an organization, or why not.
#[server(endpoint = "org/may_create")]
pub async fn may_create_organization() -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Founding>()?.may_create_organization().await
}
