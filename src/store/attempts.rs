//! Failed attempts, counted by subject (an account's address, a client address) in a fixed window.

use app::model::Timestamp;

use super::{
    Store,
    db::{DbError, execute, fetch_one, fetch_optional},
};

impl Store {
    /// Failures of this subject in its window, and when that window ends.
    pub async fn failures(&self, subject: &str) -> Result<Option<(i64, Timestamp)>, DbError> {
        const SQL: &str = "SELECT failures, window_end FROM attempts WHERE subject = $1 AND window_end > $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, (i64, i64), SQL, subject, self.ambient.now().0)?;
        Ok(row.map(|(failures, end)| (failures, Timestamp(end))))
    }

    /// Counts an attempt before it is tried, so that parallel guesses are all counted; returns the count with this one
    /// and when its window ends, which a first attempt begins. Windows that are over go away here.
    pub async fn count_attempt(&self, subject: &str, window_ms: i64) -> Result<(i64, Timestamp), DbError> {
        const PURGE: &str = "DELETE FROM attempts WHERE window_end <= $1";
        const COUNT: &str = "
            INSERT INTO attempts (subject, failures, window_start, window_end) VALUES ($1, 1, $2, $3)
            ON CONFLICT (subject) DO UPDATE SET failures = attempts.failures + 1
            RETURNING failures, window_end";
        let now = self.ambient.now().0;
        let mut tx = self.db.write().await?;
        execute!(&mut tx, PURGE, now)?;
        let (failures, end) = fetch_one!(&mut tx, (i64, i64), COUNT, subject, now, now + window_ms)?;
        tx.commit().await?;
        Ok((failures, Timestamp(end)))
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
