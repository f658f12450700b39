//! Pages of lists. Filtering, sorting and paging happen on the server; their state stands in the URL.

use std::str::FromStr;

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

/// The columns that a list can be sorted by. Their words stand in the address.
pub trait SortColumn: Copy + PartialEq + FromStr {
    fn word(self) -> &'static str;
    /// Where the first look is at the largest or newest.
    fn begins_descending(self) -> bool;
    /// Whether its values stay for a while, so that a list can be read in this order page by page.
    fn stands_still(self) -> bool {
        true
    }
}

/// By which column a list is sorted, and which way: `cost`, or `-cost` for the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort<C> {
    pub column: C,
    pub descending: bool,
}

impl<C: SortColumn> Sort<C> {
    /// As it stands in the address.
    pub fn param(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.word())
    }
}

impl<C: SortColumn> FromStr for Sort<C> {
    type Err = C::Err;

    fn from_str(text: &str) -> Result<Self, C::Err> {
        let word = text.strip_prefix('-');
        Ok(Self {
            column: word.unwrap_or(text).parse()?,
            descending: word.is_some(),
        })
    }
}
