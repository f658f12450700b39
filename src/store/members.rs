//! The members of an organization, as its owners and admins manage them.

use std::collections::HashMap;

use app::model::{
    AccountId, Email, Name, OrgRole, Page, ProjectId, ProjectRole, Slug, Timestamp,
    choice::{Choices, Choosing},
    made_key::MadeKeys,
    member::{AssignedProject, Member, MemberFilter, Members, SignInMethod},
};

use super::{
    Change, EVERYTHING, Store, choices, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    leaving::{self, Ended},
    listing,
    made_keys::keys_made_by,
    order::{in_order, order},
    parse, pattern,
};
use crate::{
    access::{Grant, ManageMembers, ManageOrg, OrgPermission, reaches_a_project},
    audit::Event,
};

/// The members `a` of the org $1 who match the text $2, have the role $3, are in the project with the slug $4, and have no
/// project if $5 is true. What was not asked for is not worked out.
macro_rules! matching {
    () => {
        concat!(
            " FROM org_members m JOIN orgs o ON o.id = m.org_id JOIN accounts a ON a.id = m.account_id
            WHERE m.org_id = $1
              AND CASE WHEN $2 = '%%' THEN TRUE
                       ELSE lower(a.name) LIKE lower($2) ESCAPE '\\' OR a.email LIKE lower($2) ESCAPE '\\' END
              AND (CAST($3 AS TEXT) IS NULL OR m.role = $3)
              AND CASE WHEN CAST($4 AS TEXT) IS NULL THEN TRUE
                       ELSE a.id IN (SELECT c.account_id FROM projects p JOIN project_members c ON c.project_id = p.id
                                     WHERE p.org_id = $1 AND p.slug = $4) END
              AND CASE WHEN $5 THEN NOT ",
            reaches_a_project!(),
            " ELSE TRUE END"
        )
    };
}

