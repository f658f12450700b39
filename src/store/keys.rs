//! API keys, as the console manages them. The gateway's look-up by digest is in `admission`.

use app::model::{
    AccountId, KeyId, Listing, Name, Page, Timestamp,
    key::{ApiKey, KeyState},
};

use super::{
    Change, Store,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    listing, parse, pattern,
};
use crate::access::{
    Grant, ManageKeys, ViewKeys,
    api_key::{ApiKeySecret, Pepper},
    roster::named,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    prefix: String,
    last_four: String,
    state: String,
    maker: String,
    maker_left: bool,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    is_org_default: bool,
}

impl Row {
    fn into_model(self) -> Result<ApiKey, DbError> {
        Ok(ApiKey {
            id: parse(self.id)?,
            name: parse(self.name)?,
            hint: format!("{}…{}", self.prefix, self.last_four),
            state: parse(self.state)?,
            created_by: self.maker,
            maker_left: self.maker_left,
            created_at: Timestamp(self.created_at),
            expires_at: self.expires_at.map(Timestamp),
            last_used_at: self.last_used_at.map(Timestamp),
            is_org_default: self.is_org_default,
        })
    }
}

/// The keys of the project $1 with their makers, as the reader $4 may know them. $2 is true for owners, who alone see the
/// Organization Default Key.
macro_rules! seen_keys {
    () => {
        concat!(
            "(SELECT k.*, ",
            named!("a.name", "a.id", "$4"),
            " AS maker, CAST($4 AS TEXT) IS NULL
                AND NOT EXISTS (SELECT 1 FROM org_members m JOIN projects p ON p.org_id = m.org_id
                                WHERE p.id = k.project_id AND m.account_id = k.created_by)
                AND NOT EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = k.project_id AND c.account_id = k.created_by)
                AS maker_left FROM api_keys k JOIN accounts a ON a.id = k.created_by WHERE k.project_id = $1 AND (k.is_org_default = FALSE OR $2)) k"
        )
    };
}

/// True for a key that the text $3 finds.
macro_rules! matches_text {
    () => {
        "(lower(k.name) LIKE lower($3) ESCAPE '\\' OR lower(k.prefix) LIKE lower($3) ESCAPE '\\' OR lower(k.maker) LIKE lower($3) ESCAPE '\\')"
    };
}

// Revoked keys come last.
const LIST: &str = concat!(
    "SELECT k.id, k.name, k.prefix, k.last_four, k.state, k.maker, k.maker_left, k.created_at, k.expires_at, k.last_used_at, k.is_org_default FROM ",
    seen_keys!(),
    " WHERE ",
    matches_text!(),
    " ORDER BY CASE WHEN k.state = 'revoked' THEN 1 ELSE 0 END, lower(k.name), k.id LIMIT $5 OFFSET $6"
);
const COUNT: &str = concat!(
    "SELECT count(*), CAST(coalesce(sum(CASE WHEN ",
    matches_text!(),
    " THEN 1 ELSE 0 END), 0) AS BIGINT) FROM ",
    seen_keys!()
);

impl Store {
    pub async fn keys(&self, grant: &Grant<ViewKeys>, page: &Page) -> Result<Listing<ApiKey>, DbError> {
        let project = grant.project().id.as_str();
        let is_owner = grant.sees_org_default_key();
        let outsider = grant.outsider().map(AccountId::as_str);
        let text = pattern(&page.query);
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            project,
            is_owner,
            &text,
            outsider,
            i64::from(Page::SIZE),
            page.offset()
        )?;
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, project, is_owner, &text, outsider)?;
        listing(rows, Row::into_model, counts, page, self.ambient.now())
    }
}

/// A key to be stored; the secret is only digested here.
pub struct KeyRecord<'a> {
    pub id: &'a KeyId,
    pub project: &'a app::model::ProjectId,
    pub name: &'a Name,
    pub secret: &'a ApiKeySecret,
    pub created_by: &'a AccountId,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub is_org_default: bool,
    pub idempotency: Option<&'a str>,
}

/// Adds a key. Used by a change of the project and by the set-up.
pub async fn insert(on: &mut impl Connection, key: &KeyRecord<'_>, pepper: &Pepper) -> Result<(), DbError> {
    const SQL: &str = "
        INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, is_org_default,
                              created_by, created_at, expires_at, idempotency)
        VALUES ($1, $2, $3, $4, $5, $6, 'active', '[\"inference\"]', $7, $8, $9, $10, $11)";
    execute!(
        on,
        SQL,
        key.id.as_str(),
        key.project.as_str(),
        key.name.as_str(),
        key.secret.digest(pepper).hex(),
        key.secret.prefix(),
        key.secret.last_four(),
        key.is_org_default,
        key.created_by.as_str(),
        key.created_at.0,
        key.expires_at.map(|at| at.0),
        key.idempotency,
    )?;
    Ok(())
}

impl Change<ManageKeys> {
    /// Name and state of a key of this project; `None` also for the Organization Default Key, unless an owner asks.
    pub async fn key(&mut self, key: &KeyId) -> Result<Option<(Name, KeyState)>, DbError> {
        const SQL: &str = "SELECT name, state FROM api_keys WHERE id = $1 AND project_id = $2 AND (is_org_default = FALSE OR $3)";
        let (project, is_owner) = (self.grant().project().id.clone(), self.grant().sees_org_default_key());
        let row = fetch_optional!(self, (String, String), SQL, key.as_str(), project.as_str(), is_owner)?;
        row.map(|(name, state)| Ok((parse(name)?, parse(state)?))).transpose()
    }

    pub async fn set_key_state(&mut self, key: &KeyId, state: KeyState) -> Result<(), DbError> {
        const SQL: &str = "UPDATE api_keys SET state = $3 WHERE id = $1 AND project_id = $2";
        let project = self.grant().project().id.clone();
        execute!(self, SQL, key.as_str(), project.as_str(), state.as_str())?;
        Ok(())
    }
}
