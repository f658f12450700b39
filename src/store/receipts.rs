//! Single requests of the journal with their receipts.

use std::collections::BTreeMap;

use app::model::{
    ModelId, Money, Name, ProjectId, RequestId, Slug, Timestamp,
    limit::ModelScope,
    receipt::Receipt,
    receipt_detail::{Holders, ReceiptDetail},
    time::DAY,
};

use super::{
    Store, count,
    db::{DbError, fetch_all, fetch_optional},
    parse,
};
use crate::access::{Grant, Permission, SetLimits, ViewOrg, ViewUsage};

/// A request as it is stored: nothing is concealed yet, `receipt.holders` names every project, and what the catalog knows of the
/// model (`embeds`) is not told.
pub struct StoredRequest {
    pub project: ProjectId,
    /// It was made with the Organization Default Key, and the person is no owner: what the key's lines say is not for them.
    pub key_concealed: bool,
    pub detail: ReceiptDetail,
}

/// Name and slug of the projects of an org, by id.
pub type ProjectNames = BTreeMap<ProjectId, (Name, Slug)>;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    client_request_id: Option<String>,
    org: String,
    project_id: String,
    project: String,
    project_slug: String,
    key_name: Option<String>,
    key_concealed: bool,
    model: String,
    tier: String,
    status: i64,
    error_code: Option<String>,
    refused_level: Option<String>,
    simulated: bool,
    estimated: bool,
    tokens_in: i64,
    tokens_cached: i64,
    tokens_out: i64,
    cost_micros: i64,
    arrived_at: i64,
    latency_ms: i64,
    first_token_ms: Option<i64>,
    asked_output: Option<i64>,
    estimate: i64,
    reserved: i64,
    settled: i64,
    buckets: String,
    rule_set: Option<String>,
    rules: Option<String>,
}

impl Row {
    fn into_stored(self, now: Timestamp) -> Result<StoredRequest, DbError> {
        Ok(StoredRequest {
            project: parse(&self.project_id)?,
            key_concealed: self.key_concealed,
            detail: ReceiptDetail {
                id: parse(&self.id)?,
                client_request_id: self.client_request_id,
                org: parse(&self.org)?,
                project: parse(&self.project)?,
                project_slug: parse(&self.project_slug)?,
                key: self.key_name,
                model: parse::<ModelId>(&self.model)?,
                tier: parse(&self.tier)?,
                status: u16::try_from(self.status).unwrap_or(0),
                error_code: self.error_code,
                refused: self.refused_level.map(parse).transpose()?,
                embeds: false,
                simulated: self.simulated,
                estimated: self.estimated,
                tokens_in: count(self.tokens_in),
                tokens_cached: count(self.tokens_cached),
                tokens_out: count(self.tokens_out),
                cost: Money(self.cost_micros),
                arrived_at: Timestamp(self.arrived_at),
                latency_ms: self.latency_ms,
                first_token_ms: self.first_token_ms,
                asked_output: self.asked_output.map(count),
                estimate: count(self.estimate),
                reserved: count(self.reserved),
                settled: count(self.settled),
                receipt: receipt(&self.id, &self.buckets, self.rule_set.as_deref(), self.rules.as_deref())?,
                holders: Holders::None,
                now,
            },
        })
    }
}

/// A receipt from its figures and its rules. A record of an earlier version has it whole, and names no rule set.
fn receipt(id: &str, figures: &str, rule_set: Option<&str>, rules: Option<&str>) -> Result<Receipt, DbError> {
    let unreadable = |error: serde_json::Error| DbError::Corrupt(format!("the receipt of {id}: {error}"));
    let rules = match (rule_set, rules) {
        (None, _) => return serde_json::from_str(figures).map_err(unreadable),
        (Some(set), None) => return Err(DbError::Corrupt(format!("the receipt of {id}: there is no rule set {set}"))),
        (Some(_), Some(rules)) => rules,
    };
    let rules = serde_json::from_str(rules).map_err(unreadable)?;
    let figures = serde_json::from_str(figures).map_err(unreadable)?;
    Receipt::join(&rules, figures).ok_or_else(|| DbError::Corrupt(format!("the receipt of {id}: its rules are those of another")))
}

