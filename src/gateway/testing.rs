//! Rows to test with: one org with its owner, projects, keys and limits, in plain SQL.

use app::model::{AccountId, KeyId, OrgId, ProjectId, Timestamp, project::Environment};

use crate::{
    access::api_key::{ApiKeySecret, Pepper},
    ambient::{Ambient, FrozenClock, SeededEntropy},
    store::db::{Connection, Db, Engine},
};

/// Noon of the tests: the frozen clock starts here.
pub(crate) const NOON: Timestamp = Timestamp(1_800_000_000_000);

/// An org in a database.
pub(crate) struct Seed {
    db: Db,
    pub ambient: Ambient,
    /// The clock of `ambient`.
    pub clock: FrozenClock,
    pub pepper: Pepper,
    pub org: OrgId,
    pub owner: AccountId,
}

impl Seed {
    pub async fn new(db: &Db) -> Self {
        let clock = FrozenClock::at(NOON);
        let ambient = Ambient {
            clock: std::sync::Arc::new(clock.clone()),
            entropy: std::sync::Arc::new(SeededEntropy::new(7)),
        };
        let seed = Self {
            db: db.clone(),
            pepper: Pepper([7; 32]),
            org: ambient.id(),
            owner: ambient.id(),
            ambient,
            clock,
        };
        let (org, owner) = (&seed.org, &seed.owner);
        seed.sql(&format!(
            "INSERT INTO accounts (id, email, name, password_hash, created_at) VALUES ('{owner}', 'ada.osei@acme.example', 'Ada Osei', '', 0)"
        ))
        .await;
        seed.sql(&format!(
            "INSERT INTO orgs (id, slug, name, plan, created_at) VALUES ('{org}', 'acme-robotics', 'Acme Robotics', 'standard', 0)"
        ))
        .await;
        seed
    }

    /// Runs one statement.
    pub async fn sql(&self, sql: &str) {
        let mut tx = self.db.write().await.expect("begin");
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match tx.engine() {
            Engine::Sqlite(c) => sqlx::query(sql).execute(c).await.map(drop),
            Engine::Postgres(c) => sqlx::query(sql).execute(c).await.map(drop),
        }
        .expect("the statement runs");
        tx.commit().await.expect("commit");
    }

    /// A project that may call every built-in model.
    pub async fn project(&self, slug: &str) -> ProjectId {
        let (id, org): (ProjectId, _) = (self.ambient.id(), &self.org);
        self.sql(&format!(
            "INSERT INTO projects (id, org_id, slug, name, environment, created_at) VALUES ('{id}', '{org}', '{slug}', '{slug}', 'production', 0)"
        ))
        .await;
        self.sql(&format!(
            "INSERT INTO project_models (project_id, model) VALUES ('{id}', 'bailiwick/echo'), ('{id}', 'bailiwick/echo-large'), ('{id}', 'bailiwick/embed')"
        ))
        .await;
        id
    }

    /// An active key for inference and reading.
    pub async fn key(&self, project: &ProjectId) -> (ApiKeySecret, KeyId) {
        let secret = ApiKeySecret::generate(Environment::Production, &*self.ambient.entropy);
        let (id, owner): (KeyId, _) = (self.ambient.id(), &self.owner);
        let digest = secret.digest(&self.pepper);
        self.sql(&format!(
            "INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, created_by, created_at)
             VALUES ('{id}', '{project}', 'ci', '{}', '{}', '{}', 'active', '[\"inference\",\"read-only\"]', '{owner}', 0)",
            digest.hex(),
            secret.prefix(),
            secret.last_four()
        ))
        .await;
        (secret, id)
    }

    /// A limit per minute.
    pub async fn limit(&self, level: &str, scope: &str, model: &str, metric: &str, value: u64) {
        self.sql(&format!(
            "INSERT INTO limits (level, scope_id, model, metric, period, value, updated_at)
             VALUES ('{level}', '{scope}', '{model}', '{metric}', 'minute', {value}, 0)
             ON CONFLICT (scope_id, model, metric, period) DO UPDATE SET value = excluded.value"
        ))
        .await;
    }
}
