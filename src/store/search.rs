//! Keys and people by a few letters, for the palette.

use app::model::{
    AccountId, Standing,
    search::{FoundKey, FoundPerson, PER_GROUP},
};

use super::{
    Store,
    db::{DbError, fetch_all},
    parse, pattern,
    places::visible,
};
use crate::access::{Grant, ManageMembers, Person};

// The Organization Default Key is for owners. A key of the project $3 comes first, a revoked one last.
const KEYS: &str = concat!(
    "SELECT k.name, k.prefix, k.last_four, k.state, v.name AS project_name, v.slug AS project, v.org_slug AS org FROM ",
    visible!(),
    " JOIN api_keys k ON k.project_id = v.id
      WHERE (k.is_org_default = FALSE OR v.org_role = 'owner')
        AND (lower(k.name) LIKE lower($2) ESCAPE '\\' OR lower(k.prefix || '…' || k.last_four) LIKE lower($2) ESCAPE '\\')
      ORDER BY CASE WHEN k.state = 'revoked' THEN 1 ELSE 0 END, CASE WHEN v.id = $3 THEN 0 ELSE 1 END, lower(k.name), k.id
      LIMIT $4"
);

const MEMBERS: &str = "
    SELECT a.id, a.name, a.email, m.role FROM org_members m JOIN accounts a ON a.id = m.account_id
    WHERE m.org_id = $1 AND (lower(a.name) LIKE lower($2) ESCAPE '\\' OR a.email LIKE lower($2) ESCAPE '\\')
    ORDER BY lower(a.name), a.id LIMIT $3";

#[derive(sqlx::FromRow)]
struct KeyRow {
    name: String,
    prefix: String,
    last_four: String,
    state: String,
    project_name: String,
    project: String,
    org: String,
}

impl KeyRow {
    fn into_model(self) -> Result<FoundKey, DbError> {
        Ok(FoundKey {
            name: parse(self.name)?,
            prefix: self.prefix,
            last_four: self.last_four,
            state: parse(self.state)?,
            project_name: parse(self.project_name)?,
            project: parse(self.project)?,
            org: parse(self.org)?,
        })
    }
}

fn limit() -> i64 {
    i64::try_from(PER_GROUP).unwrap_or(i64::MAX)
}

impl Store {
    /// The keys that a text finds in the projects that the person sees, those of the project `near` first.
    pub async fn find_keys(&self, person: &Person, text: &str, near: &str) -> Result<Vec<FoundKey>, DbError> {
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, KeyRow, KEYS, person.id.as_str(), pattern(text), near, limit())?;
        rows.into_iter().map(KeyRow::into_model).collect()
    }

    /// The members of an organization that a text finds.
    pub async fn find_members(&self, grant: &Grant<ManageMembers>, text: &str) -> Result<Vec<(AccountId, FoundPerson)>, DbError> {
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            (String, String, String, String),
            MEMBERS,
            grant.org().id.as_str(),
            pattern(text),
            limit()
        )?;
        let person = |(id, name, email, role): (String, String, String, String)| {
            let standing = Standing {
                org: Some(parse(role)?),
                project: None,
            };
            let (name, email) = (parse(name)?, parse(email)?);
            Ok((parse(id)?, FoundPerson { name, email, standing }))
        };
        rows.into_iter().map(person).collect()
    }
}
