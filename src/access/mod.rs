//! Proof before data: who calls ([`Caller`]), and what they may do ([`Grant`]).
//!
//! A store function that touches a tenant's rows takes a grant. Its fields are private to this module and only
//! [`authorize`] makes one, so a query without a check does not compile, and the tenant id in its WHERE clause comes
//! from the grant, never from the request.

pub mod api_key;
mod authorize;
mod caller;
mod permissions;
pub mod roster;

pub(crate) use authorize::reaches_a_project;
pub use authorize::{Denied, authorize_org, authorize_project, standing_in_project};
pub use caller::{Caller, Interface, Origin, Person};
pub use permissions::{
    ArchiveProject, CreateProject, Grant, ManageKeys, ManageMembers, ManageOrg, ManageProject, OrgPermission, OrgScope, Permission,
    ProjectPermission, ProjectScope, SetLimits, ViewAudit, ViewKeys, ViewOrg, ViewProject, ViewUsage,
};
