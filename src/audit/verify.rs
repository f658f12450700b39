use super::{GENESIS, Record};

/// What a verified chain held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    pub records: i64,
    /// Hash of the last record.
    pub head: String,
}

/// The first place at which a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    #[error("record {expected} is missing: the next one found is {found}")]
    Gap { expected: i64, found: i64 },
    #[error("record {seq} does not carry the hash of the one before it")]
    Link { seq: i64 },
    #[error("record {seq} was altered: its content does not give its hash")]
    Content { seq: i64 },
    #[error("the chain ends at record {found}, but its head says {expected}")]
    Head { expected: i64, found: i64 },
}

/// A stored record with its two hashes.
#[derive(Clone, Debug)]
pub struct Stored {
    pub record: Record,
    pub previous: String,
    pub hash: String,
}

/// Walks one chain from its first record: numbering, links, contents, and at the end the head.
pub struct Verifier {
    seq: i64,
    previous: String,
}

impl Default for Verifier {
    fn default() -> Self {
        Self {
            seq: 0,
            previous: GENESIS.to_owned(),
        }
    }
}

impl Verifier {
    /// Number of the last record that held.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// The break, by record number.
    pub fn check(&mut self, stored: &Stored) -> Result<(), BrokenChain> {
        let seq = stored.record.seq;
        if seq != self.seq + 1 {
            return Err(BrokenChain::Gap {
                expected: self.seq + 1,
                found: seq,
            });
        }
        if stored.previous != self.previous {
            return Err(BrokenChain::Link { seq });
        }
        if stored.record.hash(&self.previous) != stored.hash {
            return Err(BrokenChain::Content { seq });
        }
        self.seq = seq;
        self.previous.clone_from(&stored.hash);
        Ok(())
    }

    /// Compares the end with what the chain's head says, so that cut-off records are noticed.
    ///
    /// # Errors
    /// The head names another record or another hash.
    pub fn finish(self, head: Option<(i64, String)>) -> Result<ChainReport, BrokenChain> {
        let (expected, hash) = head.unwrap_or((0, GENESIS.to_owned()));
        if expected != self.seq || hash != self.previous {
            return Err(BrokenChain::Head { expected, found: self.seq });
        }
        Ok(ChainReport {
            records: self.seq,
            head: self.previous,
        })
    }
}

#[cfg(test)]
mod tests {
    use app::model::{Timestamp, TypedId};

    use super::*;

    fn chain(length: i64) -> Vec<Stored> {
        let mut previous = GENESIS.to_owned();
        (1..=length)
            .map(|seq| {
                let record = Record {
                    chain: "installation".to_owned(),
                    seq,
                    id: app::model::AuditId::from_bits(seq.unsigned_abs().into()),
                    at: Timestamp(seq * 1_000),
                    actor_id: None,
                    actor: "Ada Osei".to_owned(),
                    action: "project.created".to_owned(),
                    target_kind: "project".to_owned(),
                    target_id: seq.to_string(),
                    target: format!("project {seq}"),
                    project: None,
                    address: None,
                    interface: "console".to_owned(),
                    request: None,
                    changes: Vec::new(),
                };
                let stored = Stored {
                    hash: record.hash(&previous),
                    previous: previous.clone(),
                    record,
                };
                previous.clone_from(&stored.hash);
                stored
            })
            .collect()
    }

    fn verify(records: &[Stored], head: Option<(i64, String)>) -> Result<ChainReport, BrokenChain> {
        let mut verifier = Verifier::default();
        records.iter().try_for_each(|stored| verifier.check(stored))?;
        verifier.finish(head)
    }

    fn head(records: &[Stored]) -> Option<(i64, String)> {
        records.last().map(|last| (last.record.seq, last.hash.clone()))
    }

    #[test]
    fn a_whole_chain_holds() {
        let records = chain(5);
        assert_eq!(verify(&records, head(&records)).map(|report| report.records), Ok(5));
        assert_eq!(verify(&[], None).map(|report| report.records), Ok(0));
    }

    #[test]
    fn every_kind_of_damage_is_found() {
        let records = chain(5);
        let whole = head(&records);

        let mut altered = records.clone();
        altered[2].record.actor = "Somebody else".to_owned();
        assert_eq!(verify(&altered, whole.clone()), Err(BrokenChain::Content { seq: 3 }));

        let mut rehashed = altered;
        rehashed[2].hash = rehashed[2].record.hash(&rehashed[1].hash);
        assert_eq!(verify(&rehashed, whole.clone()), Err(BrokenChain::Link { seq: 4 }));

        let mut gap = records.clone();
        gap.remove(2);
        assert_eq!(verify(&gap, whole.clone()), Err(BrokenChain::Gap { expected: 3, found: 4 }));

        assert_eq!(verify(&records[..4], whole), Err(BrokenChain::Head { expected: 5, found: 4 }));
    }
}
