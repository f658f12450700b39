//! What the gateway reads about a key before it admits a request: the key, its project, its org, and their limits.
//!
//! The secret's digest is the proof here, as a `Grant` is elsewhere: who holds the secret may use what hangs on it.

use app::model::{
    AccountId, KeyId, ModelId, Money, OrgId, ProjectId, Timestamp,
    key::KeyState,
    limit::{Level, Metric, ModelScope, Window},
    project::Environment,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq;

use super::{
    db::{DbError, Reader, fetch_all, fetch_optional},
    parse,
};
use crate::access::api_key::KeyDigest;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    Inference,
    ReadOnly,
    Resources,
}

/// Everything that one key's requests are decided by, except the limits.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    pub key: KeyId,
    pub key_name: String,
    pub state: KeyState,
    pub expires_at: Option<Timestamp>,
    pub permissions: Vec<Permission>,
    /// `None` allows every model of the project.
    pub models: Option<Vec<ModelId>>,
    /// `None` allows every address.
    pub networks: Option<Vec<IpNet>>,
    pub created_by: AccountId,
    pub project: ProjectId,
    pub project_slug: String,
    pub project_name: String,
    pub environment: Environment,
    pub archived: bool,
    /// The tier of requests that name none: `auto`, `default`, `flex` or `priority`.
    pub default_tier: String,
    /// Models enabled in the project.
    pub enabled: Vec<ModelId>,
    pub org: OrgId,
    pub org_slug: String,
    pub org_name: String,
    /// Key of the plan in the catalog.
    pub plan: String,
    /// The org's version that all of this was read with, or an older one.
    pub version: i64,
}

/// A limit below the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitFact {
    pub level: Level,
    pub model: ModelScope,
    pub metric: Metric,
    pub window: Window,
    /// Units per window; at least 1.
    pub value: u64,
}

/// A monthly budget of the org, the project or the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetFact {
    pub level: Level,
    pub scope: String,
    pub amount: Money,
    pub hard_stop: bool,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    digest: String,
    id: String,
    name: String,
    state: String,
    expires_at: Option<i64>,
    permissions: String,
    models: Option<String>,
    networks: Option<String>,
    created_by: String,
    project_id: String,
    project_slug: String,
    project_name: String,
    environment: String,
    archived_at: Option<i64>,
    default_tier: String,
    org_id: String,
    org_slug: String,
    org_name: String,
    plan: String,
    version: i64,
}

const KEY: &str = "
SELECT k.digest, k.id, k.name, k.state, k.expires_at, k.permissions, k.models, k.networks, k.created_by,
       p.id AS project_id, p.slug AS project_slug, p.name AS project_name, p.environment, p.archived_at, p.default_tier,
       o.id AS org_id, o.slug AS org_slug, o.name AS org_name, o.plan, o.version
FROM api_keys k
JOIN projects p ON p.id = k.project_id
JOIN orgs o ON o.id = p.org_id
WHERE k.digest = $1";

const MODELS: &str = "SELECT model FROM project_models WHERE project_id = $1 ORDER BY model";

const LIMITS: &str = "SELECT level, model, metric, period, value FROM limits
WHERE (level = 'project' AND scope_id = $1) OR (level = 'key' AND scope_id = $2)
ORDER BY level, model, metric, period";

const BUDGETS: &str = "SELECT level, scope_id, amount_micros, hard_stop FROM budgets WHERE scope_id IN ($1, $2, $3) ORDER BY level DESC";

const PLANS: &str = "SELECT plan, COUNT(*) FROM orgs GROUP BY plan ORDER BY plan";

/// The plans that orgs have, each with the number of its orgs.
pub async fn plans_in_use(reader: &mut Reader) -> Result<Vec<(String, i64)>, DbError> {
    fetch_all!(reader, (String, i64), PLANS)
}

/// The key with this digest, if there is one.
///
/// The index finds the row by the keyed digest, of which an attacker controls no bit; the comparison that decides is in
/// constant time.
pub async fn key_by_digest(reader: &mut Reader, digest: &KeyDigest) -> Result<Option<KeyFacts>, DbError> {
    let Some(row) = fetch_optional!(reader, KeyRow, KEY, digest.hex())? else {
        return Ok(None);
    };
    if !bool::from(row.digest.as_bytes().ct_eq(digest.hex().as_bytes())) {
        return Ok(None);
    }
    let enabled = fetch_all!(reader, (String,), MODELS, row.project_id.as_str())?;
    Ok(Some(KeyFacts {
        key: parse(&row.id)?,
        key_name: row.name,
        state: parse(&row.state)?,
        expires_at: row.expires_at.map(Timestamp),
        permissions: json(&row.permissions)?,
        models: row.models.as_deref().map(json).transpose()?,
        networks: row.networks.as_deref().map(json).transpose()?,
        created_by: parse(&row.created_by)?,
        project: parse(&row.project_id)?,
        project_slug: row.project_slug,
        project_name: row.project_name,
        environment: parse(&row.environment)?,
        archived: row.archived_at.is_some(),
        default_tier: row.default_tier,
        enabled: enabled.iter().map(|(model,)| parse(model)).collect::<Result<_, _>>()?,
        org: parse(&row.org_id)?,
        org_slug: row.org_slug,
        org_name: row.org_name,
        plan: row.plan,
        version: row.version,
    }))
}

