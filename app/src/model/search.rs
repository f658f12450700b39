//! What the search of the palette finds on the server; pages and actions the console knows by itself.

use serde::{Deserialize, Serialize};

use super::{
    Email, Name, OrgId, OrgRole, ProjectId, Slug, Standing,
    key::KeyState,
    place::{OrgRef, VisibleProject},
};

/// The most that a group of results has.
pub const PER_GROUP: usize = 8;

/// What to look for, and where the person is: people are those of this place. Keys and projects are found everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub org: Option<OrgId>,
    #[serde(default)]
    pub project: Option<ProjectId>,
}

/// What was found; at most [`PER_GROUP`] of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub projects: Vec<FoundProject>,
    pub people: Vec<FoundPerson>,
    pub keys: Vec<FoundKey>,
}

/// A project, with its organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundProject {
    pub org: OrgRef,
    pub at: VisibleProject,
}

/// Somebody of the organization or of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    pub name: Name,
    pub email: Email,
    /// The role in the organization, and in the project if it was found there.
    pub standing: Standing,
}

impl FoundPerson {
    /// The role in a word.
    pub fn role(&self) -> &'static str {
        self.standing.org.map_or("external", OrgRole::as_str)
    }
}

/// An API key, as far as anybody but its maker ever sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundKey {
    pub name: Name,
    /// `bw_p_7Kd2`
    pub prefix: String,
    pub last_four: String,
    pub state: KeyState,
    pub project_name: Name,
    pub project: Slug,
    pub org: Slug,
}
