//! Projects: list and create. What becomes of them is in `project_life`.

use std::collections::HashSet;

use app::model::{
    AccountId, Listing, Money, OrgId, Page, ProjectId, Slug, Timestamp,
    organization::DefaultAccess,
    project::{Environment, NewProject, OwnedBy, ProjectFilter, ProjectRow, ProjectState},
    time::DAY,
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one},
    listing,
    order::{in_order, order},
    parse, pattern,
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
    created_at: i64,
    archived_at: Option<i64>,
    archived_by: Option<String>,
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
            created_at: Timestamp(self.created_at),
            active_keys: count(self.active_keys),
            month_cost: Money(self.month_cost),
            expected_spend: self.expected_spend.map(Money),
            refused_24h: count(self.refused_24h),
            archived_at: self.archived_at.map(Timestamp),
            archived_by: self.archived_by,
        })
    }
}

/// Active keys of the project p; the Organization Default Key is no key of a project.
macro_rules! active_keys {
    () => {
        "(SELECT count(*) FROM api_keys k WHERE k.project_id = p.id AND k.state = 'active' AND NOT k.is_org_default)"
    };
}

/// Cost of the project p since the day $6.
macro_rules! month_cost {
    () => {
        "(SELECT CAST(coalesce(sum(u.cost_micros), 0) AS BIGINT) FROM usage_days u WHERE u.project_id = p.id AND u.day >= $6)"
    };
}

/// Refusals of the project p since the hour $7.
macro_rules! refused_24h {
    () => {
        "(SELECT CAST(coalesce(sum(u.refused_org + u.refused_project), 0) AS BIGINT) FROM usage_hours u
          WHERE u.project_id = p.id AND u.hour >= $7)"
    };
}

/// True for what matches the text $3, the environment $4, and the owner $5, who is nobody when it is empty.
macro_rules! matches_filter {
    () => {
        "((lower(p.name) LIKE lower($3) ESCAPE '\\' OR p.slug LIKE lower($3) ESCAPE '\\')
          AND (CAST($4 AS TEXT) IS NULL OR p.environment = $4) AND (CAST($5 AS TEXT) IS NULL OR coalesce(p.owner_id, '') = $5))"
    };
}

/// The order by the column of the word $8, $9: without a word the Default Project comes first.
macro_rules! default_first {
    ($number:literal) => {
        concat!(
            " ORDER BY CASE WHEN CAST($8 AS TEXT) = '' AND p.is_default THEN 0 ELSE 1 END, ",
            in_order!($number, "lower(p.name)", "p.id"; "$8", "$9")
        )
    };
}

// $2 asks for archived projects. The page is cut first: its numbers are counted for the projects on it alone, but for the one that
// sorts.
const LIST: &str = concat!(
    "SELECT p.id, p.name, p.slug, p.description, p.environment, p.is_default, a.name AS owner, p.created_at, p.archived_at, b.name AS archived_by,
            p.expected_monthly_spend AS expected_spend, ",
    active_keys!(),
    " AS active_keys, ",
    month_cost!(),
    " AS month_cost, ",
    refused_24h!(),
    " AS refused_24h
     FROM (SELECT p.*, CASE CAST($8 AS TEXT) WHEN 'created' THEN p.created_at WHEN 'keys' THEN ",
    active_keys!(),
    " WHEN 'cost' THEN ",
    month_cost!(),
    " WHEN 'refused' THEN ",
    refused_24h!(),
    " ELSE 0 END * CAST($9 AS BIGINT) AS number
           FROM projects p
           WHERE p.org_id = $1 AND (p.archived_at IS NOT NULL) = $2 AND ",
    matches_filter!(),
    default_first!("number"),
    " LIMIT $10 OFFSET $11) p
     LEFT JOIN accounts a ON a.id = p.owner_id
     LEFT JOIN accounts b ON b.id = p.archived_by",
    default_first!("p.number")
);
const COUNT: &str = concat!(
    "SELECT count(*), CAST(coalesce(sum(CASE WHEN ",
    matches_filter!(),
    " THEN 1 ELSE 0 END), 0) AS BIGINT) FROM projects p WHERE p.org_id = $1 AND (p.archived_at IS NOT NULL) = $2"
);
const OWNERS: &str = "
    SELECT a.id, a.name FROM projects p JOIN accounts a ON a.id = p.owner_id
    WHERE p.org_id = $1 AND (p.archived_at IS NOT NULL) = $2
    GROUP BY a.id, a.name ORDER BY lower(a.name), a.id";

impl Store {
    pub async fn projects(&self, grant: &Grant<ViewOrg>, filter: &ProjectFilter, page: &Page) -> Result<Listing<ProjectRow>, DbError> {
        let now = self.ambient.now();
        let org = grant.org().id.as_str();
        let archived = filter.state == ProjectState::Archived;
        let text = pattern(&page.query);
        let environment = filter.environment.map(Environment::as_str);
        let owner = filter.owner.as_ref().map(|owner| match owner {
            OwnedBy::Nobody => "",
            OwnedBy::Account(account) => account.as_str(),
        });
        let (column, sign) = order(filter.sort);
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            org,
            archived,
            &text,
            environment,
            owner,
            now.month_start().0,
            now.plus(-DAY).0,
            column,
            sign,
            i64::from(Page::SIZE),
            page.offset(),
        )?;
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, org, archived, &text, environment, owner)?;
        listing(rows, Row::into_model, counts, page, now)
    }

    /// Who owns a project of this state, by name.
    pub async fn project_owners(&self, grant: &Grant<ViewOrg>, state: ProjectState) -> Result<Vec<(AccountId, String)>, DbError> {
        let archived = state == ProjectState::Archived;
        let org = grant.org().id.as_str();
        let rows = fetch_all!(&mut self.db.read().await?, (String, String), OWNERS, org, archived)?;
        rows.into_iter().map(|(id, name)| Ok((parse(id)?, name))).collect()
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
