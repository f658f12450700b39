//! Projects: list, create, archive.

use app::model::{
    AccountId, Listing, ModelId, Money, Name, OrgId, Page, ProjectId, Slug, Timestamp,
    project::{NewProject, ProjectFilter, ProjectRow, StoppingKey},
    time::DAY,
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one},
    listing, parse, pattern,
};
use crate::access::{ArchiveProject, CreateProject, Grant, ViewOrg};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    slug: String,
    description: String,
    environment: String,
    is_default: bool,
    owner: Option<String>,
    archived_at: Option<i64>,
    active_keys: i64,
    month_cost: i64,
    refused_24h: i64,
}

impl Row {
    fn into_model(self) -> Result<ProjectRow, DbError> {
        Ok(ProjectRow {
            id: parse(self.id)?,
            name: parse(self.name)?,
            slug: parse(self.slug)?,
            description: self.description,
            environment: parse(self.environment)?,
            is_default: self.is_default,
            owner: self.owner,
            active_keys: count(self.active_keys),
            month_cost: Money(self.month_cost),
            refused_24h: count(self.refused_24h),
            archived_at: self.archived_at.map(Timestamp),
        })
    }
}

// $2 asks for archived projects; $4 and $5 are the starts of the month and of the last 24 hours.
const LIST: &str = "
    SELECT p.id, p.name, p.slug, p.description, p.environment, p.is_default, a.name AS owner, p.archived_at,
           (SELECT count(*) FROM api_keys k WHERE k.project_id = p.id AND k.state = 'active' AND NOT k.is_org_default) AS active_keys,
           (SELECT CAST(coalesce(sum(u.cost_micros), 0) AS BIGINT) FROM usage_hours u WHERE u.project_id = p.id AND u.hour >= $4) AS month_cost,
           (SELECT CAST(coalesce(sum(u.refused_org + u.refused_project), 0) AS BIGINT) FROM usage_hours u
            WHERE u.project_id = p.id AND u.hour >= $5) AS refused_24h
    FROM projects p LEFT JOIN accounts a ON a.id = p.owner_id
    WHERE p.org_id = $1 AND (p.archived_at IS NOT NULL) = $2
      AND (lower(p.name) LIKE lower($3) ESCAPE '\\' OR p.slug LIKE lower($3) ESCAPE '\\')
    ORDER BY p.is_default DESC, lower(p.name), p.id LIMIT $6 OFFSET $7";
const COUNT: &str = "
    SELECT count(*), CAST(coalesce(sum(CASE WHEN lower(name) LIKE lower($3) ESCAPE '\\' OR slug LIKE lower($3) ESCAPE '\\' THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM projects WHERE org_id = $1 AND (archived_at IS NOT NULL) = $2";

impl Store {
    pub async fn projects(&self, grant: &Grant<ViewOrg>, filter: ProjectFilter, page: &Page) -> Result<Listing<ProjectRow>, DbError> {
        let now = self.ambient.now();
        let org = grant.org().id.as_str();
        let archived = filter == ProjectFilter::Archived;
        let text = pattern(&page.query);
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            org,
            archived,
            &text,
            now.month_start().0,
            now.plus(-DAY).0,
            i64::from(Page::SIZE),
            page.offset(),
        )?;
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, org, archived, &text)?;
        listing(rows, Row::into_model, counts, page, now)
    }
}

/// A project to be stored.
pub struct ProjectRecord<'a> {
    pub id: &'a ProjectId,
    pub org: &'a OrgId,
    pub new: &'a NewProject,
    pub is_default: bool,
    pub owner: Option<&'a AccountId>,
    /// The models that it starts with.
    pub models: &'a [ModelId],
}

