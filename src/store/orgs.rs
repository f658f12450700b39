//! Organizations and where a person stands in them.

use app::{
    model::{
        AccountId, Name, OrgId, OrgRole, ProjectRole, Slug, Standing,
        branding::Branding,
        place::{OrgRef, Place, ProjectRef, Viewer},
    },
    policy::Action,
};

use super::{
    Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
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

/// How many orgs an account owns.
pub async fn owned(on: &mut impl Connection, account: &AccountId) -> Result<u64, DbError> {
    const SQL: &str = "SELECT count(*) FROM org_members WHERE account_id = $1 AND role = 'owner'";
    let (owned,) = fetch_one!(on, (i64,), SQL, account.as_str())?;
    Ok(count(owned))
}

/// [`owned`], and nobody else changes it before this transaction ends, if they ask here, too: it locks the account's row.
pub async fn owned_for_now(on: &mut impl Connection, account: &AccountId) -> Result<u64, DbError> {
    const LOCK: &str = "UPDATE accounts SET name = name WHERE id = $1";
    execute!(on, LOCK, account.as_str())?;
    owned(on, account).await
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

impl Store {
    /// Resolves an address for a person. `None` for what does not exist or must not be known. Old addresses of an organization
    /// and of a project still lead to them: the place has the addresses of now.
    /// Whether the standing suffices for the page is the caller's question.
    pub async fn place(&self, person: &Person, org: &str, project: Option<&str>) -> Result<Option<Place>, DbError> {
        const ORG: &str = concat!(
            "SELECT o.id, o.name, o.slug, m.role, coalesce(",
            reaches_a_project!(),
            ", FALSE), o.brand, (SELECT l.hash FROM org_logos l WHERE l.org_id = o.id) FROM org_slugs s JOIN orgs o ON o.id = s.org_id
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
            (String, String, String, Option<String>, bool, Option<String>, Option<String>),
            ORG,
            org,
            person.id.as_str()
        )?;
        let Some((id, name, slug, org_role, reaches, colour, logo)) = row else {
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
            branding: Branding {
                colour: colour.map(parse).transpose()?,
                logo,
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
}
