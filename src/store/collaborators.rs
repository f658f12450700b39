//! The people of a project: those who were added, and the owners and admins of its organization.

mod removal;

use app::model::{
    AccountId, Email, Listing, Name, OrgRole, Page, ProjectRole, Timestamp,
    collaborator::{Collaborator, CollaboratorFilter, Collaborators, ExternalRule, Origin},
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    listing,
    order::{in_order, order},
    parse, pattern,
};
use crate::access::{Grant, ManageProject, reaches_a_project, roster::knows};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    email: String,
    role: String,
    origin: String,
    org_role: Option<String>,
    is_owner: bool,
    added_at: i64,
    added_by_name: Option<String>,
}

impl Row {
    fn into_model(self) -> Result<Collaborator, DbError> {
        Ok(Collaborator {
            account: parse(self.id)?,
            name: parse(self.name)?,
            email: parse(self.email)?,
            role: parse(self.role)?,
            origin: parse(self.origin)?,
            org_role: self.org_role.map(parse).transpose()?,
            is_project_owner: self.is_owner,
            added_at: Timestamp(self.added_at),
            added_by: self.added_by_name,
        })
    }
}

/// Everybody with a role in the project $1 of the org $2, as the reader $3 may know them (see [`roster`](crate::access::roster)):
/// an outsider sees those who were added and no inherited role. A role in the org that is inherited hides an older one in the
/// project.
macro_rules! people {
    () => {
        "WITH people AS (
            SELECT a.id, a.name, a.email, m.role AS org_role, coalesce(p.owner_id = a.id, FALSE) AS is_owner, coalesce(p.key_owner_id = a.id, FALSE) AS is_key_owner,
                   CASE WHEN m.role IN ('owner', 'admin') THEN 'admin' ELSE c.role END AS role,
                   CASE WHEN m.role IN ('owner', 'admin') THEN 'inherited' WHEN m.role IS NULL THEN 'external' ELSE 'member' END AS origin,
                   CASE WHEN m.role IN ('owner', 'admin') THEN m.created_at ELSE c.created_at END AS added_at,
                   CASE WHEN m.role IN ('owner', 'admin') THEN m.added_by ELSE c.added_by END AS added_by
            FROM (SELECT account_id FROM project_members WHERE project_id = $1
                  UNION SELECT account_id FROM org_members WHERE org_id = $2 AND role IN ('owner', 'admin')) x
            JOIN accounts a ON a.id = x.account_id
            JOIN projects p ON p.id = $1
            LEFT JOIN org_members m ON m.org_id = $2 AND m.account_id = a.id
            LEFT JOIN project_members c ON c.project_id = $1 AND c.account_id = a.id
            WHERE CAST($3 AS TEXT) IS NULL OR m.role IS NULL OR m.role = 'member')"
    };
}

/// True for what matches the text $4, the role $5 and the origin $6.
macro_rules! matches_filter {
    () => {
        "((lower(q.name) LIKE lower($4) ESCAPE '\\' OR q.email LIKE lower($4) ESCAPE '\\')
          AND (CAST($5 AS TEXT) IS NULL OR q.role = $5) AND (CAST($6 AS TEXT) IS NULL OR q.origin = $6))"
    };
}