/// Adds a project with the models that it starts with. Used by a change of the org and by the set-up.
pub async fn insert(on: &mut impl Connection, project: &ProjectRecord<'_>, now: i64) -> Result<(), DbError> {
    const PROJECT: &str = "
        INSERT INTO projects (id, org_id, slug, name, description, environment, is_default, owner_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    const SLUG: &str = "INSERT INTO project_slugs (org_id, slug, project_id, since) VALUES ($1, $2, $3, $4)";
    const MODEL: &str = "INSERT INTO project_models (project_id, model) VALUES ($1, $2)";
    let ProjectRecord { id, new, .. } = project;
    execute!(
        on,
        PROJECT,
        id.as_str(),
        project.org.as_str(),
        new.slug.as_str(),
        new.name.as_str(),
        &new.description,
        new.environment.as_str(),
        project.is_default,
        project.owner.map(AccountId::as_str),
        now,
    )?;
    execute!(on, SLUG, project.org.as_str(), new.slug.as_str(), id.as_str(), now)?;
    for model in project.models {
        execute!(on, MODEL, id.as_str(), model.as_str())?;
    }
    Ok(())
}

/// What an archive would meet: read inside the change, so that nothing moves between check and use.
pub struct ArchiveFacts {
    pub name: Name,
    pub slug: Slug,
    pub is_default: bool,
    pub archived: bool,
    /// Active projects of the org, this one included.
    pub active_projects: i64,
}

impl Change<CreateProject> {
    /// Adds a project; the caller, an admin of it by role, becomes its owner.
    pub async fn insert_project(&mut self, id: &ProjectId, new: &NewProject, models: &[ModelId]) -> Result<(), DbError> {
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        let owner = self.caller().person.as_ref().map(|person| person.id.clone());
        let record = ProjectRecord {
            id,
            org: &org,
            new,
            is_default: false,
            owner: owner.as_ref(),
            models,
        };
        insert(self, &record, now).await
    }
}

impl Change<ArchiveProject> {
    pub async fn archive_facts(&mut self) -> Result<ArchiveFacts, DbError> {
        let (org, project) = (self.grant().org().id.clone(), self.grant().project().id.clone());
        archive_facts(self, &org, &project).await
    }

    pub async fn set_archived(&mut self) -> Result<(), DbError> {
        const SQL: &str = "UPDATE projects SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
        let (project, now) = (self.grant().project().id.clone(), self.ambient().now().0);
        execute!(self, SQL, project.as_str(), now)?;
        Ok(())
    }
}

async fn archive_facts(on: &mut impl Connection, org: &OrgId, project: &ProjectId) -> Result<ArchiveFacts, DbError> {
    const SQL: &str = "
        SELECT name, slug, is_default, archived_at, (SELECT count(*) FROM projects a WHERE a.org_id = $2 AND a.archived_at IS NULL)
        FROM projects WHERE id = $1 AND org_id = $2";
    let row = fetch_one!(on, (String, String, bool, Option<i64>, i64), SQL, project.as_str(), org.as_str())?;
    let (name, slug, is_default, archived_at, active_projects) = row;
    Ok(ArchiveFacts {
        name: parse(name)?,
        slug: parse(slug)?,
        is_default,
        archived: archived_at.is_some(),
        active_projects,
    })
}

/// What an archive would stop.
pub struct ArchiveEffects {
    pub facts: ArchiveFacts,
    pub keys: Vec<StoppingKey>,
    /// Names of the members who would be left without any project.
    pub stranded: Vec<String>,
}

impl Store {
    /// Reads for the dry run of an archive: the project, the keys that stop, the members who would lose the org.
    pub async fn archive_preview(&self, grant: &Grant<ArchiveProject>) -> Result<ArchiveEffects, DbError> {
        const KEYS: &str = "
            SELECT k.id, k.name, k.prefix, k.last_four,
                   (SELECT count(*) FROM requests r WHERE r.key_id = k.id AND r.project_id = k.project_id AND r.arrived_at >= $2)
            FROM api_keys k WHERE k.project_id = $1 AND k.state = 'active' AND (k.is_org_default = FALSE OR $3) ORDER BY lower(k.name), k.id";
        // Members (not owners or admins) whose only active project this is. Where the Default Project is open to all members
        // they keep that one, which cannot be archived, and the list is empty.
        const STRANDED: &str = "
            SELECT a.name FROM org_members m JOIN accounts a ON a.id = m.account_id JOIN orgs o ON o.id = m.org_id
            WHERE m.org_id = $1 AND m.role = 'member'
              AND EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = $2 AND c.account_id = m.account_id)
              AND NOT EXISTS (SELECT 1 FROM projects p WHERE p.org_id = $1 AND p.archived_at IS NULL AND p.id <> $2
                              AND ((p.is_default AND o.default_access = 'all_members') OR EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = p.id AND c.account_id = m.account_id)))
            ORDER BY lower(a.name)";
        let (org, project) = (&grant.org().id, &grant.project().id);
        let is_owner = grant.sees_org_default_key();
        let mut reader = self.db.read().await?;
        let facts = archive_facts(&mut reader, org, project).await?;
        let since = self.ambient.now().plus(-DAY).0;
        let keys = fetch_all!(
            &mut reader,
            (String, String, String, String, i64),
            KEYS,
            project.as_str(),
            since,
            is_owner
        )?;
        let keys = keys
            .into_iter()
            .map(|(id, name, prefix, last_four, requests)| {
                Ok(StoppingKey {
                    id: parse(id)?,
                    name,
                    hint: format!("{prefix}…{last_four}"),
                    requests_24h: count(requests),
                })
            })
            .collect::<Result<_, DbError>>()?;
        let stranded = fetch_all!(&mut reader, (String,), STRANDED, org.as_str(), project.as_str())?;
        Ok(ArchiveEffects {
            facts,
            keys,
            stranded: stranded.into_iter().map(|(name,)| name).collect(),
        })
    }
}
