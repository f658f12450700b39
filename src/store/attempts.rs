//! Failed attempts, counted by subject (an account's address, a client address) in a fixed window.

use app::model::Timestamp;

use super::{
    Store,
    db::{DbError, execute, fetch_one, fetch_optional},
};

impl Store {
    /// Failures of this subject in the window that began at most `window_ms` ago, and when that window began.
    pub async fn failures(&self, subject: &str, window_ms: i64) -> Result<Option<(i64, Timestamp)>, DbError> {
        const SQL: &str = "SELECT failures, window_start FROM attempts WHERE subject = $1 AND window_start > $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, (i64, i64), SQL, subject, self.ambient.now().0 - window_ms)?;
        Ok(row.map(|(failures, start)| (failures, Timestamp(start))))
    }

    /// Counts an attempt before it is tried, so that parallel guesses are all counted; returns the count with this one
    /// and when its window began. Windows that are over go away here.
    pub async fn count_attempt(&self, subject: &str, window_ms: i64) -> Result<(i64, Timestamp), DbError> {
        const PURGE: &str = "DELETE FROM attempts WHERE window_start <= $1";
        const COUNT: &str = "
            INSERT INTO attempts (subject, failures, window_start) VALUES ($1, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET failures = attempts.failures + 1
            RETURNING failures, window_start";
        let now = self.ambient.now().0;
        let mut tx = self.db.write().await?;
        execute!(&mut tx, PURGE, now - window_ms)?;
        let (failures, start) = fetch_one!(&mut tx, (i64, i64), COUNT, subject, now)?;
        tx.commit().await?;
        Ok((failures, Timestamp(start)))
    }

    /// Takes one attempt back that turned out right.
    pub async fn uncount_attempt(&self, subject: &str) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        execute!(
            &mut tx,
            "UPDATE attempts SET failures = failures - 1 WHERE subject = $1 AND failures > 0",
            subject
        )?;
        tx.commit().await
    }

    /// Forgets a subject after a success.
    pub async fn clear_attempts(&self, subject: &str) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        execute!(&mut tx, "DELETE FROM attempts WHERE subject = $1", subject)?;
        tx.commit().await
    }
}
