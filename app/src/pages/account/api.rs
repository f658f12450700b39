//! The server functions of the account page. Its forms with something to type, besides passwords, are answered by the page itself.

use leptos::prelude::*;

use crate::model::{
    AppError, OrgId,
    account::{Account, LeavePreview, SessionRef},
};
#[cfg(feature = "ssr")]
use crate::{port, ui::Notice};

/// Leads to the account page, which says what was done.
#[cfg(feature = "ssr")]
fn back(notice: Notice) {
    leptos_axum::redirect(&crate::ui::href(super::PATH, &[notice.param()]));
}

/// The account of the person.
#[server(endpoint = "account/show")]
pub async fn find_account() -> Result<Account, AppError> {
    port::port::<dyn port::Account>()?.show().await
}

/// Changes the password and ends all other sessions.
#[server(endpoint = "account/change-password")]
pub async fn change_password(current: String, new: String) -> Result<(), AppError> {
    super::form::check_change(&current, &new)?;
    port::port::<dyn port::Account>()?.change_password(&current, &new).await?;
    back(Notice::PasswordChanged);
    Ok(())
}

/// Ends another session of the person.
#[server(endpoint = "account/end-session")]
pub async fn end_session(session: SessionRef) -> Result<(), AppError> {
    port::port::<dyn port::Account>()?.end_session(session).await?;
    back(Notice::SessionEnded);
    Ok(())
}

/// Ends all sessions of the person, this one too, and leads to the sign-in page.
#[server(endpoint = "account/sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<(), AppError> {
    port::port::<dyn port::Account>()?.sign_out_everywhere().await?;
    leptos_axum::redirect("/signin");
    Ok(())
}

/// The dry run of leaving an organization.
#[server(endpoint = "account/preview-leave")]
pub async fn preview_leave(org: OrgId) -> Result<LeavePreview, AppError> {
    port::port::<dyn port::Account>()?.preview_leave(org).await
}

/// Leaves an organization.
#[server(endpoint = "account/leave")]
pub async fn leave(org: OrgId) -> Result<(), AppError> {
    port::port::<dyn port::Account>()?.leave(org).await?;
    back(Notice::OrgLeft);
    Ok(())
}
