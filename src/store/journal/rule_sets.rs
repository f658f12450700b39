//! The part of receipts that many requests share. Each rule set is stored once, before the first row that names it.

use std::collections::{BTreeMap, HashSet};

use super::Record;
use crate::{
    enforcement::{Decision, Policy},
    store::{
        bulk::{Bulk, execute_rows},
        db::{DbError, Tx},
    },
};

static ADD: Bulk = Bulk::new("INSERT INTO rule_sets (id, rules) VALUES ", 2, " ON CONFLICT (id) DO NOTHING");

/// Digests that are remembered at most; then all are forgotten, which costs a statement that changes nothing.
const REMEMBERED: usize = 65_536;

/// The rule sets that one writer knows to be stored.
#[derive(Debug, Default)]
pub(super) struct RuleSets {
    stored: HashSet<String>,
    /// Written in the transaction that is under way.
    pending: Vec<String>,
}

impl RuleSets {
    /// Writes what the rows of these records name and is not known to be there.
    pub(super) async fn add(&mut self, tx: &mut Tx, records: &[&Record]) -> Result<(), DbError> {
        let policies = records.iter().filter_map(|record| record.decision.as_ref()).map(Decision::policy);
        // In order, so that two writers never wait for each other.
        let missing: BTreeMap<&str, &Policy> = policies
            .map(|policy| (policy.digest(), policy))
            .filter(|(digest, _)| !self.stored.contains(*digest))
            .collect();
        let text = |policy: &Policy| serde_json::to_string(&policy.rule_set()).unwrap_or_default();
        let rows: Vec<(&str, String)> = missing.into_iter().map(|(digest, policy)| (digest, text(policy))).collect();
        execute_rows!(tx, ADD, &rows, |query, row| query.bind(row.0).bind(row.1.as_str()))?;
        self.pending = rows.into_iter().map(|(digest, _)| digest.to_owned()).collect();
        Ok(())
    }

    /// The database failed, and may have lost what it had said to be committed.
    pub(super) fn doubt(&mut self) {
        self.stored.clear();
    }

    /// The transaction is committed.
    pub(super) fn committed(&mut self) {
        if self.stored.len() + self.pending.len() > REMEMBERED {
            self.stored.clear();
        }
        self.stored.extend(self.pending.drain(..));
    }
}
