use super::{GENESIS, Record};

/// What a verified chain held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    pub records: u64,
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
    #[error("the chain ends at record {found}, but its head says {expected}: records were cut off")]
    Truncated { expected: i64, found: i64 },
}

/// A stored record with its two hashes.
pub struct Stored {
    pub record: Record,
    pub previous: String,
    pub hash: String,
}

/// Checks numbering, links and contents from the first record to the head (`head_seq`, `head_hash`).
///
/// # Errors
/// The first break, by record number.
pub fn verify_chain(records: impl IntoIterator<Item = Stored>, head: Option<(i64, String)>) -> Result<ChainReport, BrokenChain> {
    let mut previous = GENESIS.to_owned();
    let mut seq = 0;
    for stored in records {
        let found = stored.record.seq;
        if found != seq + 1 {
            return Err(BrokenChain::Gap { expected: seq + 1, found });
        }
        if stored.previous != previous {
            return Err(BrokenChain::Link { seq: found });
        }
        if stored.record.hash(&previous) != stored.hash {
            return Err(BrokenChain::Content { seq: found });
        }
        previous = stored.hash;
        seq = found;
    }
    let (head_seq, head_hash) = head.unwrap_or((0, GENESIS.to_owned()));
    if head_seq != seq || head_hash != previous {
        return Err(BrokenChain::Truncated {
            expected: head_seq,
            found: seq,
        });
    }
    Ok(ChainReport {
        records: u64::try_from(seq).unwrap_or(0),
        head: previous,
    })
}
