//! Members: the people of an organization, as its owners and admins manage them.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Email, Listing, Name, OrgRole, ProjectRole, Slug, Sort, SortColumn, Timestamp, choice::Choices, made_key::MadeKeys,
    words::words,
};

/// One row of the Members page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub role: OrgRole,
    pub joined_at: Timestamp,
    /// Display name of who brought them in, where it is known.
    pub added_by: Option<String>,
    /// When they last used this organization, to some minutes; other organizations do not count.
    pub seen_at: Option<Timestamp>,
    pub sign_in: SignInMethod,
    /// False in the state *no project*: the organization does not exist for them until they are added to a project.
    pub has_access: bool,
    /// The active projects that they are assigned to, by name. Owners and admins are admins of all projects besides.
    pub projects: Vec<AssignedProject>,
}

/// How a person proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInMethod {
    Password,
}

words!(SignInMethod, "password", Password = "password");

impl SignInMethod {
    pub fn label(self) -> &'static str {
        match self {
            Self::Password => "Password",
        }
    }
}

/// A project that a member is assigned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedProject {
    pub name: Name,
    pub slug: Slug,
    pub role: ProjectRole,
}

/// The columns that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberColumn {
    Name,
    /// Owners, admins, members.
    Role,
    Joined,
    /// Last active. Who was not seen yet counts as the oldest.
    Seen,
}

words!(
    MemberColumn,
    "name, role, joined or seen",
    Name = "name",
    Role = "role",
    Joined = "joined",
    Seen = "seen",
);

impl SortColumn for MemberColumn {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn begins_descending(self) -> bool {
        matches!(self, Self::Joined | Self::Seen)
    }

    fn stands_still(self) -> bool {
        self != Self::Seen
    }
}

/// Which members the list shows, all of it together, and in which order: by name without one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFilter {
    #[serde(default)]
    pub role: Option<OrgRole>,
    /// Those who are assigned to this project.
    #[serde(default)]
    pub project: Option<Slug>,
    /// Only those in the state *no project*.
    #[serde(default)]
    pub without_project: bool,
    #[serde(default)]
    pub sort: Option<Sort<MemberColumn>>,
}

/// One page of members, and what the page says about all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub listing: Listing<Member>,
    /// There is always one at least.
    pub owners: u64,
    pub without_project: u64,
}

/// The dry run of a removal: what ends, before anything does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRemoval {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub role: OrgRole,
    /// Names of the projects that they are assigned to, archived ones included.
    pub projects: Vec<String>,
    /// Names of the projects that would have no owner, or no key owner, afterwards.
    pub owned: Vec<String>,
    /// Keys that they made and that are not revoked; the Organization Default Key for owners alone.
    pub keys: MadeKeys,
    /// Open invitations that they sent: these hold no longer, until somebody else sends them again.
    pub invitations: u64,
    /// Why they cannot be removed, if so.
    pub obstacle: Option<String>,
}

/// The dry run of a weaker role: what ends, before anything does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demotion {
    pub account: AccountId,
    pub name: Name,
    pub from: OrgRole,
    pub to: OrgRole,
    /// Names of the active projects that they are assigned to.
    pub projects: Vec<String>,
    /// Is the Default Project open to all members?
    pub default_is_open: bool,
    /// Names of the projects that would have no owner, or no key owner, afterwards.
    pub released: Vec<String>,
    /// Open invitations that they sent and that hold no longer afterwards, until somebody else sends them again.
    pub invitations: u64,
    /// Keys that they made and that are not revoked: they know these secrets. The Organization Default Key for owners alone.
    pub keys: u64,
    /// As an owner who becomes an admin: they made an Organization Default Key that is not revoked.
    pub knows_default_key: bool,
    /// Why the role cannot change, if so.
    pub obstacle: Option<String>,
}

impl Demotion {
    /// As a member without any project they lose the organization.
    pub fn loses_access(&self) -> bool {
        self.to == OrgRole::Member && !self.default_is_open && self.projects.is_empty()
    }
}

/// Active projects of the organization, to assign a member to some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub has_access: bool,
    pub projects: Choices,
}

impl Assignment {
    /// Projects that a member is assigned to at once at most.
    pub const MOST: usize = 100;
}

/// The dry run of a transfer: who becomes an owner, and who is one besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferPreview {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    /// The role that they have now.
    pub role: OrgRole,
    /// Owners besides the one who gives the ownership away.
    pub other_owners: u64,
    /// Open invitations to become an owner by the one who gives it away: they hold no longer afterwards.
    pub invitations: u64,
    /// The one who gives it away made an Organization Default Key that is not revoked.
    pub knows_default_key: bool,
}

/// The organization gets another owner, who is one of its members; the owner before becomes an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The new owner.
    pub account: AccountId,
    /// The organization's name, typed.
    pub confirmation: String,
    /// Of the owner who gives it away.
    pub password: String,
}
