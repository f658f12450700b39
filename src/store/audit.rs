//! Audit records: append inside a change, list with a grant, stream for verification.

use app::{
    model::{
        Listing, Page,
        audit::{AuditEntry, Change as FieldChange},
    },
    policy::Action,
};

use super::{
    Store, count,
    db::{DbError, Tx, execute, fetch_all, fetch_one, fetch_optional},
    listing, parse, pattern,
};
use crate::{
    access::{Caller, Grant, Interface, Permission, ViewAudit, ViewOrg},
    ambient::Ambient,
    audit::{Chain, Event, GENESIS, Record, Stored},
};

const HEAD: &str = "SELECT seq, hash FROM audit_heads WHERE chain = $1";
const MOVE_HEAD: &str = "
    INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, $2, $3)
    ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
const LOCK_HEAD: &str =
    "INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, 0, $2) ON CONFLICT (chain) DO UPDATE SET seq = audit_heads.seq";
const INSERT: &str = "
    INSERT INTO audit_records (chain, seq, id, at, actor_id, actor, action, target_kind, target_id, target, project_id,
                               address, interface, request_id, changes, prev_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

/// Appends one record. The head row is locked first, so that a chain never forks.
pub async fn append(tx: &mut Tx, ambient: &Ambient, caller: &Caller, chain: &Chain, event: Event) -> Result<(), DbError> {
    execute!(tx, LOCK_HEAD, chain.as_str(), GENESIS)?;
    let (seq, previous) = fetch_one!(tx, (i64, String), HEAD, chain.as_str())?;
    let record = Record {
        chain: chain.as_str().to_owned(),
        seq: seq + 1,
        id: ambient.id(),
        at: ambient.now(),
        actor_id: caller.person.as_ref().map(|person| person.id.clone()),
        actor: match (&caller.person, caller.origin.interface) {
            (Some(person), _) => person.name.to_string(),
            (None, Interface::System) => "system".to_owned(),
            (None, _) => "unknown".to_owned(),
        },
        action: event.action.to_owned(),
        target_kind: event.target_kind.to_owned(),
        target_id: event.target_id,
        target: event.target,
        project: event.project,
        address: caller.origin.address.map(|address| address.to_string()),
        interface: caller.origin.interface.as_str().to_owned(),
        request: caller.origin.request.clone(),
        changes: event.changes,
    };
    let hash = record.hash(&previous);
    let changes = serde_json::to_string(&record.changes).map_err(|error| DbError::Corrupt(error.to_string()))?;
    execute!(
        tx,
        INSERT,
        &record.chain,
        record.seq,
        record.id.as_str(),
        record.at.0,
        record.actor_id.as_ref().map(app::model::AccountId::as_str),
        &record.actor,
        &record.action,
        &record.target_kind,
        &record.target_id,
        &record.target,
        record.project.as_ref().map(app::model::ProjectId::as_str),
        &record.address,
        &record.interface,
        record.request.as_ref().map(app::model::RequestId::as_str),
        changes,
        previous,
        &hash,
    )?;
    execute!(tx, MOVE_HEAD, &record.chain, record.seq, hash)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    chain: String,
    seq: i64,
    id: String,
    at: i64,
    actor_id: Option<String>,
    actor: String,
    action: String,
    target_kind: String,
    target_id: String,
    target: String,
    project_id: Option<String>,
    address: Option<String>,
    interface: String,
    request_id: Option<String>,
    changes: String,
    prev_hash: String,
    hash: String,
    project: Option<String>,
}

impl Row {
    fn changes(&self) -> Result<Vec<FieldChange>, DbError> {
        serde_json::from_str(&self.changes).map_err(|error| DbError::Corrupt(format!("changes of {}: {error}", self.id)))
    }

    fn entry(self) -> Result<AuditEntry, DbError> {
        Ok(AuditEntry {
            changes: self.changes()?,
            id: parse(self.id)?,
            seq: count(self.seq),
            at: app::model::Timestamp(self.at),
            actor: self.actor,
            action: self.action,
            target: self.target,
            target_id: self.target_id,
            project: self.project,
            address: self.address,
            interface: self.interface,
            hash: self.hash,
        })
    }

    fn stored(self) -> Result<Stored, DbError> {
        let changes = self.changes()?;
        let record = Record {
            chain: self.chain,
            seq: self.seq,
            id: parse(self.id)?,
            at: app::model::Timestamp(self.at),
            actor_id: self.actor_id.map(parse).transpose()?,
            actor: self.actor,
            action: self.action,
            target_kind: self.target_kind,
            target_id: self.target_id,
            target: self.target,
            project: self.project_id.map(parse).transpose()?,
            address: self.address,
            interface: self.interface,
            request: self.request_id.map(parse).transpose()?,
            changes,
        };
        Ok(Stored {
            record,
            previous: self.prev_hash,
            hash: self.hash,
        })
    }
}

// $6 and $4 are true for owners, who alone see the Organization Default Key. The project filter is NULL for the whole org. Text is searched in what the list shows.
const LIST: &str = "
    SELECT a.*, p.name AS project FROM audit_records a LEFT JOIN projects p ON p.id = a.project_id
    WHERE a.chain = $1 AND (CAST($2 AS TEXT) IS NULL OR a.project_id = $2)
      AND ($6 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = a.target_id AND k.is_org_default))
      AND (lower(a.actor) LIKE lower($3) ESCAPE '\\' OR a.action LIKE lower($3) ESCAPE '\\' OR lower(a.target) LIKE lower($3) ESCAPE '\\' OR a.id LIKE lower($3) ESCAPE '\\')
    ORDER BY a.seq DESC LIMIT $4 OFFSET $5";
