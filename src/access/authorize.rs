use std::marker::PhantomData;

use app::{
    model::{AppError, OrgId, OrgRole, ProjectId, ProjectRole, Standing, organization::DefaultAccess},
    policy::{self, Action, Role},
};

use super::{
    Caller, Grant, Person,
    permissions::{OrgPermission, OrgScope, Permission, ProjectPermission, ProjectScope},
};
use crate::store::{
    db::{Connection, DbError, fetch_optional},
    parse,
};

/// Why there is no grant.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error("nobody is signed in")]
    SignedOut,
    /// Unknown, or known but not to this caller: both look the same from outside.
    #[error("not found")]
    NotFound,
    #[error("the role lacks {0:?}")]
    Forbidden(Action),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::SignedOut => Self::SignedOut,
            Denied::NotFound => Self::NotFound,
            Denied::Forbidden(action) => Self::Forbidden {
                reason: policy::reason(action).to_owned(),
            },
            Denied::Db(error) => error.into(),
        }
    }
}

const PROJECT: &str = "
    SELECT o.id AS org_id, o.name AS org_name, o.plan, o.default_access, p.id, p.name, p.environment, p.is_default, p.archived_at,
           m.role AS org_role, c.role AS project_role
    FROM projects p
    JOIN orgs o ON o.id = p.org_id
    LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $2
    LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = $2
    WHERE p.id = $1";

#[derive(sqlx::FromRow)]
struct ProjectRow {
    org_id: String,
    org_name: String,
    plan: String,
    default_access: String,
    id: String,
    name: String,
    environment: String,
    is_default: bool,
    archived_at: Option<i64>,
    org_role: Option<String>,
    project_role: Option<String>,
}

/// Proves that the caller may do `P` in this project.
///
/// An archived project is readable to owners and admins of its org and does not exist for anybody else.
pub async fn authorize_project<P: ProjectPermission>(
    on: &mut impl Connection,
    caller: &Caller,
    project: &ProjectId,
) -> Result<Grant<P>, Denied> {
    let person = caller.person.as_ref().ok_or(Denied::SignedOut)?;
    let row = fetch_optional!(on, ProjectRow, PROJECT, project.as_str(), person.id.as_str())?.ok_or(Denied::NotFound)?;
    let org_role = row.org_role.map(parse::<OrgRole>).transpose()?;
    let assigned = row.project_role.map(parse::<ProjectRole>).transpose()?;
    let standing = standing_in_project(
        org_role,
        assigned,
        row.is_default && parse::<DefaultAccess>(row.default_access)? == DefaultAccess::AllMembers,
    );
    let project = ProjectScope {
        id: parse(row.id)?,
        name: parse(row.name)?,
        environment: parse(row.environment)?,
        is_default: row.is_default,
        archived: row.archived_at.is_some(),
    };
    let sees_archived = matches!(standing.role(), Some(Role::Owner | Role::OrgAdmin));
    if !standing.may(Action::ViewProject) || (project.archived && !sees_archived) {
        return Err(Denied::NotFound);
    }
    let org = OrgScope {
        id: parse(row.org_id)?,
        name: parse(row.org_name)?,
        plan: row.plan,
    };
    grant(caller, person, org, Some(project), standing)
}

/// In a project that is open to all members (the Default Project under [`DefaultAccess::AllMembers`]) every one of them has at
/// least the member role.
pub fn standing_in_project(org: Option<OrgRole>, assigned: Option<ProjectRole>, is_open: bool) -> Standing {
    let inherited = (is_open && org.is_some()).then_some(ProjectRole::Member);
    Standing {
        org,
        project: assigned.or(inherited),
    }
}

/// True for a member `m` of the org `o` who reaches any project of it; the others have lost the org until somebody adds them
/// to one (the state *no project*). Owners and admins reach every project. The Default Project is always active.
///
/// The engine looks no further than it must: SQLite works out both sides of an `OR`, and takes the tables of a `CROSS JOIN` in
/// this order, so that it goes through the few projects of the member and not through all of the org.
macro_rules! reaches_a_project {
    () => {
        "(CASE WHEN m.role IN ('owner', 'admin') THEN TRUE
               WHEN m.role = 'member' AND o.default_access = 'all_members' THEN TRUE
               WHEN m.role = 'member' THEN EXISTS (
                   SELECT 1 FROM project_members x CROSS JOIN projects r
                   WHERE x.account_id = m.account_id AND r.id = x.project_id AND r.org_id = o.id AND r.archived_at IS NULL)
               ELSE FALSE END)"
    };
}
pub(crate) use reaches_a_project;

const ORG: &str = concat!(
    "SELECT o.id, o.name, o.plan, m.role
    FROM orgs o
    JOIN org_members m ON m.org_id = o.id AND m.account_id = $2
    WHERE o.id = $1 AND ",
    reaches_a_project!()
);

/// Proves that the caller may do `P` in this organization. Without a role in it, or without any project, it does not exist.
pub async fn authorize_org<P: OrgPermission>(on: &mut impl Connection, caller: &Caller, org: &OrgId) -> Result<Grant<P>, Denied> {
    let person = caller.person.as_ref().ok_or(Denied::SignedOut)?;
    let row = fetch_optional!(on, (String, String, String, String), ORG, org.as_str(), person.id.as_str())?;
    let (id, name, plan, role) = row.ok_or(Denied::NotFound)?;
    let standing = Standing {
        org: Some(parse(role)?),
        project: None,
    };
    let org = OrgScope {
        id: parse(id)?,
        name: parse(name)?,
        plan,
    };
    grant(caller, person, org, None, standing)
}

/// Every page and server function of an organization comes through here, so that its members are seen.
fn grant<P: Permission>(
    caller: &Caller,
    person: &Person,
    org: OrgScope,
    project: Option<ProjectScope>,
    standing: Standing,
) -> Result<Grant<P>, Denied> {
    if standing.may(P::ACTION) {
        if let Some(visits) = caller.visits.as_ref().filter(|_| standing.org.is_some()) {
            visits.note(&org.id, &person.id);
        }
        Ok(Grant {
            holder: person.id.clone(),
            org,
            project,
            standing,
            permission: PhantomData,
        })
    } else {
        Err(Denied::Forbidden(P::ACTION))
    }
}
