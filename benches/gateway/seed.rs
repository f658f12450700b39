//! A large installation, for the measurement of memory: rows written straight into the database of a site.

use std::{
    fs,
    path::{Path, PathBuf},
};

use app::model::{KeyId, ProjectId, TypedId, project::Environment};
use bailiwick::{
    access::api_key::{ApiKeySecret, Pepper},
    ambient::SeededEntropy,
};
use sqlx::{Connection, SqliteConnection};

use crate::{Outcome, gateway::Site, server};

/// Of the whole installation; the site was founded with one of each.
pub const PROJECTS: u32 = 1_000;
pub const KEYS: u32 = 10_000;

const PROJECT: &str = "INSERT INTO projects (id, org_id, slug, name, environment, created_at) VALUES ($1, $2, $3, $3, 'production', 0)";
const MODEL: &str = "INSERT INTO project_models (project_id, model) VALUES ($1, 'bench/instant')";
const KEY: &str = "
INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 'active', '[\"inference\"]', $7, 0)";
const LIMIT: &str = "
INSERT INTO limits (level, scope_id, model, metric, period, value, updated_at) VALUES ($1, $2, '*', 'tokens', 'minute', 1000000000, 0)";

/// Fills the site up to [`PROJECTS`] and [`KEYS`], each with a limit of its own. Returns a file with all secrets, one a line.
pub fn fill(site: &Site, folder: &Path) -> Outcome<PathBuf> {
    let secrets = server::runtime()?.block_on(insert(site))?;
    let file = folder.join("keys");
    fs::write(&file, secrets.join("\n"))?;
    Ok(file)
}

async fn insert(site: &Site) -> Outcome<Vec<String>> {
    let pepper = pepper(&site.data())?;
    let entropy = SeededEntropy::new(1);
    let database = format!("sqlite://{}", site.data().join("bailiwick.db").display());
    let mut connection = SqliteConnection::connect(&database).await?;
    let mut tx = connection.begin().await?;
    let mut secrets = vec![site.key.clone()];
    for number in 1..PROJECTS {
        let project = ProjectId::from_bits(number.into());
        let slug = format!("project-{number}");
        sqlx::query(PROJECT)
            .bind(project.as_str())
            .bind(&site.org)
            .bind(&slug)
            .execute(&mut *tx)
            .await?;
        sqlx::query(MODEL).bind(project.as_str()).execute(&mut *tx).await?;
        sqlx::query(LIMIT).bind("project").bind(project.as_str()).execute(&mut *tx).await?;
    }
    for number in 1..KEYS {
        let (key, project) = (
            KeyId::from_bits(number.into()),
            ProjectId::from_bits((number % (PROJECTS - 1) + 1).into()),
        );
        let secret = ApiKeySecret::generate(Environment::Production, &entropy);
        sqlx::query(KEY)
            .bind(key.as_str())
            .bind(project.as_str())
            .bind(format!("key {number}"))
            .bind(secret.digest(&pepper).hex())
            .bind(secret.prefix())
            .bind(secret.last_four())
            .bind(&site.account)
            .execute(&mut *tx)
            .await?;
        sqlx::query(LIMIT).bind("key").bind(key.as_str()).execute(&mut *tx).await?;
        secrets.push(secret.reveal().to_owned());
    }
    tx.commit().await?;
    connection.close().await?;
    Ok(secrets)
}

/// The pepper that the first start of the site made.
fn pepper(data: &Path) -> Outcome<Pepper> {
    let mut pepper = [0; 32];
    hex::decode_to_slice(fs::read_to_string(data.join("secrets/pepper.key"))?.trim(), &mut pepper)?;
    Ok(Pepper(pepper))
}