const COUNT: &str = "
    SELECT count(*),
           CAST(coalesce(sum(CASE WHEN lower(actor) LIKE lower($3) ESCAPE '\\' OR action LIKE lower($3) ESCAPE '\\' OR lower(target) LIKE lower($3) ESCAPE '\\'
                                    OR id LIKE lower($3) ESCAPE '\\' THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM audit_records WHERE chain = $1 AND (CAST($2 AS TEXT) IS NULL OR project_id = $2)
      AND ($4 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = target_id AND k.is_org_default))";

// What a limit or a budget was changed by. $4 is true for owners, $3 for those who also see the organization's own budget.
const CHANGES: &str = "
    SELECT a.*, p.name AS project FROM audit_records a LEFT JOIN projects p ON p.id = a.project_id
    WHERE a.chain = $1 AND a.target_kind IN ('limit', 'budget') AND (a.project_id = $2 OR ($3 AND a.project_id IS NULL))
      AND ($4 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = a.target_id AND k.is_org_default))
    ORDER BY a.seq DESC LIMIT $5 OFFSET $6";
const COUNT_CHANGES: &str = "
    SELECT count(*) FROM audit_records a
    WHERE a.chain = $1 AND a.target_kind IN ('limit', 'budget') AND (a.project_id = $2 OR ($3 AND a.project_id IS NULL))
      AND ($4 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = a.target_id AND k.is_org_default))";

impl Store {
    /// The changes of the limits and budgets of one project, newest first; for those who see the organization those of its
    /// own budget, too.
    pub async fn limit_changes(&self, grant: &Grant<ViewAudit>, page: &Page) -> Result<Listing<AuditEntry>, DbError> {
        let (chain, project) = (grant.org().id.as_str(), grant.project().id.as_str());
        let (sees_org, is_owner) = (grant.standing().may(Action::ViewOrg), grant.sees_org_default_key());
        let mut reader = self.db.read().await?;
        let size = i64::from(Page::SIZE);
        let rows = fetch_all!(&mut reader, Row, CHANGES, chain, project, sees_org, is_owner, size, page.offset())?;
        let (total,) = fetch_one!(&mut reader, (i64,), COUNT_CHANGES, chain, project, sees_org, is_owner)?;
        listing(rows, Row::entry, (total, total), page, self.ambient.now())
    }

    /// The records of one project, newest first.
    pub async fn project_audit(&self, grant: &Grant<ViewAudit>, page: &Page) -> Result<Listing<AuditEntry>, DbError> {
        self.audit_page(grant, Some(grant.project().id.as_str()), page).await
    }

    /// The records of a whole organization, newest first.
    pub async fn org_audit(&self, grant: &Grant<ViewOrg>, page: &Page) -> Result<Listing<AuditEntry>, DbError> {
        self.audit_page(grant, None, page).await
    }

    async fn audit_page<P: Permission>(
        &self,
        grant: &Grant<P>,
        project: Option<&str>,
        page: &Page,
    ) -> Result<Listing<AuditEntry>, DbError> {
        let chain = grant.org().id.as_str();
        let is_owner = grant.sees_org_default_key();
        let mut reader = self.db.read().await?;
        let filter = pattern(&page.query);
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            chain,
            project,
            &filter,
            i64::from(Page::SIZE),
            page.offset(),
            is_owner
        )?;
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, chain, project, &filter, is_owner)?;
        listing(rows, Row::entry, counts, page, self.ambient.now())
    }

    /// The names of all chains, with the number that each ends at.
    pub async fn audit_chains(&self) -> Result<Vec<(String, i64)>, DbError> {
        const SQL: &str = "
            SELECT chain, max(seq) FROM (SELECT chain, seq FROM audit_heads UNION ALL SELECT chain, seq FROM audit_records) c
            GROUP BY chain ORDER BY chain";
        let mut reader = self.db.read().await?;
        fetch_all!(&mut reader, (String, i64), SQL)
    }

    /// A part of a chain in order, for verification: up to `limit` records behind `after`.
    pub async fn audit_records(&self, chain: &str, after: i64, limit: i64) -> Result<Vec<Stored>, DbError> {
        const SQL: &str = "
            SELECT a.*, CAST(NULL AS TEXT) AS project FROM audit_records a WHERE a.chain = $1 AND a.seq > $2 ORDER BY a.seq LIMIT $3";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, Row, SQL, chain, after, limit)?;
        rows.into_iter().map(Row::stored).collect()
    }

    /// What the chain's head says: number and hash of its last record.
    pub async fn audit_head(&self, chain: &str) -> Result<Option<(i64, String)>, DbError> {
        let mut reader = self.db.read().await?;
        fetch_optional!(&mut reader, (i64, String), HEAD, chain)
    }
}
