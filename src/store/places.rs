//! The projects that a person sees, in all organizations: the switcher, and where `/` leads.

use app::model::{
    OrgRole, ProjectId, ProjectRole,
    place::{Home, OrgRef, Places, ProjectRef, RecentPlace, SwitcherOrg, VisibleProject},
    search::{FoundProject, PER_GROUP},
};

use super::{
    Store, count,
    db::{DbError, Reader, fetch_all},
    parse, pattern,
};
use crate::access::{Person, standing_in_project};

/// How many projects of an organization the switcher lists.
const PER_ORG: i64 = 25;
/// How many it lists of all together.
const ROWS: usize = 300;
/// How many visits are remembered.
const RECENT: usize = 5;

/// The active projects that the account $1 sees, as `v`. Owners and admins see every project, members those assigned to them and
/// the Default Project if it is open to all members, externals the assigned ones.
macro_rules! visible {
    () => {
        "(SELECT o.id AS org_id, o.name AS org_name, o.slug AS org_slug, m.role AS org_role, c.role AS project_role,
                 p.is_default AND o.default_access = 'all_members' AS is_open, p.id, p.name, p.slug, p.environment, p.is_default
          FROM (SELECT org_id FROM org_members WHERE account_id = $1
                UNION SELECT q.org_id FROM project_members x JOIN projects q ON q.id = x.project_id WHERE x.account_id = $1) mine
          JOIN orgs o ON o.id = mine.org_id
          JOIN projects p ON p.org_id = o.id
          LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $1
          LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = $1
          WHERE p.archived_at IS NULL
            AND (m.role IN ('owner', 'admin') OR c.role IS NOT NULL
                 OR (p.is_default AND o.default_access = 'all_members' AND m.role IS NOT NULL))) v"
    };
}
pub(super) use visible;

/// The columns of a [`Row`].
macro_rules! columns {
    () => {
        "v.org_id, v.org_name, v.org_slug, v.org_role, v.project_role, v.is_open, v.id, v.name, v.slug, v.environment, v.is_default"
    };
}

/// True for a project that the text $2 finds: by its name or address, or by its organization's name.
macro_rules! matches_text {
    () => {
        "(lower(v.name) LIKE lower($2) ESCAPE '\\' OR v.slug LIKE lower($2) ESCAPE '\\' OR lower(v.org_name) LIKE lower($2) ESCAPE '\\')"
    };
}

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    ", v.matching, l.hash AS logo FROM (SELECT v.*, count(*) OVER (PARTITION BY v.org_id) AS matching,
         row_number() OVER (PARTITION BY v.org_id ORDER BY v.is_default DESC, lower(v.name), v.id) AS nth
       FROM ",
    visible!(),
    " WHERE ",
    matches_text!(),
    ") v LEFT JOIN org_logos l ON l.org_id = v.org_id AND v.nth = 1 WHERE v.nth <= $3 ORDER BY lower(v.org_name), v.org_id, v.nth LIMIT $4"
);
const VISITED: &str = concat!("SELECT ", columns!(), " FROM ", visible!(), " WHERE v.id IN ($2, $3, $4, $5, $6)");
const FIRST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM ",
    visible!(),
    " ORDER BY lower(v.org_name), v.org_id, v.is_default DESC, lower(v.name), v.id LIMIT 1"
);
// What is found by its own name comes before what its organization's finds, and the organization $3 before others.
const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM ",
    visible!(),
    " WHERE ",
    matches_text!(),
    " ORDER BY CASE WHEN lower(v.name) LIKE lower($2) ESCAPE '\\' THEN 0 ELSE 1 END, CASE WHEN v.org_id = $3 THEN 0 ELSE 1 END,
      lower(v.name), v.id LIMIT $4"
);

#[derive(sqlx::FromRow)]
struct Row {
    org_id: String,
    org_name: String,
    org_slug: String,
    org_role: Option<String>,
    project_role: Option<String>,
    is_open: bool,
    id: String,
    name: String,
    slug: String,
    environment: String,
    is_default: bool,
}

