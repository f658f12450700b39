//! The server functions of the frame around every page.

use leptos::prelude::*;

use crate::model::{
    AppError,
    place::{Place, Places},
    search::{Found, Search},
};

/// Resolves the first two segments of the address; `~` as `project` means "All projects".
#[server(endpoint = "shell/place")]
pub async fn find_place(org: String, project: String) -> Result<Place, AppError> {
    let project = (project != crate::ui::place::ALL_PROJECTS).then_some(project.as_str());
    crate::port::port::<dyn crate::port::Shell>()?.place(&org, project).await
}

/// The organizations and projects of the person that the text finds; without a text also the last visits of this browser.
#[server(endpoint = "shell/switcher")]
pub async fn list_places(query: String) -> Result<Places, AppError> {
    let recent = use_context::<crate::ui::Recent>().unwrap_or_default();
    crate::port::port::<dyn crate::port::Shell>()?.switcher(&query, recent.ids()).await
}

/// Projects, people and keys for the palette.
#[server(endpoint = "shell/search")]
pub async fn find_anything(search: Search) -> Result<Found, AppError> {
    crate::port::port::<dyn crate::port::Finder>()?.search(search).await
}
