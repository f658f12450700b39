//! Audit records: append inside a change, list with a grant, stream for verification.

use app::{
    model::{
        AccountId, Listing, Page,
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
    access::{
        Caller, Grant, Interface, Permission, ViewAudit, ViewOrg,
        roster::{SOMEBODY, knows, named},
    },
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
            (None, Interface::Cli) => "operator".to_owned(),
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
        record.actor_id.as_ref().map(AccountId::as_str),
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

/// Takes people out of a field. Records name them by their e-mail; whom to call is a free text. What the reader put there
/// themselves, in an own record, they know; what stood there before may never have been shown to them.
fn conceal_people(change: &mut FieldChange, is_own: bool) {
    let is_contact = change.field == "escalation_contact";
    let after = change.after.as_mut().filter(|_| !is_own);
    for value in change.before.as_mut().into_iter().chain(after) {
        if is_contact || value.contains('@') {
            SOMEBODY.clone_into(value);
        }
    }
}

impl Row {
    fn changes(&self) -> Result<Vec<FieldChange>, DbError> {
        serde_json::from_str(&self.changes).map_err(|error| DbError::Corrupt(format!("changes of {}: {error}", self.id)))
    }

    /// The record for the reader: an outsider, or `None` for who is in the organization.
    fn entry(self, outsider: Option<&AccountId>) -> Result<AuditEntry, DbError> {
        let recorded = self.changes()?;
        let mut changes = recorded.clone();
        if let Some(reader) = outsider {
            let is_own = self.actor_id.as_deref() == Some(reader.as_str());
            for change in &mut changes {
                conceal_people(change, is_own);
            }
        }
        // Of what is concealed, the hash would tell whether a guess is right.
        let hash = if changes == recorded { self.hash } else { "–".to_owned() };
        Ok(AuditEntry {
            changes,
            hash,
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

/// The records as the reader `$reader` may know them (see [`roster`](crate::access::roster)). An outsider is told what happened
/// in the project and what they did themselves, but not who was there before; of others neither name nor address, nor whom they added, removed or looked up.
/// The hash covers all of that: who has it could try addresses until one fits.
macro_rules! seen_records {
    ($reader:literal) => {
        concat!(
            "(SELECT r.chain, r.seq, r.id, r.at, r.actor_id, r.action, r.target_kind, r.project_id, r.interface, r.request_id, r.changes, r.prev_hash,
              CASE WHEN r.actor_id IS NULL THEN r.actor ELSE ",
            named!("r.actor", "r.actor_id", $reader),
            " END AS actor, CASE WHEN ",
            knows!("r.actor_id", $reader),
            " THEN r.address END AS address, CASE WHEN ",
            tells_of_no_other!($reader),
            " THEN r.target_id ELSE '–' END AS target_id, CASE WHEN ",
            tells_of_no_other!($reader),
            " THEN r.target ELSE 'Somebody else' END AS target, CASE WHEN ",
            knows!("r.actor_id", $reader),
            " THEN r.hash ELSE '–' END AS hash FROM audit_records r) a"
        )
    };
}

/// True for a record whose target the reader may know: a thing, themselves, or whom they acted on.
macro_rules! tells_of_no_other {
    ($reader:literal) => {
        concat!(
            "(r.target_kind IN ('project', 'api_key', 'limit', 'budget') OR ",
            knows!("r.actor_id", $reader),
            " OR r.target_id = ",
            $reader,
            ")"
        )
    };
}

/// True for a record that the text $3 finds in what the list shows.
macro_rules! matches_text {
    () => {
        "(lower(a.actor) LIKE lower($3) ESCAPE '\\' OR a.action LIKE lower($3) ESCAPE '\\' OR lower(a.target) LIKE lower($3) ESCAPE '\\'
          OR a.id LIKE lower($3) ESCAPE '\\')"
    };
}

/// True for a record of the chain $1 in the project $2 (NULL: in the whole org). $4 is true for owners, who alone see the
/// Organization Default Key.
macro_rules! in_place {
    () => {
        "a.chain = $1 AND (CAST($2 AS TEXT) IS NULL OR a.project_id = $2)
          AND ($4 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = a.target_id AND k.is_org_default))"
    };
}

const LIST: &str = concat!(
    "SELECT a.*, p.name AS project FROM ",
    seen_records!("$5"),
    " LEFT JOIN projects p ON p.id = a.project_id WHERE ",
    in_place!(),
    " AND ",
    matches_text!(),
    " ORDER BY a.seq DESC LIMIT $6 OFFSET $7"
);
const COUNT: &str = concat!(
    "SELECT count(*), CAST(coalesce(sum(CASE WHEN ",
    matches_text!(),
    " THEN 1 ELSE 0 END), 0) AS BIGINT) FROM ",
    seen_records!("$5"),
    " WHERE ",
    in_place!()
);

/// True for a change of a limit or budget. $4 is true for owners, $3 for those who also see the organization's own budget.
macro_rules! of_limits {
    () => {
        "a.chain = $1 AND a.target_kind IN ('limit', 'budget') AND (a.project_id = $2 OR ($3 AND a.project_id IS NULL))
          AND ($4 OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = a.target_id AND k.is_org_default))"
    };
}

const CHANGES: &str = concat!(
    "SELECT a.*, p.name AS project FROM ",
    seen_records!("$5"),
    " LEFT JOIN projects p ON p.id = a.project_id WHERE ",
    of_limits!(),
    " ORDER BY a.seq DESC LIMIT $6 OFFSET $7"
);
const COUNT_CHANGES: &str = concat!("SELECT count(*) FROM audit_records a WHERE ", of_limits!());

impl Store {
    /// The changes of the limits and budgets of one project, newest first; for those who see the organization those of its
    /// own budget, too.
    pub async fn limit_changes(&self, grant: &Grant<ViewAudit>, page: &Page) -> Result<Listing<AuditEntry>, DbError> {
        let (chain, project) = (grant.org().id.as_str(), grant.project().id.as_str());
        let (sees_org, is_owner) = (grant.standing().may(Action::ViewOrg), grant.sees_org_default_key());
        let mut reader = self.db.read().await?;
        let (outsider, size) = (grant.outsider(), i64::from(Page::SIZE));
        let viewer = outsider.map(AccountId::as_str);
        let rows = fetch_all!(
            &mut reader,
            Row,
            CHANGES,
            chain,
            project,
            sees_org,
            is_owner,
            viewer,
            size,
            page.offset()
        )?;
        let (total,) = fetch_one!(&mut reader, (i64,), COUNT_CHANGES, chain, project, sees_org, is_owner)?;
        listing(rows, |row| row.entry(outsider), (total, total), page, self.ambient.now())
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
        let (is_owner, outsider) = (grant.sees_org_default_key(), grant.outsider());
        let viewer = outsider.map(AccountId::as_str);
        let mut reader = self.db.read().await?;
        let filter = pattern(&page.query);
        let rows = fetch_all!(
            &mut reader,
            Row,
            LIST,
            chain,
            project,
            &filter,
            is_owner,
            viewer,
            i64::from(Page::SIZE),
            page.offset()
        )?;
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, chain, project, &filter, is_owner, viewer)?;
        listing(rows, |row| row.entry(outsider), counts, page, self.ambient.now())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lose_the_people_they_name_and_keep_the_rest() {
        let concealed = |field: &str, value: &str, is_own: bool| {
            let mut change = FieldChange {
                field: field.to_owned(),
                before: Some(value.to_owned()),
                after: Some(value.to_owned()),
            };
            conceal_people(&mut change, is_own);
            (change.before.expect("a value"), change.after.expect("a value"))
        };
        let both = |text: &str| (text.to_owned(), text.to_owned());
        for (field, value) in [("owner", "ada.osei@acme.example"), ("escalation_contact", "Ada Osei, 555 0100")] {
            assert_eq!(concealed(field, value, false), both(SOMEBODY));
            assert_eq!(
                concealed(field, value, true),
                (SOMEBODY.to_owned(), value.to_owned()),
                "their own words"
            );
        }
        assert_eq!(concealed("state", "disabled", false), both("disabled"));
    }
}
