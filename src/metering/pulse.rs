//! How many records each org and project has had since the start: what live pages listen to.

use std::collections::HashMap;

use app::model::{OrgId, ProjectId};
use parking_lot::RwLock;
use tokio::sync::watch;

use super::Record;

/// Counters that only grow; they begin at 0 with the process. One that changed says that there is something new to read.
#[derive(Debug, Default)]
pub struct Pulse {
    counts: RwLock<Counts>,
    beats: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Counts {
    orgs: HashMap<OrgId, u64>,
    projects: HashMap<ProjectId, u64>,
}

impl Pulse {
    pub fn org(&self, org: &OrgId) -> u64 {
        self.counts.read().orgs.get(org).copied().unwrap_or(0)
    }

    pub fn project(&self, project: &ProjectId) -> u64 {
        self.counts.read().projects.get(project).copied().unwrap_or(0)
    }

    /// Tells of every batch.
    pub(super) fn beats(&self) -> watch::Receiver<()> {
        self.beats.subscribe()
    }

    /// The counters of all orgs that had a record.
    pub(super) fn orgs(&self) -> HashMap<OrgId, u64> {
        self.counts.read().orgs.clone()
    }

    /// Counts records, after they can be read.
    pub(super) fn beat<'a>(&self, records: impl Iterator<Item = &'a Record>) {
        let mut counts = self.counts.write();
        for record in records {
            count(&mut counts.orgs, &record.org);
            count(&mut counts.projects, &record.project);
        }
        drop(counts);
        self.beats.send_replace(());
    }
}

/// Adds one without cloning a known id.
fn count<Id: Clone + Eq + std::hash::Hash>(counts: &mut HashMap<Id, u64>, id: &Id) {
    match counts.get_mut(id) {
        Some(count) => *count += 1,
        None => drop(counts.insert(id.clone(), 1)),
    }
}
