//! The SQL, one file per aggregate. Reads of a tenant's rows take a `Grant`; writes exist only on a transaction.

pub mod admission;
pub mod db;
pub mod journal;
#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::{
        db::{execute, fetch_all},
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
    }
}
