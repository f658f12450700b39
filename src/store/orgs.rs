//! Organizations and where a person stands in them.

use app::{
    model::{
        AccountId, Name, OrgId, OrgRole, ProjectRole, Slug, Standing,
        place::{Home, OrgRef, Place, ProjectRef, SwitcherOrg, Viewer},
    },
    policy::Action,
};

use super::{
    Store,
    db::{Connection, DbError, execute, fetch_all, fetch_optional},
    parse,
};
use crate::access::{Person, reaches_a_project, standing_in_project};

/// Adds an organization with its address.
pub async fn insert(on: &mut impl Connection, id: &OrgId, name: &Name, slug: &Slug, plan: &str, now: i64) -> Result<(), DbError> {
    const ORG: &str = "INSERT INTO orgs (id, slug, name, plan, created_at) VALUES ($1, $2, $3, $4, $5)";
    const SLUG: &str = "INSERT INTO org_slugs (slug, org_id, since) VALUES ($1, $2, $3)";
    execute!(on, ORG, id.as_str(), slug.as_str(), name.as_str(), plan, now)?;
    execute!(on, SLUG, slug.as_str(), id.as_str(), now)?;
    Ok(())
}

/// Adds a member.
pub async fn insert_member(on: &mut impl Connection, org: &OrgId, account: &AccountId, role: OrgRole, now: i64) -> Result<(), DbError> {
    const SQL: &str = "INSERT INTO org_members (org_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)";
    execute!(on, SQL, org.as_str(), account.as_str(), role.as_str(), now)?;
    Ok(())
}

/// The orgs that an account is a member of, for records that concern all of them.
pub async fn memberships(on: &mut impl Connection, account: &AccountId) -> Result<Vec<OrgId>, DbError> {
    let rows = fetch_all!(
        on,
        (String,),
        "SELECT org_id FROM org_members WHERE account_id = $1 ORDER BY org_id",
        account.as_str()
    )?;
    rows.into_iter().map(|(id,)| parse(id)).collect()
}

#[derive(sqlx::FromRow)]
struct ProjectPlaceRow {
    id: String,
    name: String,
    slug: String,
    environment: String,
    is_default: bool,
    is_open: bool,
    archived_at: Option<i64>,
    role: Option<String>,
}

#[derive(sqlx::FromRow)]
struct SwitcherRow {
    org_id: String,
    org_name: String,
    org_slug: String,
    org_role: Option<String>,
    id: String,
    name: String,
    slug: String,
    environment: String,
    is_default: bool,
}

// Owners and admins see every project, members those assigned to them and the Default Project if it is open to all members,
// externals the assigned ones.
const VISIBLE: &str = "
    SELECT o.id AS org_id, o.name AS org_name, o.slug AS org_slug, m.role AS org_role, p.id, p.name, p.slug, p.environment, p.is_default
    FROM projects p
    JOIN orgs o ON o.id = p.org_id
    LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $1
    LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = $1
    WHERE p.archived_at IS NULL
      AND (m.role IN ('owner', 'admin') OR c.role IS NOT NULL
           OR (p.is_default AND o.default_access = 'all_members' AND m.role IS NOT NULL))
    ORDER BY lower(o.name), o.id, p.is_default DESC, lower(p.name), p.id
    LIMIT $2";

