//! What follows from another role in the organization, before anybody has it.

use app::model::{AccountId, Email, OrgId, OrgRole, Timestamp};

use super::{
    Store, count,
    db::{Connection, DbError, fetch_all, fetch_one},
    leaving,
    made_keys::count_made_by,
    members::{MemberFacts, facts, facts_by_email},
};
use crate::access::{Grant, ManageMembers, ManageOrg};

/// What a weaker role would end.
pub struct DemotionEffects {
    pub facts: MemberFacts,
    /// Names of the active projects that they are assigned to.
    pub projects: Vec<String>,
    pub default_is_open: bool,
    /// Names of the projects that would lose their owner or key owner with somebody who becomes a member.
    pub released: Vec<String>,
    pub invitations: u64,
    pub keys: u64,
    pub knows_default_key: bool,
}

/// What a transfer of the ownership does besides the roles.
pub struct TransferEffects {
    pub taker: MemberFacts,
    /// Open invitations of the giver that hold no longer.
    pub invitations: u64,
    pub knows_default_key: bool,
}

/// Open invitations that a person sent, may send with the one role and may not send with the other.
async fn suspended_invitations(
    on: &mut impl Connection,
    org: &OrgId,
    account: &AccountId,
    (from, to): (OrgRole, OrgRole),
    now: Timestamp,
) -> Result<u64, DbError> {
    const SQL: &str = "
        SELECT count(*) FROM invitations
        WHERE org_id = $1 AND invited_by = $2 AND state = 'open' AND expires_at > $5
          AND ($3 = 'owner' OR role <> 'owner') AND ($4 = 'member' OR role = 'owner')";
    let (invitations,) = fetch_one!(on, (i64,), SQL, org.as_str(), account.as_str(), from.as_str(), to.as_str(), now.0)?;
    Ok(count(invitations))
}

/// Whether a person made an Organization Default Key that is not revoked: then they know its secret.
async fn knows_default_key(on: &mut impl Connection, org: &OrgId, account: &AccountId) -> Result<bool, DbError> {
    const SQL: &str = "
        SELECT count(*) FROM api_keys k JOIN projects p ON p.id = k.project_id
        WHERE p.org_id = $1 AND k.created_by = $2 AND k.is_org_default AND k.state <> 'revoked'";
    let (keys,) = fetch_one!(on, (i64,), SQL, org.as_str(), account.as_str())?;
    Ok(keys > 0)
}

impl Store {
    /// What the weaker role `to` would end; nothing for somebody who is not in the organization.
    pub async fn member_demotion(
        &self,
        grant: &Grant<ManageMembers>,
        account: &AccountId,
        to: OrgRole,
    ) -> Result<Option<DemotionEffects>, DbError> {
        const ASSIGNED: &str = "
            SELECT p.name FROM projects p JOIN project_members c ON c.project_id = p.id
            WHERE p.org_id = $1 AND c.account_id = $2 AND p.archived_at IS NULL ORDER BY lower(p.name), p.id";
        const IS_OPEN: &str = "SELECT default_access = 'all_members' FROM orgs WHERE id = $1";
        let org = &grant.org().id;
        let mut reader = self.db.read().await?;
        let Some(facts) = facts(&mut reader, org.as_str(), account.as_str()).await? else {
            return Ok(None);
        };
        let projects = fetch_all!(&mut reader, (String,), ASSIGNED, org.as_str(), account.as_str())?;
        let (default_is_open,) = fetch_one!(&mut reader, (bool,), IS_OPEN, org.as_str())?;
        Ok(Some(DemotionEffects {
            projects: projects.into_iter().map(|(name,)| name).collect(),
            default_is_open,
            released: leaving::released(&mut reader, org, account).await?,
            invitations: suspended_invitations(&mut reader, org, account, (facts.role, to), self.ambient.now()).await?,
            keys: count_made_by(&mut reader, grant, account).await?,
            knows_default_key: knows_default_key(&mut reader, org, account).await?,
            facts,
        }))
    }

    /// What a transfer to the member with this address does; nothing for nobody.
    pub async fn transfer_effects(
        &self,
        grant: &Grant<ManageOrg>,
        giver: &AccountId,
        email: &Email,
    ) -> Result<Option<TransferEffects>, DbError> {
        let org = &grant.org().id;
        let mut reader = self.db.read().await?;
        let Some(taker) = facts_by_email(&mut reader, org.as_str(), email).await? else {
            return Ok(None);
        };
        let change = (OrgRole::Owner, OrgRole::Admin);
        Ok(Some(TransferEffects {
            invitations: suspended_invitations(&mut reader, org, giver, change, self.ambient.now()).await?,
            knows_default_key: knows_default_key(&mut reader, org, giver).await?,
            taker,
        }))
    }
}
