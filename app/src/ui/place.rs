//! The place of the page, for components inside the shell.

use leptos::prelude::*;

use crate::model::place::Place;

/// The segment of the address that stands for "All projects".
pub const ALL_PROJECTS: &str = "~";

/// The place that the shell loaded before it rendered the page.
///
/// # Panics
/// Outside of the shell: a fault of the routes.
pub fn use_place() -> Place {
    use_context::<Place>().expect("use_place() is called inside the shell")
}

impl Place {
    /// The second segment of the address: the project's slug, or `~`.
    pub fn segment(&self) -> &str {
        self.project.as_ref().map_or(ALL_PROJECTS, |project| project.slug.as_str())
    }

    /// The address of a page of this place: `href("keys")` is `/acme/prod/keys`.
    pub fn href(&self, page: &str) -> String {
        format!("/{}/{}/{page}", self.org.slug, self.segment())
    }

    /// The address of a page of "All projects" of the same organization.
    pub fn org_href(&self, page: &str) -> String {
        format!("/{}/{ALL_PROJECTS}/{page}", self.org.slug)
    }

    /// What the place is called: the project's name, or `All projects`.
    pub fn label(&self) -> String {
        self.project
            .as_ref()
            .map_or_else(|| "All projects".to_owned(), |project| project.name.to_string())
    }
}
