//! Whether the process lives, and whether it can work.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode};

use super::Site;
use crate::store::db::{Db, DbError, fetch_one};

/// A database that needs longer is as good as none.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// 200 when the database answers, else 503. The cause stands in the log.
pub async fn ready(State(site): State<Arc<Site>>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, probe(&site.db)).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time\n"),
    }
}

async fn probe(db: &Db) -> Result<(), DbError> {
    let mut reader = db.read().await?;
    fetch_one!(&mut reader, (i32,), "SELECT 1").map(|_| ())
}
