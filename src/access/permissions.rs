use std::marker::PhantomData;

use app::{
    model::{AccountId, Name, OrgId, OrgRole, ProjectId, Standing, project::Environment},
    policy::Action,
};

/// A row of the permission matrix, as a type.
pub trait Permission: Send + Sync + 'static {
    const ACTION: Action;
}

/// A permission that is held in one project.
pub trait ProjectPermission: Permission {}

/// A permission that is held in a whole organization.
pub trait OrgPermission: Permission {}

macro_rules! permissions {
    ($($kind:ident: $($name:ident = $action:ident),+;)+) => {
        $($(
            #[doc = concat!("See [`Action::", stringify!($action), "`].")]
            #[derive(Debug)]
            pub enum $name {}
            impl Permission for $name {
                const ACTION: Action = Action::$action;
            }
            impl $kind for $name {}
        )+)+
    };
}

permissions! {
    ProjectPermission: ViewKeys = ViewKeys, ManageKeys = ManageKeys, ViewUsage = ViewUsage, ViewAudit = ViewAudit, SetLimits = SetLimits,
        ArchiveProject = ManageProjects, ViewProject = ViewProject, ManageProject = ManageProject;
    OrgPermission: CreateProject = ManageProjects, ViewOrg = ViewOrg, ManageMembers = ManageMembers, ManageOrg = ManageOrg;
}

/// The organization that a grant is for.
#[derive(Clone, Debug)]
pub struct OrgScope {
    pub id: OrgId,
    pub name: Name,
    /// Key of the plan in the catalog.
    pub plan: String,
}

/// The project that a grant is for.
#[derive(Clone, Debug)]
pub struct ProjectScope {
    pub id: ProjectId,
    pub name: Name,
    pub environment: Environment,
    pub is_default: bool,
    pub archived: bool,
}

/// Proof that the caller may do `P` in this place, now.
#[derive(Debug)]
pub struct Grant<P: Permission> {
    pub(super) holder: AccountId,
    pub(super) org: OrgScope,
    pub(super) project: Option<ProjectScope>,
    pub(super) standing: Standing,
    pub(super) permission: PhantomData<P>,
}

impl<P: Permission> Grant<P> {
    pub fn org(&self) -> &OrgScope {
        &self.org
    }

    /// The standing that the grant was made from, for finer rules such as owner-only rows.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The Organization Default Key is for owners only: in lists, usage, exports, previews, search and the audit log.
    pub fn sees_org_default_key(&self) -> bool {
        self.standing.org == Some(OrgRole::Owner)
    }

    /// The holder, if they are outside of the organization. Its people are not for them: see [`roster`](super::roster).
    pub fn outsider(&self) -> Option<&AccountId> {
        self.standing.org.is_none().then_some(&self.holder)
    }

    /// The project, when the grant is held in one.
    pub fn project_id(&self) -> Option<&ProjectId> {
        self.project.as_ref().map(|project| &project.id)
    }
}

impl<P: ProjectPermission> Grant<P> {
    /// The project of the grant.
    ///
    /// # Panics
    /// Never: a grant of a project permission is only made with its project.
    #[expect(clippy::expect_used, reason = "authorize_project is the only maker")]
    pub fn project(&self) -> &ProjectScope {
        self.project.as_ref().expect("a project permission has its project")
    }
}
