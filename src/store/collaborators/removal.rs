//! What a removal ends: read before, done with it.

use app::model::{AccountId, KeyId, Name, OrgRole, collaborator::AfterRemoval, made_key::MadeKeys};

use super::{Assigned, assigned};
use crate::{
    access::{Grant, ManageProject},
    store::{
        Change, Store,
        db::{Connection, DbError, execute, fetch_all},
        made_keys::keys_made_by,
        parse,
    },
};

/// What a removal would end.
pub struct RemovalEffects {
    pub person: Assigned,
    pub keys: MadeKeys,
    pub after: AfterRemoval,
}

impl Store {
    /// What a removal would end.
    pub async fn removal_effects(&self, grant: &Grant<ManageProject>, account: &AccountId) -> Result<Option<RemovalEffects>, DbError> {
        let mut reader = self.db.read().await?;
        let place = (grant.org().id.as_str(), grant.project().id.as_str());
        let Some(person) = assigned(&mut reader, place, grant.outsider(), account).await? else {
            return Ok(None);
        };
        let keys = keys_made_by(&mut reader, grant, account, self.ambient.now()).await?;
        let after = after_removal(&mut reader, grant, account).await?;
        Ok(Some(RemovalEffects { person, keys, after }))
    }
}

/// What somebody has in the organization without their role in this project. The names of other projects are for owners and
/// admins of the org, who see every one; an outsider learns nothing of it.
async fn after_removal(on: &mut impl Connection, grant: &Grant<ManageProject>, account: &AccountId) -> Result<AfterRemoval, DbError> {
    const SQL: &str = "
        SELECT p.id = $2 AS is_here, p.name
        FROM projects p JOIN orgs o ON o.id = p.org_id
        LEFT JOIN org_members m ON m.org_id = o.id AND m.account_id = $3
        WHERE p.org_id = $1 AND p.archived_at IS NULL
          AND ((p.is_default AND o.default_access = 'all_members' AND m.role IS NOT NULL)
               OR (p.id <> $2 AND EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = p.id AND c.account_id = $3)))
        ORDER BY lower(p.name), p.id";
    if grant.outsider().is_some() {
        return Ok(AfterRemoval::Concealed);
    }
    let (org, project) = (grant.org().id.as_str(), grant.project().id.as_str());
    let rows = fetch_all!(on, (bool, String), SQL, org, project, account.as_str())?;
    let sees_all = matches!(grant.standing().org, Some(OrgRole::Owner | OrgRole::Admin));
    Ok(if rows.is_empty() {
        AfterRemoval::Nothing
    } else if rows.iter().any(|(is_here, _)| *is_here) {
        AfterRemoval::OpenProject
    } else {
        AfterRemoval::OtherProjects(rows.into_iter().filter(|_| sees_all).map(|(_, name)| name).collect())
    })
}

impl Change<ManageProject> {
    pub async fn delete_collaborator(&mut self, account: &AccountId) -> Result<(), DbError> {
        const SQL: &str = "DELETE FROM project_members WHERE project_id = $1 AND account_id = $2";
        let project = self.place().1;
        execute!(self, SQL, project, account.as_str())?;
        Ok(())
    }

    /// Nobody is the project's key owner any more.
    pub async fn clear_key_owner(&mut self) -> Result<(), DbError> {
        let project = self.place().1;
        execute!(self, "UPDATE projects SET key_owner_id = NULL WHERE id = $1", project)?;
        Ok(())
    }

    /// Organization Default Keys of this project that the person made and that work still: those who are no owners neither
    /// see nor revoke them.
    pub async fn default_keys_made_by(&mut self, account: &AccountId) -> Result<Vec<(KeyId, Name)>, DbError> {
        const SQL: &str =
            "SELECT id, name FROM api_keys WHERE project_id = $1 AND created_by = $2 AND is_org_default AND state <> 'revoked' ORDER BY id";
        let project = self.place().1;
        let rows = fetch_all!(self, (String, String), SQL, project, account.as_str())?;
        rows.into_iter().map(|(id, name)| Ok((parse(id)?, parse(name)?))).collect()
    }
}
