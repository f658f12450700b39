//! The server functions of an invitation's page. Accepting is a form of the page, see [`super::form::AcceptForm`].

use leptos::prelude::*;

use crate::model::{AppError, invitation::Invited};
#[cfg(feature = "ssr")]
use crate::{port, ui::Notice};

/// What the holder of a link sees.
#[server(endpoint = "invitations/find")]
pub async fn find_invited(token: String) -> Result<Invited, AppError> {
    port::port::<dyn port::Invitations>()?.invited(&token).await
}

/// Declines an invitation, and leads to the sign-in page, which says so.
#[server(endpoint = "invitations/decline")]
pub async fn decline_invitation(token: String) -> Result<(), AppError> {
    port::port::<dyn port::Invitations>()?.decline(&token).await?;
    leptos_axum::redirect(&crate::ui::href("/signin", &[Notice::InvitationDeclined.param()]));
    Ok(())
}
