//! The projects of an organization that a form offers: the first, those that a text finds, and those that are ticked; never all.

use app::model::{
    AccountId, OrgId, ProjectId,
    choice::{Choices, Choosing, ProjectChoice},
};

use super::{
    Change, count,
    db::{Connection, DbError, fetch_all, fetch_one, fetch_optional},
    parse, pattern,
};
use crate::access::ManageMembers;

macro_rules! choice_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.name, p.slug, p.is_default, c.role
            FROM projects p LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = $2
            WHERE p.org_id = $1 AND p.archived_at IS NULL AND ",
            $condition
        )
    };
}

type Row = (String, String, String, bool, Option<String>);

fn into_choice((id, name, slug, is_default, role): Row) -> Result<ProjectChoice, DbError> {
    Ok(ProjectChoice {
        id: parse(id)?,
        name: parse(name)?,
        slug: parse(slug)?,
        is_default,
        role: role.map(parse).transpose()?,
        ticked: false,
    })
}

/// Active projects to choose from for a person, or for somebody who is nobody yet.
pub async fn find(on: &mut impl Connection, org: &OrgId, account: Option<&AccountId>, choosing: &Choosing) -> Result<Choices, DbError> {
    const FOUND: &str = choice_where!("lower(p.name) LIKE lower($3) ESCAPE '\\' ORDER BY p.is_default DESC, lower(p.name), p.id LIMIT $4");
    const COUNT: &str = "
        SELECT (SELECT count(*) FROM projects WHERE org_id = $1 AND archived_at IS NULL),
               (SELECT count(*) FROM projects WHERE org_id = $1 AND archived_at IS NULL AND lower(name) LIKE lower($2) ESCAPE '\\')";
    let text = pattern(&choosing.text);
    let mut rows: Vec<ProjectChoice> = Vec::new();
    for id in choosing.ticked.iter().take(Choosing::MOST) {
        if let Some(choice) = one(on, org, account, id).await?
            && rows.iter().all(|row| row.id != choice.id)
        {
            rows.push(ProjectChoice { ticked: true, ..choice });
        }
    }
    let (of, most) = (account.map_or("", AccountId::as_str), i64::from(Choices::OFFERED));
    for row in fetch_all!(on, Row, FOUND, org.as_str(), of, &text, most)? {
        let choice = into_choice(row)?;
        if rows.iter().all(|row| row.id != choice.id) {
            rows.push(choice);
        }
    }
    let (total, matching) = fetch_one!(on, (i64, i64), COUNT, org.as_str(), &text)?;
    Ok(Choices {
        rows,
        matching: count(matching),
        total: count(total),
    })
}

/// An active project of the organization.
async fn one(
    on: &mut impl Connection,
    org: &OrgId,
    account: Option<&AccountId>,
    project: &ProjectId,
) -> Result<Option<ProjectChoice>, DbError> {
    const SQL: &str = choice_where!("p.id = $3");
    let of = account.map_or("", AccountId::as_str);
    let row = fetch_optional!(on, Row, SQL, org.as_str(), of, project.as_str())?;
    row.map(into_choice).transpose()
}

impl Change<ManageMembers> {
    /// An active project of the organization, with the role of the person in it if one is meant.
    pub async fn project_choice(&mut self, project: &ProjectId, account: Option<&AccountId>) -> Result<Option<ProjectChoice>, DbError> {
        let org = self.grant().org().id.clone();
        one(self, &org, account, project).await
    }
}
