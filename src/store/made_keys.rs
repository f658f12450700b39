//! The keys that a person made, in the place that the person is removed from: read before, revoked with it.

use app::model::{
    AccountId, KeyId, Name, ProjectId, Timestamp,
    key::KeyState,
    made_key::{MadeKey, MadeKeys},
    time::DAY,
};

use super::{
    Change, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one},
    parse,
};
use crate::access::{Grant, ManageMembers, ManageProject, Permission};

/// Permissions that people are removed with. The place is the grant's: its project, or the whole organization.
pub trait RemovesPeople: Permission {}
impl RemovesPeople for ManageProject {}
impl RemovesPeople for ManageMembers {}

/// The keys `k`, each with its project `p`, that the person $3 made in the org $1, or in its project $2 alone; the
/// Organization Default Key only if $4 is true.
macro_rules! made {
    () => {
        " FROM api_keys k JOIN projects p ON p.id = k.project_id
        WHERE p.org_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.id = $2) AND k.created_by = $3 AND (k.is_org_default = FALSE OR $4)"
    };
}

/// The requests are counted once for all keys, and only in projects in which such keys lie.
const LIST: &str = concat!(
    "WITH made AS (SELECT k.id, k.name, k.prefix, k.last_four, k.is_org_default, k.project_id, p.name AS project",
    made!(),
    " AND k.state <> 'revoked'),
    used AS (SELECT key_id, count(*) AS requests FROM requests
             WHERE project_id IN (SELECT project_id FROM made) AND arrived_at >= $5 GROUP BY key_id)
    SELECT m.id, m.name, m.prefix, m.last_four, m.project, m.is_org_default, coalesce(u.requests, 0)
    FROM made m LEFT JOIN used u ON u.key_id = m.id
    ORDER BY m.is_org_default DESC, lower(m.project), m.project_id, lower(m.name), m.id LIMIT $6"
);
const COUNT: &str = concat!("SELECT count(*)", made!(), " AND k.state <> 'revoked'");
const ALL: &str = concat!("SELECT k.id, k.name, k.state, k.project_id", made!(), " ORDER BY k.id");

/// Keys that this person made and that are not revoked; the Organization Default Key for owners alone. The requests are those
/// of the 24 hours before `now`.
pub(super) async fn keys_made_by<P: RemovesPeople>(
    on: &mut impl Connection,
    grant: &Grant<P>,
    account: &AccountId,
    now: Timestamp,
) -> Result<MadeKeys, DbError> {
    let (org, project, is_owner) = scope(grant);
    let person = account.as_str();
    let shown = i64::try_from(MadeKeys::SHOWN).unwrap_or(i64::MAX);
    let rows = fetch_all!(on, Row, LIST, &org, &project, person, is_owner, now.plus(-DAY).0, shown)?;
    let total = count_made_by(on, grant, account).await?;
    let rows: Vec<MadeKey> = rows.into_iter().map(into_model).collect::<Result<_, DbError>>()?;
    Ok(MadeKeys {
        more: total.saturating_sub(rows.len() as u64),
        rows,
    })
}

/// How many of them there are.
pub(super) async fn count_made_by<P: RemovesPeople>(
    on: &mut impl Connection,
    grant: &Grant<P>,
    account: &AccountId,
) -> Result<u64, DbError> {
    let (org, project, is_owner) = scope(grant);
    let (total,) = fetch_one!(on, (i64,), COUNT, &org, &project, account.as_str(), is_owner)?;
    Ok(count(total))
}

type Row = (String, String, String, String, String, bool, i64);

fn into_model((id, name, prefix, last_four, project, is_org_default, requests): Row) -> Result<MadeKey, DbError> {
    Ok(MadeKey {
        id: parse(id)?,
        name,
        hint: format!("{prefix}…{last_four}"),
        project,
        is_org_default,
        requests_24h: count(requests),
    })
}

/// Org, project if the grant is held in one, and whether its holder knows of the Organization Default Key: $1, $2 and $4.
fn scope<P: Permission>(grant: &Grant<P>) -> (String, Option<String>, bool) {
    let project = grant.project_id().map(ToString::to_string);
    (grant.org().id.to_string(), project, grant.sees_org_default_key())
}

/// A key of a removed person, whatever its state.
pub struct KeyOfMaker {
    pub id: KeyId,
    pub name: Name,
    pub state: KeyState,
    pub project: ProjectId,
}

impl<P: RemovesPeople> Change<P> {
    /// Every key that this person made in the place, revoked ones too; the Organization Default Key for owners alone.
    pub async fn made_keys(&mut self, account: &AccountId) -> Result<Vec<KeyOfMaker>, DbError> {
        let (org, project, is_owner) = scope(self.grant());
        let rows = fetch_all!(
            self,
            (String, String, String, String),
            ALL,
            org,
            project,
            account.as_str(),
            is_owner
        )?;
        let into_model = |(id, name, state, project): (String, String, String, String)| {
            Ok(KeyOfMaker {
                id: parse(id)?,
                name: parse(name)?,
                state: parse(state)?,
                project: parse(project)?,
            })
        };
        rows.into_iter().map(into_model).collect()
    }

    /// Revokes one of [`Self::made_keys`].
    pub async fn revoke_made_key(&mut self, key: &KeyId) -> Result<(), DbError> {
        const SQL: &str = "
            UPDATE api_keys SET state = 'revoked' WHERE id = $1 AND project_id IN (SELECT id FROM projects WHERE org_id = $2)";
        let org = self.grant().org().id.clone();
        execute!(self, SQL, key.as_str(), org.as_str())?;
        Ok(())
    }
}