// $4 is NULL for the whole org. $3 is true for owners, who alone see the Organization Default Key.
const FIND: &str = "
    SELECT r.id, r.client_request_id, o.name AS org, r.project_id, p.name AS project, p.slug AS project_slug,
           CASE WHEN k.is_org_default AND NOT $3 THEN NULL ELSE k.name END AS key_name,
           coalesce(k.is_org_default AND NOT $3, FALSE) AS key_concealed, r.model, r.tier, r.status, r.error_code,
           r.refused_level, r.simulated, r.estimated, r.tokens_in, r.tokens_cached, r.tokens_out, r.cost_micros, r.arrived_at,
           r.latency_ms, r.first_token_ms, r.asked_output, r.estimate, r.reserved, r.settled, r.buckets, r.rule_set, s.rules
    FROM requests r
    JOIN orgs o ON o.id = r.org_id
    JOIN projects p ON p.id = r.project_id
    LEFT JOIN api_keys k ON k.id = r.key_id
    LEFT JOIN rule_sets s ON s.id = r.rule_set
    WHERE r.id = $1 AND r.org_id = $2 AND (CAST($4 AS TEXT) IS NULL OR r.project_id = $4)";

/// The most receipts that a preview reads.
const MOST_RECEIPTS: i64 = 10_000;

impl Store {
    /// A request of the project.
    pub async fn project_request(&self, grant: &Grant<ViewUsage>, id: &RequestId) -> Result<Option<StoredRequest>, DbError> {
        self.request(grant, Some(grant.project().id.as_str()), id).await
    }

    /// A request of any project of the org.
    pub async fn org_request(&self, grant: &Grant<ViewOrg>, id: &RequestId) -> Result<Option<StoredRequest>, DbError> {
        self.request(grant, None, id).await
    }

    async fn request<P: Permission>(
        &self,
        grant: &Grant<P>,
        project: Option<&str>,
        id: &RequestId,
    ) -> Result<Option<StoredRequest>, DbError> {
        let (org, is_owner) = (grant.org().id.as_str(), grant.sees_org_default_key());
        let mut reader = self.db.read().await?;
        let row = fetch_optional!(&mut reader, Row, FIND, id.as_str(), org, is_owner, project)?;
        row.map(|row| row.into_stored(self.ambient.now())).transpose()
    }

    /// What the projects of the org are called.
    pub async fn project_names(&self, grant: &Grant<ViewOrg>) -> Result<ProjectNames, DbError> {
        const SQL: &str = "SELECT id, name, slug FROM projects WHERE org_id = $1";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, (String, String, String), SQL, grant.org().id.as_str())?;
        rows.into_iter()
            .map(|(id, name, slug)| Ok((parse(id)?, (parse(name)?, parse(slug)?))))
            .collect()
    }

    /// The receipts of the requests that the project's own limits refused in the last 7 days, the newest first. At most `look` requests
    /// of the project, refused or not, are read, and [`MOST_RECEIPTS`] receipts: then the second value is where the look ended.
    pub async fn own_refusals(
        &self,
        grant: &Grant<SetLimits>,
        model: &ModelScope,
        look: u32,
    ) -> Result<(Vec<Receipt>, Option<Timestamp>), DbError> {
        const EDGE: &str = "
            SELECT arrived_at FROM requests WHERE project_id = $1 AND arrived_at >= $2 ORDER BY arrived_at DESC LIMIT 1 OFFSET $3";
        const SQL: &str = "
            SELECT r.id, arrived_at, buckets, rule_set, rules FROM requests r LEFT JOIN rule_sets s ON s.id = r.rule_set
            WHERE project_id = $1 AND arrived_at >= $2 AND refused_level = 'project' AND (CAST($3 AS TEXT) IS NULL OR model = $3)
            ORDER BY arrived_at DESC LIMIT $4";
        type Refusal = (String, i64, String, Option<String>, Option<String>);
        let (project, week) = (grant.project().id.as_str(), self.ambient.now().plus(-7 * DAY).0);
        let model = match model {
            ModelScope::All => None,
            ModelScope::One(model) => Some(model.as_str()),
        };
        let mut reader = self.db.read().await?;
        let edge = fetch_optional!(&mut reader, (i64,), EDGE, project, week, i64::from(look))?.map(|(at,)| at);
        let since = edge.unwrap_or(week);
        let rows = fetch_all!(&mut reader, Refusal, SQL, project, since, model, MOST_RECEIPTS)?;
        let last = rows
            .last()
            .map(|(_, at, ..)| *at)
            .filter(|_| count(MOST_RECEIPTS) == rows.len() as u64);
        let receipts = rows
            .iter()
            .map(|(id, _, text, set, rules)| receipt(id, text, set.as_deref(), rules.as_deref()))
            .collect::<Result<_, _>>()?;
        Ok((receipts, last.or(edge).map(Timestamp)))
    }
}

#[cfg(test)]
mod tests {
    use app::model::{
        limit::{Level, Metric, Window},
        receipt::{BucketLine, BudgetLine, Lane, RefusedBy},
    };

    use super::*;
    use crate::{
        access::authorize_project,
        enforcement::{BucketKey, BudgetRule, Decision, Demand, Engine, Rule, Rules, Source},
        store::{
            db::execute,
            journal::{Entry, Journal, Record, testing::record},
            testing::on_both_engines,
        },
        testing::{NOW, Who, World},
    };

