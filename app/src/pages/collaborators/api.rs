//! The server functions of the Collaborators page. Adding is a form of the page, see [`super::AddOutcome`].

use leptos::prelude::*;

use crate::model::{
    AccountId, AppError, KeyId, LocalPath, Page, ProjectId, ProjectRole,
    collaborator::{CollaboratorFilter, Collaborators, RemovalPreview},
};

/// One page of a project's people.
#[server(endpoint = "collaborators/list")]
pub async fn list_collaborators(
    project: ProjectId,
    #[server(default)] filter: CollaboratorFilter,
    page: Page,
) -> Result<Collaborators, AppError> {
    crate::port::port::<dyn crate::port::Collaborators>()?
        .list(project, filter, page)
        .await
}

/// Changes a role, and leads `back` to the list. `seen` is the role that the form showed. A form that gives the address of the
/// dry run as `ask` is led there instead if the role is weaker, and nothing is changed.
#[server(endpoint = "collaborators/set-role")]
pub async fn set_role(
    project: ProjectId,
    account: AccountId,
    role: String,
    seen: ProjectRole,
    #[server(default)] ask: Option<LocalPath>,
    back: LocalPath,
) -> Result<(), AppError> {
    let role = role
        .parse::<ProjectRole>()
        .map_err(|error| AppError::field("role", error.to_string()))?;
    if let Some(ask) = ask.filter(|_| role.is_weaker_than(seen)) {
        preview_removal(project, account).await?;
        leptos_axum::redirect(ask.as_str());
        return Ok(());
    }
    crate::port::port::<dyn crate::port::Collaborators>()?
        .set_role(project, account, role, seen)
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}

/// The dry run of a removal.
#[server(endpoint = "collaborators/preview-removal")]
pub async fn preview_removal(project: ProjectId, account: AccountId) -> Result<RemovalPreview, AppError> {
    crate::port::port::<dyn crate::port::Collaborators>()?
        .preview_removal(project, account)
        .await
}

/// Removes a person, revokes the keys that they made but for those that were shown and not ticked, and leads `back`.
#[server(endpoint = "collaborators/remove")]
pub async fn remove_collaborator(
    project: ProjectId,
    account: AccountId,
    #[server(default)] shown: Vec<KeyId>,
    #[server(default)] keys: Vec<KeyId>,
    back: LocalPath,
) -> Result<(), AppError> {
    crate::port::port::<dyn crate::port::Collaborators>()?
        .remove(project, account, crate::model::made_key::kept(shown, &keys))
        .await?;
    leptos_axum::redirect(back.as_str());
    Ok(())
}
