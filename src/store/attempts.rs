//! Failed attempts, counted by subject (an account's address, a client address) in a fixed window.

use app::model::Timestamp;

use super::{
    Store,
    db::{DbError, execute, fetch_optional},
};

impl Store {
    /// Failures of this subject in the window that began at most `window_ms` ago, and when that window began.
    pub async fn failures(&self, subject: &str, window_ms: i64) -> Result<Option<(i64, Timestamp)>, DbError> {
        const SQL: &str = "SELECT failures, window_start FROM attempts WHERE subject = $1 AND window_start > $2";
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, (i64, i64), SQL, subject, self.ambient.now().0 - window_ms)?;
        Ok(row.map(|(failures, start)| (failures, Timestamp(start))))
    }

    /// Counts an attempt before it is tried, so that parallel guesses are all counted; returns the count with this one.
    pub async fn count_attempt(&self, subject: &str, window_ms: i64) -> Result<i64, DbError> {
        const SQL: &str = "
            INSERT INTO attempts (subject, failures, window_start) VALUES ($1, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN attempts.window_start > $3 THEN attempts.failures + 1 ELSE 1 END,
                window_start = CASE WHEN attempts.window_start > $3 THEN attempts.window_start ELSE $2 END
            RETURNING failures";
        let now = self.ambient.now().0;
        let mut tx = self.db.write().await?;
        let row = fetch_optional!(&mut tx, (i64,), SQL, subject, now, now - window_ms)?;
        tx.commit().await?;
        Ok(row.map_or(1, |(failures,)| failures))
    }

    /// Forgets a subject after a success.
    pub async fn clear_attempts(&self, subject: &str) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        execute!(&mut tx, "DELETE FROM attempts WHERE subject = $1", subject)?;
        tx.commit().await
    }
}
