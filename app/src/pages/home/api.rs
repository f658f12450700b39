//! The server function of `/`.

use leptos::prelude::*;

use crate::model::{AppError, place::Home};

/// Where `/` leads; `None` for a person without any project.
#[server(endpoint = "shell/home")]
pub async fn find_home() -> Result<Option<Home>, AppError> {
    crate::port::port::<dyn crate::port::Shell>()?.home().await
}
