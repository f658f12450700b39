//! Choosing projects in a form. An organization may have hundreds: the form offers the first, and finds the others by name.

use serde::{Deserialize, Serialize};

use super::{Name, ProjectId, ProjectRole, Slug};

/// What stands in such a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choosing {
    /// Part of the names to find; empty finds all.
    #[serde(default)]
    pub text: String,
    /// The projects that are ticked.
    #[serde(default)]
    pub ticked: Vec<ProjectId>,
}

impl Choosing {
    /// Ticked projects that a form keeps.
    pub const MOST: usize = 100;

    /// Reads what was posted; what is no id of a project was never offered.
    pub fn typed<T: AsRef<str>>(text: &str, ticked: &[T]) -> Self {
        Self {
            text: text.trim().to_owned(),
            ticked: ticked.iter().filter_map(|id| id.as_ref().parse().ok()).collect(),
        }
    }
}

/// The active projects that a form offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Those that are ticked, and then the first that were found, the Default Project before the others.
    pub rows: Vec<ProjectChoice>,
    /// All that the text finds.
    pub matching: u64,
    /// All active projects of the organization.
    pub total: u64,
}

impl Choices {
    /// Projects that are offered besides the ticked ones.
    pub const OFFERED: u32 = 50;
}

/// One project to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChoice {
    pub id: ProjectId,
    pub name: Name,
    pub slug: Slug,
    pub is_default: bool,
    /// The role that the person has in it by assignment: then there is nothing to choose. `None` where nobody is meant yet.
    pub role: Option<ProjectRole>,
    /// It was ticked before.
    pub ticked: bool,
}
