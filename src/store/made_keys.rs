//! The keys that a person made, in the place that the person is removed from: read before, revoked with it.

use app::model::{AccountId, KeyId, Name, ProjectId, Timestamp, key::KeyState, made_key::MadeKey, time::DAY};

use super::{
    Change, count,
    db::{Connection, DbError, execute, fetch_all, fetch_optional},
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
    ORDER BY lower(m.project), m.project_id, lower(m.name), m.id"
);
const FIND: &str = concat!("SELECT k.name, k.state, k.project_id", made!(), " AND k.id = $5");

/// Keys that this person made and that are not revoked; the Organization Default Key for owners alone. The requests are those
/// of the 24 hours before `now`.
pub(super) async fn keys_made_by<P: RemovesPeople>(
    on: &mut impl Connection,
    grant: &Grant<P>,
    account: &AccountId,
    now: Timestamp,
) -> Result<Vec<MadeKey>, DbError> {
    let rows = fetch_all!(
        on,
        (String, String, String, String, String, bool, i64),
        LIST,
        grant.org().id.as_str(),
        grant.project_id().map(ProjectId::as_str),
        account.as_str(),
        grant.sees_org_default_key(),
        now.plus(-DAY).0
    )?;
    rows.into_iter()
        .map(|(id, name, prefix, last_four, project, is_org_default, requests)| {
            Ok(MadeKey {
                id: parse(id)?,
                name,
                hint: format!("{prefix}…{last_four}"),
                project,
                is_org_default,
                requests_24h: count(requests),
            })
        })
        .collect()
}

/// A key that was revoked with its maker's removal.
pub struct RevokedKey {
    pub name: Name,
    pub before: KeyState,
    pub project: ProjectId,
}

impl<P: RemovesPeople> Change<P> {
    /// Revokes a key that this person made; `None` for every key that the dry run would not show, revoked ones aside.
    pub async fn revoke_made_key(&mut self, account: &AccountId, key: &KeyId) -> Result<Option<RevokedKey>, DbError> {
        let org = self.grant().org().id.clone();
        let scope = self.grant().project_id().cloned();
        let is_owner = self.grant().sees_org_default_key();
        let row = fetch_optional!(
            self,
            (String, String, String),
            FIND,
            org.as_str(),
            scope.as_ref().map(ProjectId::as_str),
            account.as_str(),
            is_owner,
            key.as_str()
        )?;
        let Some((name, before, project)) = row else { return Ok(None) };
        execute!(self, "UPDATE api_keys SET state = 'revoked' WHERE id = $1", key.as_str())?;
        Ok(Some(RevokedKey {
            name: parse(name)?,
            before: parse(before)?,
            project: parse(project)?,
        }))
    }
}