/// The limits set on this project and on this key.
pub async fn limits_of(reader: &mut Reader, project: &ProjectId, key: &KeyId) -> Result<Vec<LimitFact>, DbError> {
    type Row = (String, String, String, String, i64);
    let rows = fetch_all!(reader, Row, LIMITS, project.as_str(), key.as_str())?;
    rows.into_iter()
        .map(|(level, model, metric, window, value)| {
            Ok(LimitFact {
                level: parse(&level)?,
                model: parse(&model)?,
                metric: parse(&metric)?,
                window: parse(&window)?,
                value: u64::try_from(value).map_err(|_| DbError::Corrupt(format!("a limit of {value}")))?,
            })
        })
        .collect()
}

/// The budgets that hold for this key: its own, its project's, its org's.
pub async fn budgets_of(reader: &mut Reader, facts: &KeyFacts) -> Result<Vec<BudgetFact>, DbError> {
    let (org, project, key) = (facts.org.as_str(), facts.project.as_str(), facts.key.as_str());
    let rows = fetch_all!(reader, (String, String, i64, bool), BUDGETS, org, project, key)?;
    rows.into_iter()
        .map(|(level, scope, amount, hard_stop)| {
            Ok(BudgetFact {
                level: parse(&level)?,
                scope,
                amount: Money(amount),
                hard_stop,
            })
        })
        .collect()
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::Corrupt(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gateway::testing::Seed, store::testing::on_both_engines};

    on_both_engines! {
        async fn a_key_is_found_by_its_digest_with_everything_around_it(db: TestDb) {
            let seed = Seed::new(&db.db).await;
            let project = seed.project("prod").await;
            let (secret, key) = seed.key(&project).await;
            seed.sql(&format!("UPDATE api_keys SET models = '[\"bailiwick/echo\"]', networks = '[\"10.0.0.0/8\"]' WHERE id = '{key}'")).await;
            let mut reader = db.db.read().await.expect("read");
            let facts = key_by_digest(&mut reader, &secret.digest(&seed.pepper)).await.expect("query").expect("found");
            assert_eq!((facts.key, facts.project, facts.org), (key, project, seed.org.clone()));
            assert_eq!(facts.permissions, [Permission::Inference, Permission::ReadOnly]);
            assert_eq!(facts.enabled.len(), 3);
            assert_eq!(facts.models.map(|models| models.len()), Some(1));
            assert!(facts.networks.expect("networks")[0].contains(&std::net::IpAddr::from([10, 1, 2, 3])));
            assert!(!facts.archived);
        }
        async fn another_pepper_finds_nothing(db: TestDb) {
            let seed = Seed::new(&db.db).await;
            let project = seed.project("prod").await;
            let (secret, _) = seed.key(&project).await;
            let mut reader = db.db.read().await.expect("read");
            let digest = secret.digest(&crate::access::api_key::Pepper([9; 32]));
            assert!(key_by_digest(&mut reader, &digest).await.expect("query").is_none());
        }
        async fn limits_are_those_of_the_project_and_the_key(db: TestDb) {
            let seed = Seed::new(&db.db).await;
            let (project, other) = (seed.project("prod").await, seed.project("test").await);
            let (_, key) = seed.key(&project).await;
            seed.limit("project", project.as_str(), "*", "tokens", 700).await;
            seed.limit("project", other.as_str(), "*", "tokens", 600).await;
            seed.limit("key", key.as_str(), "bailiwick/echo", "requests", 5).await;
            let mut reader = db.db.read().await.expect("read");
            let found = limits_of(&mut reader, &project, &key).await.expect("query");
            let short: Vec<_> = found.iter().map(|limit| (limit.level, limit.metric, limit.value)).collect();
            assert_eq!(short, [(Level::Key, Metric::Requests, 5), (Level::Project, Metric::Tokens, 700)]);
        }
    }
}
