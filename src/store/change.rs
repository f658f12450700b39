//! A write transaction with its proof. It opens by touching the org's version row, which serialises one org's changes
//! on both engines, authorizes inside the transaction, and commits only together with audit records.

use std::sync::Arc;

use app::model::{OrgId, ProjectId};

use super::{
    Store, audit,
    db::{Connection, DbError, Engine, Tx, fetch_optional},
    versions::Versions,
};
use crate::{
    access::{Caller, Denied, Grant, OrgPermission, Permission, ProjectPermission, authorize_org, authorize_project},
    ambient::Ambient,
    audit::{Chain, Event},
};

/// An open change under the permission `P`. Dropped without commit, it never happened.
#[must_use = "a change that is not committed never happened"]
pub struct Change<P: Permission> {
    tx: Tx,
    grant: Grant<P>,
    caller: Caller,
    ambient: Ambient,
    versions: Arc<Versions>,
    /// The org's version after this change.
    version: i64,
}

pub(super) const TOUCH_ORG: &str = "UPDATE orgs SET version = version + 1 WHERE id = $1 RETURNING version";
const TOUCH_ORG_OF_PROJECT: &str = "
    UPDATE orgs SET version = version + 1 WHERE id = (SELECT org_id FROM projects WHERE id = $1)
    RETURNING version";

impl Store {
    /// Opens a change inside a project.
    pub async fn begin<P: ProjectPermission>(&self, caller: &Caller, project: &ProjectId) -> Result<Change<P>, Denied> {
        must_be_signed_in(caller)?;
        let mut tx = self.db.write().await?;
        let version = fetch_optional!(&mut tx, (i64,), TOUCH_ORG_OF_PROJECT, project.as_str())?;
        let grant = authorize_project::<P>(&mut tx, caller, project).await?;
        Ok(self.change(tx, grant, caller, version))
    }

    /// Opens a change of an organization.
    pub async fn begin_org<P: OrgPermission>(&self, caller: &Caller, org: &OrgId) -> Result<Change<P>, Denied> {
        must_be_signed_in(caller)?;
        let mut tx = self.db.write().await?;
        let version = fetch_optional!(&mut tx, (i64,), TOUCH_ORG, org.as_str())?;
        let grant = authorize_org::<P>(&mut tx, caller, org).await?;
        Ok(self.change(tx, grant, caller, version))
    }

    fn change<P: Permission>(&self, tx: Tx, grant: Grant<P>, caller: &Caller, version: Option<(i64,)>) -> Change<P> {
        Change {
            tx,
            grant,
            caller: caller.clone(),
            ambient: self.ambient.clone(),
            versions: Arc::clone(&self.versions),
            version: version.map_or(0, |(version,)| version),
        }
    }
}

/// Nobody waits in the writers' queue on behalf of nobody.
fn must_be_signed_in(caller: &Caller) -> Result<(), Denied> {
    caller.person.as_ref().map(drop).ok_or(Denied::SignedOut)
}

impl<P: Permission> Change<P> {
    pub fn grant(&self) -> &Grant<P> {
        &self.grant
    }

    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// Writes the records into the org's chain and commits both together. Once this returns, nothing that was read before
    /// the change counts any more in this process.
    pub async fn commit(mut self, events: impl IntoIterator<Item = Event>) -> Result<(), DbError> {
        let chain = Chain::Org(self.grant.org().id.clone());
        for event in events {
            audit::append(&mut self.tx, &self.ambient, &self.caller, &chain, event).await?;
        }
        self.tx.commit().await?;
        self.versions.observe(&self.grant.org().id, self.version);
        Ok(())
    }
}

impl<P: Permission> Connection for Change<P> {
    fn engine(&mut self) -> Engine<'_> {
        self.tx.engine()
    }
}
