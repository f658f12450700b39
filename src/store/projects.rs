//! Projects: list and create. What becomes of them is in `project_life`.

use std::collections::HashSet;

use app::model::{
    AccountId, Listing, Money, OrgId, Page, ProjectId, Slug, Timestamp,
    organization::DefaultAccess,
    project::{NewProject, ProjectFilter, ProjectRow},
    time::DAY,
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one},
    listing, parse, pattern,
};
use crate::access::{CreateProject, Grant, ViewOrg};

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
    expected_spend: Option<i64>,
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
            expected_spend: self.expected_spend.map(Money),
            refused_24h: count(self.refused_24h),
            archived_at: self.archived_at.map(Timestamp),
        })
    }
}

// $2 asks for archived projects; $4 and $5 are the starts of the month and of the last 24 hours. The page is cut first: its
// numbers are counted for the projects on it alone.
const LIST: &str = "
    SELECT p.id, p.name, p.slug, p.description, p.environment, p.is_default, a.name AS owner, p.archived_at,
           p.expected_monthly_spend AS expected_spend,
           (SELECT count(*) FROM api_keys k WHERE k.project_id = p.id AND k.state = 'active' AND NOT k.is_org_default) AS active_keys,
           (SELECT CAST(coalesce(sum(u.cost_micros), 0) AS BIGINT) FROM usage_hours u WHERE u.project_id = p.id AND u.hour >= $4) AS month_cost,
           (SELECT CAST(coalesce(sum(u.refused_org + u.refused_project), 0) AS BIGINT) FROM usage_hours u
            WHERE u.project_id = p.id AND u.hour >= $5) AS refused_24h
    FROM (SELECT * FROM projects
          WHERE org_id = $1 AND (archived_at IS NOT NULL) = $2
            AND (lower(name) LIKE lower($3) ESCAPE '\\' OR slug LIKE lower($3) ESCAPE '\\')
          ORDER BY is_default DESC, lower(name), id LIMIT $6 OFFSET $7) p
    LEFT JOIN accounts a ON a.id = p.owner_id
    ORDER BY p.is_default DESC, lower(p.name), p.id";
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

    /// Who reaches the Default Project.
    pub async fn default_access(&self, grant: &Grant<ViewOrg>) -> Result<DefaultAccess, DbError> {
        const SQL: &str = "SELECT default_access FROM orgs WHERE id = $1";
        let (access,) = fetch_one!(&mut self.db.read().await?, (String,), SQL, grant.org().id.as_str())?;
        parse(access)
    }
}

/// A project to be stored.
pub struct ProjectRecord<'a> {
    pub id: &'a ProjectId,
    pub org: &'a OrgId,
    pub new: &'a NewProject,
    pub is_default: bool,
    pub owner: Option<&'a AccountId>,
}

/// Every address that a project of the organization has, or had.
pub async fn taken_slugs(on: &mut impl Connection, org: &OrgId) -> Result<HashSet<Slug>, DbError> {
    let rows = fetch_all!(on, (String,), "SELECT slug FROM project_slugs WHERE org_id = $1", org.as_str())?;
    rows.into_iter().map(|(slug,)| parse(slug)).collect()
}

/// Adds a project with the models that it starts with. Used by a change of the org and by the set-up.
pub async fn insert(on: &mut impl Connection, project: &ProjectRecord<'_>, now: i64) -> Result<(), DbError> {
    const PROJECT: &str = "
        INSERT INTO projects (id, org_id, slug, name, description, environment, is_default, owner_id, created_at, primary_workload)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
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
        &new.workload,
    )?;
    execute!(on, SLUG, project.org.as_str(), new.slug.as_str(), id.as_str(), now)?;
    for model in &new.models {
        execute!(on, MODEL, id.as_str(), model.as_str())?;
    }
    Ok(())
}

impl Change<CreateProject> {
    /// Adds a project; the caller, an admin of it by role, becomes its owner.
    pub async fn insert_project(&mut self, id: &ProjectId, new: &NewProject) -> Result<(), DbError> {
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        let owner = self.caller().person.as_ref().map(|person| person.id.clone());
        let record = ProjectRecord {
            id,
            org: &org,
            new,
            is_default: false,
            owner: owner.as_ref(),
        };
        insert(self, &record, now).await
    }
}
