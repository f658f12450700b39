//! What an organization decides for all of its projects.

use super::{Name, Slug, branding::Branding, words::words};
use serde::{Deserialize, Serialize};

/// Who reaches the Default Project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultAccess {
    /// Every member of the organization has at least the member role there.
    #[default]
    AllMembers,
    /// Only those who are assigned to it, like any other project.
    AssignedOnly,
}

words!(
    DefaultAccess,
    "all_members or assigned_only",
    AllMembers = "all_members",
    AssignedOnly = "assigned_only"
);

impl DefaultAccess {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::AllMembers => Self::AssignedOnly,
            Self::AssignedOnly => Self::AllMembers,
        }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::AllMembers => "Open to all members",
            Self::AssignedOnly => "Open to assigned people only",
        }
    }
}

/// What an organization is called, and where its pages are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgNames {
    pub name: Name,
    /// The first part of the address of all its pages.
    pub slug: Slug,
}

impl OrgNames {
    /// Both as one text, by which a form tells what it was filled from.
    pub fn version(&self) -> String {
        format!("{} {}", self.slug, self.name)
    }
}

/// What the page Organization settings shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgSettings {
    pub names: OrgNames,
    pub default_access: DefaultAccess,
    /// Whether projects may have collaborators from outside the organization.
    pub external_allowed: bool,
    /// Projects whose own switch is on, and how many people from outside they have together.
    pub external: ExternalUse,
    pub branding: Branding,
}

/// Where people from outside the organization are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalUse {
    /// Active projects whose own switch is on.
    pub projects: u64,
    /// Accounts outside the organization that are collaborators of an active project.
    pub people: u64,
}
