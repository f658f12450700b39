//! Pages of lists. Filtering, sorting and paging happen on the server; their state stands in the URL.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 0.
    #[serde(default)]
    pub number: u32,
    /// The filter text; empty for no filter.
    #[serde(default)]
    pub query: String,
}

impl Page {
    /// Rows on one page.
    pub const SIZE: u32 = 50;

    pub fn offset(&self) -> i64 {
        i64::from(self.number) * i64::from(Self::SIZE)
    }
}

/// One page of rows, with the total of the filtered list and the server's clock for relative times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// Rows that match the filter.
    pub total: u64,
    /// Rows without any filter: zero means "nothing yet", not "nothing matches".
    pub unfiltered: u64,
    pub page: u32,
    pub now: Timestamp,
}
