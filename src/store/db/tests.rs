use super::*;
use crate::store::testing;

#[tokio::test]
async fn sqlite_syncs_as_it_was_told_to() {
    let test = testing::sqlite().await;
    for (sync, level) in [(Sync::Full, 2), (Sync::Written, 1)] {
        let db = test.db.for_one_writer(sync).await.expect("it opens");
        let mut reader = db.write().await.expect("a connection");
        let (journal,) = fetch_one!(&mut reader, (String,), "PRAGMA journal_mode").expect("an answer");
        let (synchronous,) = fetch_one!(&mut reader, (i64,), "PRAGMA synchronous").expect("an answer");
        let (pages,) = fetch_one!(&mut reader, (i64,), "PRAGMA wal_autocheckpoint").expect("an answer");
        assert_eq!(
            (journal.as_str(), synchronous, pages.to_string().as_str()),
            ("wal", level, CHECKPOINT_PAGES)
        );
    }
}

#[tokio::test]
async fn postgres_syncs_as_it_was_told_to() {
    let test = testing::postgres().await;
    for (sync, value) in [(Sync::Full, "on"), (Sync::Written, "off")] {
        let db = test.db.for_one_writer(sync).await.expect("it opens");
        let mut reader = db.write().await.expect("a connection");
        let (commit,) = fetch_one!(&mut reader, (String,), "SHOW synchronous_commit").expect("an answer");
        assert_eq!(commit, value);
    }
}

#[tokio::test]
async fn a_writer_never_waits_for_readers_that_wait_for_it() {
    let test = testing::sqlite().await;
    let mut reading = Vec::new();
    for _ in 0..8 {
        reading.push(test.db.read().await.expect("a connection"));
    }
    test.db.write().await.expect("begin").commit().await.expect("commit");
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_by_itself_does_not_spoil_the_next() {
    let test = testing::sqlite().await;
    for db in [&test.db, &test.db.for_one_writer(Sync::Full).await.expect("it opens")] {
        let mut tx = db.write().await.expect("begin");
        execute!(&mut tx, "ROLLBACK").expect("as after a failed commit");
        tx.commit().await.expect_err("there is no transaction any more");
        db.write().await.expect("begin").commit().await.expect("commit");
    }
}

#[tokio::test]
async fn a_checkpoint_folds_the_log_into_the_file() {
    let test = testing::sqlite().await;
    let marker = "a-text-that-stands-nowhere-else";
    let mut tx = test.db.write().await.expect("begin");
    execute!(&mut tx, "INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, 1, '')", marker).expect("insert");
    tx.commit().await.expect("commit");
    let is_in_file = || {
        let bytes = std::fs::read(test.url.trim_start_matches("sqlite://")).expect("the file");
        bytes.windows(marker.len()).any(|window| window == marker.as_bytes())
    };
    assert!(!is_in_file(), "it is in the log alone");
    test.db.checkpoint().await.expect("a checkpoint");
    assert!(is_in_file());
}