const LIST: &str = concat!(
    people!(),
    " SELECT q.id, q.name, q.email, q.role, q.origin, q.org_role, q.is_owner, q.added_at, b.name AS added_by_name
    FROM people q LEFT JOIN accounts b ON b.id = q.added_by AND ",
    knows!("b.id", "$3"),
    " WHERE ",
    matches_filter!(),
    " ORDER BY ",
    in_order!(
        "CASE CAST($9 AS TEXT) WHEN 'name' THEN 0 WHEN 'role' THEN CASE q.role WHEN 'admin' THEN 0 ELSE 1 END
                               ELSE q.added_at END * CAST($10 AS BIGINT)",
        "lower(q.name)",
        "q.id"; "$9", "$10"
    ),
    " LIMIT $7 OFFSET $8"
);
const COUNT: &str = concat!(
    people!(),
    " SELECT count(*), CAST(coalesce(sum(CASE WHEN ",
    matches_filter!(),
    " THEN 1 ELSE 0 END), 0) AS BIGINT),
      CAST(coalesce(sum(CASE WHEN q.origin = 'external' THEN 1 ELSE 0 END), 0) AS BIGINT),
      CAST(coalesce(sum(CASE WHEN q.origin = 'inherited' THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM people q"
);
const RULES: &str = "
    SELECT o.external_allowed, p.external_allowed, p.is_default AND o.default_access = 'all_members'
    FROM projects p JOIN orgs o ON o.id = p.org_id WHERE p.id = $1";

/// The policy, the switch, and whether the project is open to all members.
async fn rules(on: &mut impl Connection, project: &str) -> Result<(ExternalRule, bool), DbError> {
    let (by_org, by_project, open) = fetch_one!(on, (bool, bool, bool), RULES, project)?;
    Ok((ExternalRule { by_org, by_project }, open))
}

impl Store {
    /// One page of the people of a project.
    pub async fn collaborators(
        &self,
        grant: &Grant<ManageProject>,
        filter: CollaboratorFilter,
        page: &Page,
    ) -> Result<Collaborators, DbError> {
        let (project, org) = (grant.project().id.as_str(), grant.org().id.as_str());
        let outsider = grant.outsider().map(AccountId::as_str);
        let text = pattern(&page.query);
        let role = filter.role.map(ProjectRole::as_str);
        let origin = filter.origin.map(Origin::as_str);
        let (column, sign) = order(filter.sort);
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            project,
            org,
            outsider,
            &text,
            role,
            origin,
            i64::from(Page::SIZE),
            page.offset(),
            column,
            sign
        )?;
        let (all, matching, external, inherited) = fetch_one!(
            &mut reader,
            (i64, i64, i64, i64),
            COUNT,
            project,
            org,
            outsider,
            &text,
            role,
            origin
        )?;
        let (externals, open_to_members) = rules(&mut reader, project).await?;
        let listing: Listing<Collaborator> = listing(rows, Row::into_model, (all, matching), page, self.ambient.now())?;
        Ok(Collaborators {
            listing,
            external: count(external),
            inherited: count(inherited),
            open_to_members,
            // Bounds are a matter of the use case.
            look_ups_left: 0,
            externals,
        })
    }
}

/// Somebody who was added to the project.
pub struct Assigned {
    pub name: Name,
    pub email: Email,
    pub role: ProjectRole,
    pub org_role: Option<OrgRole>,
    pub is_project_owner: bool,
    /// The project's details name them as the one to ask about its keys.
    pub is_key_owner: bool,
}

impl Assigned {
    /// Their rights come from the organization, whatever the project says.
    pub fn is_inherited(&self) -> bool {
        matches!(self.org_role, Some(OrgRole::Owner | OrgRole::Admin))
    }
}

/// The role of somebody in the project; `None` for who has none, and for a viewer outside of the org also for its owners and
/// admins.
async fn assigned(
    on: &mut impl Connection,
    (org, project): (&str, &str),
    outsider: Option<&AccountId>,
    account: &AccountId,
) -> Result<Option<Assigned>, DbError> {
    const SQL: &str = concat!(
        people!(),
        " SELECT q.name, q.email, q.role, q.org_role, q.is_owner, q.is_key_owner FROM people q WHERE q.id = $4"
    );
    let row = fetch_optional!(
        on,
        (String, String, String, Option<String>, bool, bool),
        SQL,
        project,
        org,
        outsider.map(AccountId::as_str),
        account.as_str()
    )?;
    row.map(|(name, email, role, org_role, is_project_owner, is_key_owner)| {
        Ok(Assigned {
            is_key_owner,
            name: parse(name)?,
            email: parse(email)?,
            role: parse(role)?,
            org_role: org_role.map(parse).transpose()?,
            is_project_owner,
        })
    })
    .transpose()
}

/// An account that was looked up by its address.
pub struct Found {
    pub account: AccountId,
    pub name: Name,
    pub org_role: Option<OrgRole>,
    /// The role in this project that was assigned to them.
    pub assigned: Option<ProjectRole>,
}

impl Change<ManageProject> {
    /// The account with this address, if there is one.
    pub async fn look_up(&mut self, email: &Email) -> Result<Option<Found>, DbError> {
        const SQL: &str = "
            SELECT a.id, a.name, m.role, c.role
            FROM accounts a
            LEFT JOIN org_members m ON m.org_id = $2 AND m.account_id = a.id
            LEFT JOIN project_members c ON c.project_id = $3 AND c.account_id = a.id
            WHERE a.email = $1";
        let (org, project) = self.place();
        let row = fetch_optional!(
            self,
            (String, String, Option<String>, Option<String>),
            SQL,
            email.as_str(),
            &org,
            &project
        )?;
        row.map(|(account, name, org_role, assigned)| {
            Ok(Found {
                account: parse(account)?,
                name: parse(name)?,
                org_role: org_role.map(parse).transpose()?,
                assigned: assigned.map(parse).transpose()?,
            })
        })
        .transpose()
    }

    /// Whether people outside of the organization may be added now.
    pub async fn external_rule(&mut self) -> Result<ExternalRule, DbError> {
        let project = self.place().1;
        Ok(rules(self, &project).await?.0)
    }

    /// Whether a member of the organization (no owner, no admin) reaches any project of it; `None` for others.
    pub async fn member_reaches(&mut self, account: &AccountId) -> Result<Option<bool>, DbError> {
        const SQL: &str = concat!(
            "SELECT ",
            reaches_a_project!(),
            " FROM orgs o JOIN org_members m ON m.org_id = o.id WHERE o.id = $1 AND m.account_id = $2 AND m.role = 'member'"
        );
        let org = self.place().0;
        let row = fetch_optional!(self, (bool,), SQL, org, account.as_str())?;
        Ok(row.map(|(reaches,)| reaches))
    }

    /// Somebody with a role in the project.
    pub async fn collaborator(&mut self, account: &AccountId) -> Result<Option<Assigned>, DbError> {
        let (org, project) = self.place();
        let outsider = self.grant().outsider().cloned();
        assigned(self, (&org, &project), outsider.as_ref(), account).await
    }

    pub async fn insert_collaborator(&mut self, account: &AccountId, role: ProjectRole) -> Result<(), DbError> {
        const SQL: &str = "INSERT INTO project_members (project_id, account_id, role, created_at, added_by) VALUES ($1, $2, $3, $4, $5)";
        let (project, now) = (self.place().1, self.ambient().now().0);
        let by = self.caller().person.as_ref().map(|person| person.id.to_string());
        execute!(self, SQL, project, account.as_str(), role.as_str(), now, by)?;
        Ok(())
    }

    pub async fn set_collaborator_role(&mut self, account: &AccountId, role: ProjectRole) -> Result<(), DbError> {
        const SQL: &str = "UPDATE project_members SET role = $3 WHERE project_id = $1 AND account_id = $2";
        let project = self.place().1;
        execute!(self, SQL, project, account.as_str(), role.as_str())?;
        Ok(())
    }

    /// The ids of org and project.
    fn place(&self) -> (String, String) {
        (self.grant().org().id.to_string(), self.grant().project().id.to_string())
    }
}