impl Store {
    /// Resolves an address for a person. `None` for what does not exist or must not be known. Old addresses of an organization
    /// and of a project still lead to them: the place has the addresses of now.
    /// Whether the standing suffices for the page is the caller's question.
    pub async fn place(&self, person: &Person, org: &str, project: Option<&str>) -> Result<Option<Place>, DbError> {
        const ORG: &str = concat!(
            "SELECT o.id, o.name, o.slug, m.role, coalesce(",
            reaches_a_project!(),
            ", FALSE) FROM org_slugs s JOIN orgs o ON o.id = s.org_id
            LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $2
            WHERE s.slug = $1"
        );
        const PROJECT: &str = "
            SELECT p.id, p.name, p.slug, p.environment, p.is_default, p.is_default AND o.default_access = 'all_members' AS is_open,
                   p.archived_at, c.role
            FROM project_slugs s JOIN projects p ON p.id = s.project_id JOIN orgs o ON o.id = p.org_id
            LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = $3
            WHERE s.org_id = $1 AND s.slug = $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(
            &mut reader,
            (String, String, String, Option<String>, bool),
            ORG,
            org,
            person.id.as_str()
        )?;
        let Some((id, name, slug, org_role, reaches)) = row else {
            return Ok(None);
        };
        let org_role = org_role.map(parse::<OrgRole>).transpose()?;
        let mut place = Place {
            viewer: Viewer {
                account: person.id.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
            },
            org: OrgRef {
                id: parse(id)?,
                name: parse(name)?,
                slug: parse(slug)?,
            },
            project: None,
            standing: Standing {
                org: org_role,
                project: None,
            },
            spend_marks: Vec::new(),
        };
        // Spend of the whole organization is for its owners and admins.
        let sees_org = place.standing.may(Action::ViewOrg);
        let org_id = if sees_org { place.org.id.to_string() } else { String::new() };
        let Some(project) = project else {
            place.spend_marks = self.spend_marks(&mut reader, &org_id, "").await?;
            return Ok(reaches.then_some(place));
        };
        let row = fetch_optional!(
            &mut reader,
            ProjectPlaceRow,
            PROJECT,
            place.org.id.as_str(),
            project,
            person.id.as_str()
        )?;
        let Some(row) = row else { return Ok(None) };
        let assigned = row.role.map(parse::<ProjectRole>).transpose()?;
        place.standing = standing_in_project(org_role, assigned, row.is_open);
        let archived = row.archived_at.is_some();
        let visible = match org_role {
            Some(OrgRole::Owner | OrgRole::Admin) => true,
            _ => place.standing.project.is_some() && !archived,
        };
        place.project = Some(ProjectRef {
            id: parse(row.id)?,
            name: parse(row.name)?,
            slug: parse(row.slug)?,
            environment: parse(row.environment)?,
            is_default: row.is_default,
            archived,
        });
        if !visible {
            return Ok(None);
        }
        if let Some(project) = &place.project {
            place.spend_marks = self.spend_marks(&mut reader, &org_id, project.id.as_str()).await?;
        }
        Ok(Some(place))
    }

    /// The orgs and projects of a person, for the switcher; at most 500 projects.
    pub async fn switcher(&self, person: &Person) -> Result<Vec<SwitcherOrg>, DbError> {
        let mut orgs: Vec<SwitcherOrg> = Vec::new();
        for row in self.visible(person, 500).await? {
            let role = row.org_role.map(parse::<OrgRole>).transpose()?;
            let org = OrgRef {
                id: parse(row.org_id)?,
                name: parse(row.org_name)?,
                slug: parse(row.org_slug)?,
            };
            let project = ProjectRef {
                id: parse(row.id)?,
                name: parse(row.name)?,
                slug: parse(row.slug)?,
                environment: parse(row.environment)?,
                is_default: row.is_default,
                archived: false,
            };
            match orgs.last_mut() {
                Some(last) if last.org.id == org.id => last.projects.push(project),
                _ => orgs.push(SwitcherOrg {
                    org,
                    may_manage: matches!(role, Some(OrgRole::Owner | OrgRole::Admin)),
                    external: role.is_none(),
                    projects: vec![project],
                }),
            }
        }
        Ok(orgs)
    }

    /// The first place that a person can see.
    pub async fn home(&self, person: &Person) -> Result<Option<Home>, DbError> {
        let first = self.visible(person, 1).await?.into_iter().next();
        first
            .map(|row| {
                Ok(Home {
                    org: parse(row.org_slug)?,
                    project: parse(row.slug)?,
                })
            })
            .transpose()
    }

    async fn visible(&self, person: &Person, limit: i64) -> Result<Vec<SwitcherRow>, DbError> {
        let mut reader = self.db.read().await?;
        fetch_all!(&mut reader, SwitcherRow, VISIBLE, person.id.as_str(), limit)
    }
}
