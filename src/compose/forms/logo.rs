//! The form of an organization's logo: a file, so it comes as multipart.

use std::{convert::Infallible, sync::Arc};

use app::{model::AppError, pages::organization::RefusedLogo, ui::Notice};
use bytes::Bytes;
use futures::stream;
use http::{header::CONTENT_TYPE, request::Parts};

use super::{done, in_org, show};
use crate::{console::ConsoleParts, web::FormAnswer};

/// The name of the file field.
const FIELD: &str = "logo";

/// Takes the logo and leads to the page, or shows there why it is refused.
pub async fn set(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> FormAnswer {
    match try_set(parts, request, body).await {
        Ok(()) => FormAnswer::Lead(done(request, Notice::OrganizationSaved)),
        Err(error) => show(RefusedLogo(error.clone()), Some(error)),
    }
}

async fn try_set(parts: &Arc<ConsoleParts>, request: &Parts, body: &Bytes) -> Result<(), AppError> {
    let (console, org) = in_org(parts, request).await?;
    console.set_logo(org.id, &file(request, body).await?).await
}

/// The bytes of the file; none if no file was chosen.
async fn file(request: &Parts, body: &Bytes) -> Result<Bytes, AppError> {
    let unreadable = |_| AppError::field(FIELD, "The form could not be read. Choose the file again.");
    let kind = request.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(unreadable)?;
    let whole = body.clone();
    let mut form = multer::Multipart::new(stream::once(async move { Ok::<_, Infallible>(whole) }), boundary);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some(FIELD) {
            return field.bytes().await.map_err(unreadable);
        }
    }
    Ok(Bytes::new())
}
