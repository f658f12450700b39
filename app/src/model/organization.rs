//! What an organization decides for all of its projects.

use super::words::words;
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
