//! The newest version of each organization that this process knows: what was read before it is out of date.
//!
//! Every change of an org counts its version up (see [`super::change`]), and rows that are kept in memory remember the
//! version that they were read with. A change on this node is known at once, one of another process after the next look
//! at the database. When looking fails, nothing kept in memory counts any more.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use app::model::{OrgId, Timestamp};
use parking_lot::RwLock;
use tokio_util::task::AbortOnDropHandle;

use super::db::{Db, DbError, fetch_all};
use crate::ambient::Ambient;

/// Between two looks at the database.
const PAUSE: Duration = Duration::from_millis(500);
/// Milliseconds for which one look counts: changes of other nodes hold within 2 s.
const TRUSTED: i64 = 1_500;

/// Shared by everything that reads or changes organizations in this process.
#[derive(Debug)]
pub struct Versions {
    orgs: RwLock<HashMap<OrgId, Arc<AtomicI64>>>,
    /// Until when the last look counts.
    fresh_until: AtomicI64,
}

impl Default for Versions {
    /// Nothing counts before the first look.
    fn default() -> Self {
        Self {
            orgs: RwLock::default(),
            fresh_until: AtomicI64::new(i64::MIN),
        }
    }
}

impl Versions {
    /// The newest known version of an org; it grows as changes become known.
    pub fn of(&self, org: &OrgId) -> Arc<AtomicI64> {
        if let Some(known) = self.orgs.read().get(org) {
            return Arc::clone(known);
        }
        Arc::clone(self.orgs.write().entry(org.clone()).or_default())
    }

    /// An org has at least this version now.
    pub(super) fn observe(&self, org: &OrgId, version: i64) {
        self.of(org).fetch_max(version, Ordering::SeqCst);
    }

    /// True while the last look at the database is recent enough to speak for every node.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.0 < self.fresh_until.load(Ordering::SeqCst)
    }

    /// Looks at the database once.
    pub async fn refresh(&self, db: &Db, ambient: &Ambient) -> Result<(), DbError> {
        let began = ambient.now();
        let rows = fetch_all!(&mut db.read().await?, (String, i64), "SELECT id, version FROM orgs")?;
        {
            let orgs = self.orgs.read();
            for (org, version) in rows {
                if let Some(known) = org.parse::<OrgId>().ok().and_then(|org| orgs.get(&org)) {
                    known.fetch_max(version, Ordering::SeqCst);
                }
            }
        }
        self.fresh_until.store(began.plus(TRUSTED).0, Ordering::SeqCst);
        Ok(())
    }

    /// Looks again and again, until the handle is dropped.
    pub fn watch(self: &Arc<Self>, db: Db, ambient: Ambient) -> AbortOnDropHandle<()> {
        let versions = Arc::clone(self);
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                if let Err(error) = versions.refresh(&db, &ambient).await {
                    tracing::error!(%error, "the versions of the organizations cannot be read; keys are looked up one by one");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }))
    }
}
