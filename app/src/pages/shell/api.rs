//! The server functions of the frame around every page.

use leptos::prelude::*;

use crate::model::{
    AppError,
    place::{Place, SwitcherOrg},
};

/// Resolves the first two segments of the address; `~` as `project` means "All projects".
#[server(endpoint = "shell/place")]
pub async fn find_place(org: String, project: String) -> Result<Place, AppError> {
    let project = (project != crate::ui::place::ALL_PROJECTS).then_some(project.as_str());
    crate::port::port::<dyn crate::port::Shell>()?.place(&org, project).await
}

/// The organizations and projects of the person.
#[server(endpoint = "shell/switcher")]
pub async fn list_places() -> Result<Vec<SwitcherOrg>, AppError> {
    crate::port::port::<dyn crate::port::Shell>()?.switcher().await
}