/// One page of them in the order of the column $8, $9: $6 of them, from $7 on. Each stands there once for every role in a project
/// of any organization; the projects of others, and archived ones, have no name. What is asked of each once is materialized before.
const LIST: &str = concat!(
    "WITH page AS (SELECT a.id, lower(a.name) AS name,
        CASE CAST($8 AS TEXT) WHEN 'role' THEN CASE m.role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END
                              WHEN 'joined' THEN m.created_at WHEN 'seen' THEN coalesce(m.seen_at, 0) ELSE 0 END * CAST($9 AS BIGINT) AS number",
    matching!(),
    " ORDER BY ",
    in_order!("number", "lower(a.name)", "a.id"; "$8", "$9"),
    " LIMIT $6 OFFSET $7),
    shown AS MATERIALIZED (SELECT q.id, q.name, q.number, m.role, m.created_at, m.seen_at, m.added_by, ",
    reaches_a_project!(),
    " AS has_access FROM page q CROSS JOIN org_members m CROSS JOIN orgs o WHERE o.id = $1 AND m.org_id = o.id AND m.account_id = q.id)
    SELECT a.id, a.name, a.email, q.role, q.created_at, q.seen_at, b.name AS added_by_name, q.has_access,
           p.name AS project_name, p.slug AS project_slug, c.role AS project_role
    FROM shown q CROSS JOIN accounts a LEFT JOIN accounts b ON b.id = q.added_by
    LEFT JOIN project_members c ON c.account_id = q.id
    LEFT JOIN projects p ON p.id = c.project_id AND p.org_id = $1 AND p.archived_at IS NULL
    WHERE a.id = q.id
    ORDER BY ",
    in_order!("q.number", "q.name", "q.id"; "$8", "$9"),
    ", lower(p.name), p.id"
);
/// All members, the owners among them, and those in the state *no project*.
const COUNT: &str = concat!(
    "SELECT count(*), CAST(coalesce(sum(CASE WHEN m.role = 'owner' THEN 1 ELSE 0 END), 0) AS BIGINT),
            CAST(coalesce(sum(CASE WHEN ",
    reaches_a_project!(),
    " THEN 0 ELSE 1 END), 0) AS BIGINT)
    FROM org_members m JOIN orgs o ON o.id = m.org_id WHERE m.org_id = $1"
);
const MATCHING: &str = concat!("SELECT count(*)", matching!());

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    email: String,
    role: String,
    created_at: i64,
    seen_at: Option<i64>,
    added_by_name: Option<String>,
    has_access: bool,
    project_name: Option<String>,
    project_slug: Option<String>,
    project_role: Option<String>,
}

impl Row {
    /// The project that this row tells of.
    fn project(&self) -> Result<Option<AssignedProject>, DbError> {
        let (Some(name), Some(slug), Some(role)) = (&self.project_name, &self.project_slug, &self.project_role) else {
            return Ok(None);
        };
        Ok(Some(AssignedProject {
            name: parse(name.clone())?,
            slug: parse(slug.clone())?,
            role: parse(role.clone())?,
        }))
    }

    fn into_model(self) -> Result<Member, DbError> {
        Ok(Member {
            account: parse(self.id)?,
            name: parse(self.name)?,
            email: parse(self.email)?,
            role: parse(self.role)?,
            joined_at: Timestamp(self.created_at),
            added_by: self.added_by_name,
            seen_at: self.seen_at.map(Timestamp),
            // An account without a password does not exist.
            sign_in: SignInMethod::Password,
            has_access: self.has_access,
            projects: Vec::new(),
        })
    }
}

impl Store {
    /// One page of the members.
    pub async fn members(&self, grant: &Grant<ManageMembers>, filter: &MemberFilter, page: &Page) -> Result<Members, DbError> {
        let org = grant.org().id.as_str();
        let text = pattern(&page.query);
        let (role, project) = (filter.role.map(OrgRole::as_str), filter.project.as_ref().map(Slug::as_str));
        let (stranded, size, from) = (filter.without_project, i64::from(Page::SIZE), page.offset());
        let mut reader = self.db.read().await?;
        let (column, sign) = order(filter.sort);
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            org,
            &text,
            role,
            project,
            stranded,
            size,
            from,
            column,
            sign
        )?;
        let (all, owners, without_project) = fetch_one!(&mut reader, (i64, i64, i64), COUNT, org)?;
        let everybody = MemberFilter {
            sort: filter.sort,
            ..MemberFilter::default()
        };
        let (matching,) = if *filter == everybody && text == EVERYTHING {
            (all,)
        } else {
            fetch_one!(&mut reader, (i64,), MATCHING, org, &text, role, project, stranded)?
        };
        let mut assigned: HashMap<String, Vec<AssignedProject>> = HashMap::new();
        for row in &rows {
            assigned.entry(row.id.clone()).or_default().extend(row.project()?);
        }
        let mut people = rows;
        people.dedup_by(|next, first| next.id == first.id);
        let mut listing = listing(people, Row::into_model, (all, matching), page, self.ambient.now())?;
        for member in &mut listing.rows {
            member.seen_at = member.seen_at.max(self.visits.last(&grant.org().id, &member.account));
            member.projects = assigned.remove(member.account.as_str()).unwrap_or_default();
        }
        Ok(Members {
            listing,
            owners: count(owners),
            without_project: count(without_project),
        })
    }

    /// What a removal would end; nothing for somebody who is not in the organization.
    pub async fn member_removal(&self, grant: &Grant<ManageMembers>, account: &AccountId) -> Result<Option<RemovalEffects>, DbError> {
        const ASSIGNED: &str = "
            SELECT p.name FROM projects p JOIN project_members c ON c.project_id = p.id
            WHERE p.org_id = $1 AND c.account_id = $2 ORDER BY lower(p.name), p.id";
        const OWNED: &str = "
            SELECT name FROM projects WHERE org_id = $1 AND (owner_id = $2 OR key_owner_id = $2) ORDER BY lower(name), id";
        const INVITATIONS: &str = "SELECT count(*) FROM invitations WHERE org_id = $1 AND invited_by = $2 AND state = 'open'";
        let (org, person) = (grant.org().id.as_str(), account.as_str());
        let mut reader = self.db.read().await?;
        let Some(facts) = facts(&mut reader, org, person).await? else {
            return Ok(None);
        };
        let projects = fetch_all!(&mut reader, (String,), ASSIGNED, org, person)?;
        let owned = fetch_all!(&mut reader, (String,), OWNED, org, person)?;
        let (invitations,) = fetch_one!(&mut reader, (i64,), INVITATIONS, org, person)?;
        let keys = keys_made_by(&mut reader, grant, account, self.ambient.now()).await?;
        Ok(Some(RemovalEffects {
            facts,
            projects: projects.into_iter().map(|(name,)| name).collect(),
            owned: owned.into_iter().map(|(name,)| name).collect(),
            keys,
            invitations: count(invitations),
        }))
    }

    /// A member with active projects of the organization to choose from; nothing for anybody else.
    pub async fn assignable(
        &self,
        grant: &Grant<ManageMembers>,
        account: &AccountId,
        choosing: &Choosing,
    ) -> Result<Option<(MemberFacts, Choices)>, DbError> {
        let mut reader = self.db.read().await?;
        let Some(facts) = facts(&mut reader, grant.org().id.as_str(), account.as_str()).await? else {
            return Ok(None);
        };
        let projects = choices::find(&mut reader, &grant.org().id, Some(account), choosing).await?;
        Ok(Some((facts, projects)))
    }
}

/// What is known of a member.
pub struct MemberFacts {
    pub account: AccountId,
    pub name: Name,
    pub email: Email,
    pub role: OrgRole,
    /// False in the state *no project*.
    pub has_access: bool,
    /// Owners of the organization, this one included.
    pub owners: u64,
}

/// What a removal would end.
pub struct RemovalEffects {
    pub facts: MemberFacts,
    pub projects: Vec<String>,
    pub owned: Vec<String>,
    pub keys: MadeKeys,
    pub invitations: u64,
}

macro_rules! member_where {
    ($condition:literal) => {
        concat!(
            "SELECT a.id, a.name, a.email, m.role, ",
            reaches_a_project!(),
            ", (SELECT count(*) FROM org_members x WHERE x.org_id = $1 AND x.role = 'owner')
            FROM org_members m JOIN orgs o ON o.id = m.org_id JOIN accounts a ON a.id = m.account_id
            WHERE m.org_id = $1 AND ",
            $condition
        )
    };
}

pub(super) async fn facts(on: &mut impl Connection, org: &str, account: &str) -> Result<Option<MemberFacts>, DbError> {
    const SQL: &str = member_where!("a.id = $2");
    let row = fetch_optional!(on, FactsRow, SQL, org, account)?;
    row.map(into_facts).transpose()
}

pub(super) async fn facts_by_email(on: &mut impl Connection, org: &str, email: &Email) -> Result<Option<MemberFacts>, DbError> {
    const SQL: &str = member_where!("a.email = $2");
    let row = fetch_optional!(on, FactsRow, SQL, org, email.as_str())?;
    row.map(into_facts).transpose()
}

type FactsRow = (String, String, String, String, bool, i64);

fn into_facts((id, name, email, role, has_access, owners): FactsRow) -> Result<MemberFacts, DbError> {
    Ok(MemberFacts {
        account: parse(id)?,
        name: parse(name)?,
        email: parse(email)?,
        role: parse(role)?,
        has_access,
        owners: count(owners),
    })
}

/// Permissions that roles in the organization are changed with.
pub trait ChangesRoles: OrgPermission {}
impl ChangesRoles for ManageMembers {}
impl ChangesRoles for ManageOrg {}

impl<P: ChangesRoles> Change<P> {
    /// A member of the organization.
    pub async fn member(&mut self, account: &AccountId) -> Result<Option<MemberFacts>, DbError> {
        let org = self.grant().org().id.clone();
        facts(self, org.as_str(), account.as_str()).await
    }

    /// The member with this address.
    pub async fn member_by_email(&mut self, email: &Email) -> Result<Option<MemberFacts>, DbError> {
        let org = self.grant().org().id.clone();
        facts_by_email(self, org.as_str(), email).await
    }

    pub async fn set_member_role(&mut self, account: &AccountId, role: OrgRole) -> Result<(), DbError> {
        const SQL: &str = "UPDATE org_members SET role = $3 WHERE org_id = $1 AND account_id = $2";
        let org = self.grant().org().id.clone();
        execute!(self, SQL, org.as_str(), account.as_str(), role.as_str())?;
        Ok(())
    }
}

impl Change<ManageMembers> {
    /// See [`leaving::clear_ownership`]; returns the records.
    pub async fn clear_ownership(&mut self, person: &MemberFacts) -> Result<Vec<Event>, DbError> {
        let org = self.grant().org().id.clone();
        leaving::clear_ownership(self, &org, &person.account, &person.email).await
    }

    /// See [`leaving::end_membership`].
    pub async fn end_membership(&mut self, person: &MemberFacts) -> Result<Ended, DbError> {
        let org = self.grant().org().id.clone();
        leaving::end_membership(self, &org, &person.account, &person.email).await
    }

    /// Assigns somebody to a project of the organization.
    pub async fn assign(&mut self, project: &ProjectId, account: &AccountId, role: ProjectRole) -> Result<(), DbError> {
        const SQL: &str = "
            INSERT INTO project_members (project_id, account_id, role, created_at, added_by)
            SELECT id, $2, $3, $4, $5 FROM projects WHERE id = $1 AND org_id = $6";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        let by = self.caller().person.as_ref().map(|person| person.id.to_string());
        execute!(self, SQL, project.as_str(), account.as_str(), role.as_str(), now, by, org.as_str())?;
        Ok(())
    }
}