#[derive(sqlx::FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    row: Row,
    matching: i64,
    /// The hash of the organization's logo, in its first row.
    logo: Option<String>,
}

impl Row {
    fn into_model(self) -> Result<(OrgRef, Option<OrgRole>, VisibleProject), DbError> {
        let role = self.org_role.map(parse::<OrgRole>).transpose()?;
        let assigned = self.project_role.map(parse::<ProjectRole>).transpose()?;
        let org = OrgRef {
            id: parse(self.org_id)?,
            name: parse(self.org_name)?,
            slug: parse(self.org_slug)?,
        };
        let project = ProjectRef {
            id: parse(self.id)?,
            name: parse(self.name)?,
            slug: parse(self.slug)?,
            environment: parse(self.environment)?,
            is_default: self.is_default,
            archived: false,
        };
        let standing = standing_in_project(role, assigned, self.is_open);
        Ok((org, role, VisibleProject { project, standing }))
    }
}

/// Those of these projects that the person sees, in the same order.
async fn visited(reader: &mut Reader, person: &Person, recent: &[ProjectId]) -> Result<Vec<RecentPlace>, DbError> {
    let mut ids = recent.iter().take(RECENT).map(ProjectId::as_str).collect::<Vec<_>>();
    ids.resize(RECENT, "");
    let rows = fetch_all!(reader, Row, VISITED, person.id.as_str(), ids[0], ids[1], ids[2], ids[3], ids[4])?;
    let place = |row: Row| row.into_model().map(|(org, role, at)| RecentPlace { org, role, at });
    let mut places = rows.into_iter().map(place).collect::<Result<Vec<_>, _>>()?;
    places.sort_by_key(|place| recent.iter().position(|id| *id == place.at.project.id));
    Ok(places)
}

impl Store {
    /// The orgs and projects of a person that the text finds, and without a text those of `recent` that the person sees.
    pub async fn places(&self, person: &Person, query: &str, recent: &[ProjectId]) -> Result<Places, DbError> {
        let mut reader = self.db.read().await?;
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let rows = fetch_all!(&mut reader, CountedRow, LIST, person.id.as_str(), pattern(query), PER_ORG, limit)?;
        let has_more = rows.len() == ROWS;
        let mut orgs: Vec<SwitcherOrg> = Vec::new();
        for CountedRow { row, matching, logo } in rows {
            let (org, role, project) = row.into_model()?;
            match orgs.last_mut() {
                Some(last) if last.org.id == org.id => last.projects.push(project),
                _ => orgs.push(SwitcherOrg {
                    org,
                    role,
                    logo,
                    matching: count(matching),
                    projects: vec![project],
                }),
            }
        }
        let recent = if query.trim().is_empty() {
            visited(&mut reader, person, recent).await?
        } else {
            Vec::new()
        };
        Ok(Places { recent, orgs, has_more })
    }

    /// The first place that a person can see.
    pub async fn home(&self, person: &Person) -> Result<Option<Home>, DbError> {
        let mut reader = self.db.read().await?;
        let first = fetch_all!(&mut reader, Row, FIRST, person.id.as_str())?.into_iter().next();
        first
            .map(|row| {
                Ok(Home {
                    org: parse(row.org_slug)?,
                    project: parse(row.slug)?,
                })
            })
            .transpose()
    }

    /// The projects that a text finds, those of the organization `near` first.
    pub async fn find_projects(&self, person: &Person, text: &str, near: &str) -> Result<Vec<FoundProject>, DbError> {
        let mut reader = self.db.read().await?;
        let limit = i64::try_from(PER_GROUP).unwrap_or(i64::MAX);
        let rows = fetch_all!(&mut reader, Row, FIND, person.id.as_str(), pattern(text), near, limit)?;
        let found = |row: Row| row.into_model().map(|(org, _, at)| FoundProject { org, at });
        rows.into_iter().map(found).collect()
    }
}
