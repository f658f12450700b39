//! Attempts, counted by subject (an account's address, a client address, a mailbox) in a fixed window.

use app::model::Timestamp;

use super::{
    Store,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
};

/// Counts so many attempts in the caller's transaction, and so only if it commits; returns the count with them and when the
/// window ends, which a first attempt begins. Each subject stays locked until the end: whoever counts several takes them in the
/// order of their bytes, as [`Store::purge_attempts`] does.
pub async fn add(
    on: &mut impl Connection,
    subject: &str,
    attempts: i64,
    window_ms: i64,
    now: Timestamp,
) -> Result<(i64, Timestamp), DbError> {
    const SQL: &str = "
        INSERT INTO attempts (subject, failures, window_start, window_end) VALUES ($1, $2, $3, $4)
        ON CONFLICT (subject) DO UPDATE SET
            failures = CASE WHEN attempts.window_end <= $3 THEN $2 ELSE attempts.failures + $2 END,
            window_start = CASE WHEN attempts.window_end <= $3 THEN $3 ELSE attempts.window_start END,
            window_end = CASE WHEN attempts.window_end <= $3 THEN $4 ELSE attempts.window_end END
        RETURNING failures, window_end";
    let (failures, end) = fetch_one!(on, (i64, i64), SQL, subject, attempts, now.0, now.0 + window_ms)?;
    Ok((failures, Timestamp(end)))
}

/// Takes one attempt back in the caller's transaction; see [`add`] for the order of several.
pub async fn take_back(on: &mut impl Connection, subject: &str) -> Result<(), DbError> {
    const SQL: &str = "UPDATE attempts SET failures = failures - 1 WHERE subject = $1 AND failures > 0";
    execute!(on, SQL, subject)?;
    Ok(())
}

impl Store {
    /// Failures of this subject in its window, and when that window ends.
    pub async fn failures(&self, subject: &str) -> Result<Option<(i64, Timestamp)>, DbError> {
        const SQL: &str = "SELECT failures, window_end FROM attempts WHERE subject = $1 AND window_end > $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, (i64, i64), SQL, subject, self.ambient.now().0)?;
        Ok(row.map(|(failures, end)| (failures, Timestamp(end))))
    }

    /// Counts an attempt before it is tried, so that parallel guesses are all counted; returns the count with this one
    /// and when its window ends, which a first attempt begins.
    pub async fn count_attempt(&self, subject: &str, window_ms: i64) -> Result<(i64, Timestamp), DbError> {
        let now = self.ambient.now();
        let mut tx = self.db.write().await?;
        let counted = add(&mut tx, subject, 1, window_ms, now).await?;
        tx.commit().await?;
        Ok(counted)
    }

    /// Forgets windows that are over, some thousand at a time.
    pub async fn purge_attempts(&self) -> Result<(), DbError> {
        const OVER: &str = "SELECT subject FROM attempts WHERE window_end <= $1 LIMIT 1000";
        // A window that began anew meanwhile stays.
        const DELETE: &str = "DELETE FROM attempts WHERE subject = $1 AND window_end <= $2";
        let now = self.ambient.now().0;
        let mut over = fetch_all!(&mut self.db.read().await?, (String,), OVER, now)?;
        if over.is_empty() {
            return Ok(());
        }
        over.sort_unstable();
        let mut tx = self.db.write().await?;
        for (subject,) in &over {
            execute!(&mut tx, DELETE, subject, now)?;
        }
        tx.commit().await
    }

    /// Takes one attempt back that turned out right.
    pub async fn uncount_attempt(&self, subject: &str) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        take_back(&mut tx, subject).await?;
        tx.commit().await
    }

    /// Forgets a subject. True if something was counted for it and its window is not over: of two who ask at once, one hears so.
    pub async fn use_up(&self, subject: &str) -> Result<bool, DbError> {
        const SQL: &str = "DELETE FROM attempts WHERE subject = $1 AND window_end > $2";
        let now = self.ambient.now().0;
        let mut tx = self.db.write().await?;
        let found = execute!(&mut tx, SQL, subject, now)?;
        tx.commit().await?;
        Ok(found > 0)
    }

    /// Forgets a subject after a success.
    pub async fn clear_attempts(&self, subject: &str) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        execute!(&mut tx, "DELETE FROM attempts WHERE subject = $1", subject)?;
        tx.commit().await
    }
}
