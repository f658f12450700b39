//! The SQL, one file per aggregate. Reads of a tenant's rows take a `Grant`; writes exist only on a [`Change`], a
//! transaction that was opened with proof and commits only together with its audit records.

pub mod account_links;
pub mod accounts;
pub mod admission;
pub mod attempts;
pub mod audit;
pub mod branding;
pub mod budgets;
pub mod bulk;
pub mod change;
pub mod choices;
pub mod collaborators;
pub mod db;
pub mod invitations;
pub mod joining;
pub mod journal;
pub mod keys;
pub mod leaving;
pub mod limits;
pub mod made_keys;
pub mod mails;
pub mod members;
mod order;
pub mod organization;
pub mod orgs;
pub mod places;
pub mod project_life;
pub mod project_settings;
pub mod projects;
pub mod receipts;
pub mod requests;
mod roles;
pub mod search;
pub mod sessions;
#[cfg(test)]
pub(crate) mod testing;
pub mod usage;
pub mod versions;
pub mod visits;
pub mod warnings;

use std::{fmt::Display, str::FromStr, sync::Arc};

use app::model::{AppError, Listing, Page, Timestamp};

use crate::ambient::Ambient;
pub use change::Change;
use db::{Db, DbError};
use versions::Versions;
use visits::Visits;

/// The database with the clock and the ids that its rows need.
#[derive(Clone)]
pub struct Store {
    pub db: Db,
    pub ambient: Ambient,
    pub versions: Arc<Versions>,
    pub visits: Arc<Visits>,
}

impl Store {
    pub fn new(db: Db, ambient: Ambient) -> Self {
        Self {
            db,
            visits: Arc::new(Visits::new(Arc::clone(&ambient.clock))),
            ambient,
            versions: Arc::default(),
        }
    }
}

impl From<DbError> for AppError {
    /// The cause goes to the log; the person learns that it was not their fault.
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a statement failed");
        Self::Internal
    }
}

/// Reads a typed value out of a column.
pub(crate) fn parse<T: FromStr<Err: Display>>(text: impl AsRef<str>) -> Result<T, DbError> {
    let text = text.as_ref();
    text.parse().map_err(|error| DbError::Corrupt(format!("“{text}”: {error}")))
}

/// A count or sum out of the database; none of ours is ever negative.
pub(crate) fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// One page of a list: its rows, and how many there are without and with the filter.
pub(crate) fn listing<R, T>(
    rows: Vec<R>,
    into_model: impl Fn(R) -> Result<T, DbError>,
    (all, matching): (i64, i64),
    page: &Page,
    now: Timestamp,
) -> Result<Listing<T>, DbError> {
    Ok(Listing {
        rows: rows.into_iter().map(into_model).collect::<Result<_, _>>()?,
        total: count(matching),
        unfiltered: count(all),
        page: page.number,
        now,
    })
}

/// The pattern of an empty text.
pub(crate) const EVERYTHING: &str = "%%";

/// A pattern for `LIKE lower(…) ESCAPE '\'` that finds `text` anywhere; an empty text finds everything. The engine folds
/// both sides, each in its own way (SQLite knows ASCII only). Control characters are no text, and 200 are enough.
pub(crate) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().chars().filter(|c| !c.is_control()).take(200) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{
        EVERYTHING,
        db::{execute, fetch_all, fetch_one},
        pattern,
        testing::on_both_engines,
    };

    on_both_engines! {
        async fn a_dropped_transaction_leaves_nothing(db: TestDb) {
            let insert = "INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, $2, $3)";
            let mut kept = db.db.write().await.expect("begin");
            execute!(&mut kept, insert, "kept", 1_i64, "a").expect("insert");
            kept.commit().await.expect("commit");
            let mut dropped = db.db.write().await.expect("begin");
            execute!(&mut dropped, insert, "dropped", 1_i64, "b").expect("insert");
            drop(dropped);
            let mut reader = db.db.read().await.expect("read");
            let rows = fetch_all!(&mut reader, (String, i64), "SELECT chain, seq FROM audit_heads").expect("select");
            assert_eq!(rows, [("kept".to_owned(), 1)]);
        }
        async fn a_second_unique_row_is_recognised(db: TestDb) {
            let insert = "INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, 1, '')";
            let mut tx = db.db.write().await.expect("begin");
            execute!(&mut tx, insert, "twice").expect("insert");
            let error = execute!(&mut tx, insert, "twice").expect_err("refused");
            assert!(error.is_unique_violation());
        }
        async fn a_filter_finds_wildcards_literally(db: TestDb) {
            assert_eq!((pattern(""), pattern(" ")), (EVERYTHING.to_owned(), EVERYTHING.to_owned()));
            let mut reader = db.db.read().await.expect("read");
            let sql = "SELECT CAST(CASE WHEN lower($1) LIKE lower($2) ESCAPE '\\' THEN 1 ELSE 0 END AS BIGINT)";
            for (text, filter, found) in [("50% off", "0%", 1), ("50 off", "0%", 0), ("a_b", "A_", 1), ("axb", "a_", 0), ("x", "", 1)] {
                let (hit,) = fetch_one!(&mut reader, (i64,), sql, text, pattern(filter)).expect("select");
                assert_eq!(hit, found, "{text} {filter}");
            }
        }
    }
}
