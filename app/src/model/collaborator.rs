//! Collaborators: the people of a project, as an admin of it manages them.

use serde::{Deserialize, Serialize};

use super::{AccountId, Email, Listing, Name, OrgRole, ProjectRole, Sort, SortColumn, Timestamp, made_key::MadeKeys, words::words};

/// Where a collaborator's role comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A member of the organization who was added to the project.
    Member,
    /// Somebody outside of the organization who was added to the project.
    External,
    /// An owner or admin of the organization: an admin of every project, never added and never removed here.
    Inherited,
}

words!(
    Origin,
    "member, external or inherited",
    Member = "member",
    External = "external",
    Inherited = "inherited"
);

/// One row of the Collaborators page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collaborator {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub role: ProjectRole,
    pub origin: Origin,
    /// The role in the organization, for somebody who is in it.
    pub org_role: Option<OrgRole>,
    /// The project's owner stays one of its admins.
    pub is_project_owner: bool,
    /// When they were added to the project, or to the organization for an inherited role.
    pub added_at: Timestamp,
    /// Display name of who added them, where it is known and the viewer may know it.
    pub added_by: Option<String>,
}

/// The columns that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollaboratorColumn {
    Name,
    /// Admins, members.
    Role,
    Added,
}

words!(
    CollaboratorColumn,
    "name, role or added",
    Name = "name",
    Role = "role",
    Added = "added",
);

impl SortColumn for CollaboratorColumn {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn begins_descending(self) -> bool {
        self == Self::Added
    }
}

/// Which collaborators the list shows, and in which order; `None` is everybody, in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollaboratorFilter {
    #[serde(default)]
    pub role: Option<ProjectRole>,
    #[serde(default)]
    pub origin: Option<Origin>,
    #[serde(default)]
    pub sort: Option<Sort<CollaboratorColumn>>,
}

/// One page of collaborators, and what the page says about all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collaborators {
    pub listing: Listing<Collaborator>,
    pub external: u64,
    pub inherited: u64,
    /// The Default Project while it is open to all: every member of the organization has at least the member role in it.
    pub open_to_members: bool,
    pub externals: ExternalRule,
    /// Look-ups that the reader has left in this hour.
    pub look_ups_left: u64,
}

/// Whether people outside of the organization can be added: both have to allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalRule {
    /// The organization's policy.
    pub by_org: bool,
    /// The project's own switch.
    pub by_project: bool,
}

impl ExternalRule {
    pub fn allows(self) -> bool {
        self.by_org && self.by_project
    }
}

/// Somebody to be added to a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCollaborator {
    pub email: Email,
    pub role: ProjectRole,
    /// The account that the form announced as external before. Nobody else outside of the organization is added.
    pub announced: Option<AccountId>,
}

/// What came of adding somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Addition {
    /// They are in the project from now on.
    Added,
    /// They are outside of the organization, and nothing was changed: this is to be confirmed first.
    Announced(Guest),
}

/// Somebody outside of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
}

/// The dry run of a removal: what ends, before anything does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalPreview {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub is_external: bool,
    /// The role that they were given here.
    pub role: ProjectRole,
    /// Keys of this project that they made and that are not revoked; without those that the viewer must not know of.
    pub keys: MadeKeys,
    pub after: AfterRemoval,
    /// The project's details name them as its key owner; nobody is from then on.
    pub is_key_owner: bool,
    /// Why they cannot be removed, if so (the project's owner).
    pub obstacle: Option<String>,
}

/// What a removed person still has in the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AfterRemoval {
    /// Nothing: they lose the organization with this project.
    Nothing,
    /// This project itself, as every member has it.
    OpenProject,
    /// Other projects; the names of those that the viewer sees.
    OtherProjects(Vec<String>),
    /// The viewer is outside of the organization: what its people have there is not for them.
    Concealed,
}
