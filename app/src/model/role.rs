//! Roles, and what a person is in one place.

use serde::{Deserialize, Serialize};

use super::words::words;

/// A role in an organization, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgRole {
    Owner,
    Admin,
    Member,
}

/// A role in a project, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    Admin,
    Member,
}

words!(
    OrgRole,
    "owner, admin or member",
    Owner = "owner",
    Admin = "admin",
    Member = "member"
);
words!(ProjectRole, "admin or member", Admin = "admin", Member = "member");

impl OrgRole {
    /// Does a change from `other` to this role take rights away?
    pub fn is_weaker_than(self, other: Self) -> bool {
        self as u8 > other as u8
    }
}

impl ProjectRole {
    /// Does a change from `other` to this role take rights away?
    pub fn is_weaker_than(self, other: Self) -> bool {
        self as u8 > other as u8
    }
}

/// What a person is in one place: the role in the org, and the role in the project that was assigned to them.
/// An external collaborator has a project role and no org role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub org: Option<OrgRole>,
    pub project: Option<ProjectRole>,
}