    on_both_engines! {
        async fn a_look_for_refusals_ends_after_so_many_requests_and_says_where(db: TestDb) {
            let world = World::new(db).await;
            let mut tx = world.store.db.write().await.expect("begin");
            for (age, status, level) in [(1, 429, Some("project")), (2, 200, None), (3, 429, Some("project"))] {
                let id: RequestId = world.store.ambient.id();
                execute!(
                    &mut tx,
                    "INSERT INTO requests (id, org_id, project_id, model, tier, status, refused_level, arrived_at, latency_ms, buckets)
                     VALUES ($1, $2, $3, 'bailiwick/echo', 'default', $4, $5, $6, 1, '{}')",
                    id.as_str(), world.org.as_str(), world.prod.as_str(), status, level, NOW.0 - age
                ).expect("a request");
            }
            tx.commit().await.expect("commit");
            let mut reader = world.store.db.read().await.expect("read");
            let grant = authorize_project::<SetLimits>(&mut reader, &world.caller(Who::Owner).await, &world.prod).await.expect("a grant");
            let look = async |most| {
                let (receipts, until) = world.store.own_refusals(&grant, &ModelScope::All, most).await.expect("looked");
                (receipts.len(), until)
            };
            assert_eq!(look(1).await, (1, Some(NOW.plus(-2))));
            assert_eq!(look(3).await, (2, None));
        }
        async fn a_receipt_is_read_as_it_was_written_and_its_rules_are_kept_once(db: TestDb) {
            let world = World::new(db).await;
            let engine = Engine::new();
            let policy = |limit| {
                let key = BucketKey {
                    level: Level::Org, scope: world.org.to_string(), lane: Lane::Flex,
                    model: ModelScope::All, metric: Metric::Tokens, window: Window::Minute,
                };
                let rule = Rule { key, limit, source: Source::Own };
                let rules = Rules {
                    org: world.org.clone(), project: world.prod.clone(), lane: Lane::Flex, limits: vec![rule],
                    budgets: vec![BudgetRule { level: Level::Key, scope: "k".to_owned(), limit: Money(500), hard_stop: true }],
                };
                engine.compile(rules, NOW)
            };
            let demand = Demand { tokens: 60, cost: Money(3) };
            let mut entries = Vec::new();
            // The first two have equal rules; the last is refused.
            for (bits, limit) in [(1, 100), (2, 100), (3, 50)] {
                let decision = match policy(limit).decide(NOW, demand) {
                    Ok(reservation) => { let decision = reservation.decision().clone(); drop(reservation); decision }
                    Err(refusal) => *refusal,
                };
                let record = Record {
                    org: world.org.clone(), project: world.prod.clone(), arrived_at: NOW, decision: Some(decision), ..record(bits)
                };
                entries.push(Entry { record, keep_row: true });
            }
            let mut journal = Journal::default();
            let mut undone = world.store.db.write().await.expect("begin");
            journal.write(&mut undone, &entries, &[]).await.expect("written");
            drop(undone);
            for batch in [&entries[..1], &entries[1..]] {
                let mut tx = world.store.db.write().await.expect("begin");
                journal.write(&mut tx, batch, &[]).await.expect("written");
                tx.commit().await.expect("commit");
                journal.committed();
            }
            let mut reader = world.store.db.read().await.expect("read");
            assert_eq!(fetch_all!(&mut reader, (i64,), "SELECT count(*) FROM rule_sets").expect("a number"), [(2,)]);
            let grant = authorize_project::<ViewUsage>(&mut reader, &world.caller(Who::Owner).await, &world.prod).await.expect("a grant");
            for Entry { record, .. } in &entries {
                let stored = world.store.project_request(&grant, &record.id).await.expect("read").expect("kept");
                assert_eq!(Some(stored.detail.receipt), record.decision.as_ref().map(Decision::receipt));
            }
            let refused = world.store.project_request(&grant, &entries[2].record.id).await.expect("read").expect("kept").detail.receipt;
            let line = BucketLine {
                level: Level::Org, model: ModelScope::All, metric: Metric::Tokens, window: Window::Minute,
                limit: 50, inherited: false, used: 0, reserved: 0, asked: 60, reset_ms: 0,
            };
            let budget = BudgetLine {
                level: Level::Key, limit: Money(500), hard_stop: true, spent: Money(0), reserved: Money(0), asked: Money(3),
            };
            let whole = Receipt {
                lane: Lane::Flex, buckets: vec![line], budgets: vec![budget], refused_by: Some(RefusedBy::Bucket(0)), ..Receipt::default()
            };
            assert_eq!(refused, whole);
        }
    }
}
