//! When members were last active in an organization. A grant is noted in memory, and a task of its own writes the notes: no
//! request waits for that, takes a connection for it, or fails with it. An org's version stays as it is, since a visit changes
//! nothing that a key may do.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use app::model::{AccountId, OrgId, Timestamp, time::MINUTE};
use parking_lot::Mutex;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Store,
    db::{DbError, execute},
};
use crate::ambient::Clock;

/// Milliseconds after which a visit is noted again: reading pages costs one write in this time, for each person and organization.
const SEEN: i64 = 5 * MINUTE;
/// Between two looks at what was noted.
const PAUSE: Duration = Duration::from_secs(2);

/// The visits of the last minutes, shared by everything that makes grants in this process.
pub struct Visits {
    clock: Arc<dyn Clock>,
    noted: Mutex<HashMap<(OrgId, AccountId), Visit>>,
}

struct Visit {
    at: Timestamp,
    is_written: bool,
}

impl Visits {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            noted: Mutex::default(),
        }
    }

    /// Somebody does something in an organization.
    pub fn note(&self, org: &OrgId, account: &AccountId) {
        let now = self.clock.now();
        let visitor = (org.clone(), account.clone());
        let mut noted = self.noted.lock();
        if noted.get(&visitor).is_none_or(|visit| now.since(visit.at) >= SEEN) {
            noted.insert(
                visitor,
                Visit {
                    at: now,
                    is_written: false,
                },
            );
        }
    }

    /// The visit that the database may not have yet.
    pub(super) fn last(&self, org: &OrgId, account: &AccountId) -> Option<Timestamp> {
        self.noted.lock().get(&(org.clone(), account.clone())).map(|visit| visit.at)
    }

    /// What is to be written. What counts no more is forgotten.
    fn take(&self) -> Vec<(OrgId, AccountId, Timestamp)> {
        let now = self.clock.now();
        let mut noted = self.noted.lock();
        noted.retain(|_, visit| !visit.is_written || now.since(visit.at) < SEEN);
        let unwritten = noted.iter_mut().filter(|(_, visit)| !visit.is_written);
        unwritten
            .map(|((org, account), visit)| {
                visit.is_written = true;
                (org.clone(), account.clone(), visit.at)
            })
            .collect()
    }
}

impl fmt::Debug for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Visits")
    }
}

impl Store {
    /// Writes what was noted, each visit in a transaction of its own: it holds one row, and so never two that somebody else wants
    /// in another order. A visit that cannot be written is lost; the others are written, and the last failure is returned.
    pub async fn write_visits(&self) -> Result<(), DbError> {
        let mut written = Ok(());
        for (org, account, at) in self.visits.take() {
            if let Err(error) = self.write_visit(&org, &account, at).await {
                written = Err(error);
            }
        }
        written
    }

    async fn write_visit(&self, org: &OrgId, account: &AccountId, at: Timestamp) -> Result<(), DbError> {
        const SQL: &str =
            "UPDATE org_members SET seen_at = $3 WHERE org_id = $1 AND account_id = $2 AND (seen_at IS NULL OR seen_at <= $4)";
        let mut tx = self.db.write().await?;
        execute!(&mut tx, SQL, org.as_str(), account.as_str(), at.0, at.plus(-SEEN).0)?;
        tx.commit().await
    }

    /// Writes them again and again, until the handle is dropped.
    pub fn keep_visits(&self) -> AbortOnDropHandle<()> {
        let store = self.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                if let Err(error) = store.write_visits().await {
                    tracing::warn!(%error, "a visit could not be noted");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }))
    }
}
