//! The server functions of the API Keys page.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{
    AppError, KeyId, Listing, LocalPath, Page, ProjectId,
    key::{ApiKey, CreatedKey},
};

/// What the page shows: one page of keys, and the value that makes the next creation happen at most once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysView {
    pub listing: Listing<ApiKey>,
    pub form_token: String,
}

/// One page of a project's keys.
#[server(endpoint = "keys/list")]
pub async fn list_keys(project: ProjectId, page: Page) -> Result<KeysView, AppError> {
    let listing = crate::port::port::<dyn crate::port::Keys>()?.list(project, page).await?;
    let form_token = use_context::<super::FormToken>().unwrap_or_default().0;
    Ok(KeysView { listing, form_token })
}

/// Makes a key from the fields of the form; see [`super::form::parse`].
#[server(endpoint = "keys/create")]
pub async fn create_key(project: ProjectId, name: String, lifetime: String, idempotency: String) -> Result<CreatedKey, AppError> {
    let new = super::form::parse(&name, &lifetime, idempotency)?;
    crate::port::port::<dyn crate::port::Keys>()?.create(project, new).await
}

/// Disables a key; reversible.
#[server(endpoint = "keys/disable")]
pub async fn disable_key(project: ProjectId, key: KeyId) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Keys>()?.disable(project, key).await
}

/// Enables a disabled key.
#[server(endpoint = "keys/enable")]
pub async fn enable_key(project: ProjectId, key: KeyId) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Keys>()?.enable(project, key).await
}

/// Revokes a key for ever, and leads `back` to the list.
#[server(endpoint = "keys/revoke")]
pub async fn revoke_key(project: ProjectId, key: KeyId, back: LocalPath) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Keys>()?.revoke(project, key).await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
