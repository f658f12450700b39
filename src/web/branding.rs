//! The colour and the logo of an organization, as files that its pages link.

use std::sync::Arc;

use app::model::AppError;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    request::Parts,
};

use super::{Site, errors::Audience};

/// Which file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrandAsset {
    /// `/{org}/branding.css`
    Sheet,
    /// `/{org}/branding.logo`
    Logo,
}

/// A file as it is sent.
#[derive(Clone, Debug)]
pub struct BrandFile {
    pub content_type: &'static str,
    /// Changes with the content; letters and digits.
    pub tag: String,
    pub body: Vec<u8>,
}

/// Finds a file of the organization in the address of a request, for its caller.
pub type FindBrandFile = Arc<dyn Fn(Parts, BrandAsset) -> BoxFuture<'static, Result<BrandFile, AppError>> + Send + Sync>;

/// Kept by the browser of this person alone; pages name another address when the file is another one.
const KEPT: &str = "private, max-age=3600";
/// A logo draws itself and does nothing else, also where somebody opens it as a document.
const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Answers with the file. For whoever must not know the organization nothing is there.
pub async fn show(asset: BrandAsset, State(site): State<Arc<Site>>, parts: Parts) -> Response {
    let audience = Audience::of_parts(&parts);
    let known = parts.headers.get(IF_NONE_MATCH).cloned();
    let file = match (site.console.brand_file)(parts, asset).await {
        Ok(file) => file,
        Err(AppError::Internal) => return audience.refuse(&AppError::Internal),
        Err(_) => return audience.refuse(&AppError::NotFound),
    };
    let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", file.tag)) else {
        return audience.refuse(&AppError::Internal);
    };
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.insert(ETAG, tag.clone());
    if asset == BrandAsset::Logo {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(LOGO_POLICY));
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"logo\""));
    }
    if known == Some(tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    (headers, file.body).into_response()
}
