//! Where a person is in the console, and what the shell around every page needs to know.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Email, Name, OrgId, OrgRole, ProjectId, Slug, Standing, branding::Branding, budget::SpendMark, project::Environment,
};

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
}

/// An organization, as far as a person may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgRef {
    pub id: OrgId,
    pub name: Name,
    pub slug: Slug,
}

/// A project, as far as a person may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRef {
    pub id: ProjectId,
    pub name: Name,
    pub slug: Slug,
    pub environment: Environment,
    pub is_default: bool,
    pub archived: bool,
}

/// The org and project of the address, with the person's standing there.
/// `project` is `None` on `/{org}/~/…`, "All projects".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub viewer: Viewer,
    pub org: OrgRef,
    pub project: Option<ProjectRef>,
    pub standing: Standing,
    /// How the organization looks.
    pub branding: Branding,
    /// Budgets of this project, and for owners and org admins of the organization, that passed a threshold this month.
    pub spend_marks: Vec<SpendMark>,
}

/// A project that the person sees, with what they are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibleProject {
    pub project: ProjectRef,
    pub standing: Standing,
}

/// An organization of the switcher, with the first projects that the person sees there; archived ones are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitcherOrg {
    pub org: OrgRef,
    /// The role in the organization; `None` for somebody who is only a guest in some of its projects.
    pub role: Option<OrgRole>,
    /// The hash of its logo, if it has one.
    pub logo: Option<String>,
    /// How many projects match the search; `projects` has the first of them.
    pub matching: u64,
    pub projects: Vec<VisibleProject>,
}

impl SwitcherOrg {
    /// What the person is in the organization as a whole.
    pub fn standing(&self) -> Standing {
        Standing {
            org: self.role,
            project: None,
        }
    }
}

/// A project that the person was in lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPlace {
    pub org: OrgRef,
    pub role: Option<OrgRole>,
    pub at: VisibleProject,
}

/// The switcher: where the person can go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Newest first; empty while something is searched for.
    pub recent: Vec<RecentPlace>,
    pub orgs: Vec<SwitcherOrg>,
    /// There are more organizations than are listed.
    pub has_more: bool,
}

/// Where to go after sign-in: the first place the person can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub org: Slug,
    pub project: Slug,
}

/// Whether the set-up page may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetupState {
    /// The link is right and no account exists.
    Open,
    /// No account exists, but the link is wrong or old.
    WrongLink,
    /// An account exists: the page is closed for ever.
    Done,
}
