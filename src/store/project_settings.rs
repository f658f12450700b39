//! The details of a project: read, and changed by its admins.

use app::model::{
    AccountId, Money, OrgId, ProjectId, Slug,
    project_settings::{Candidate, ProjectDetails},
};

use super::{
    Change, Store,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    parse,
};
use crate::access::{Grant, ManageProject};

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    slug: String,
    description: String,
    environment: String,
    owner_id: Option<String>,
    key_owner_id: Option<String>,
    primary_workload: String,
    expected_monthly_spend: Option<i64>,
    escalation_contact: String,
    default_tier: String,
    external_allowed: bool,
    org_allows_external: bool,
}

/// What is stored about a project's details.
pub struct StoredDetails {
    pub details: ProjectDetails,
    pub org_allows_external: bool,
    /// Who may be chosen as its owner: see [`admins`].
    pub admins: Vec<Candidate>,
}

impl StoredDetails {
    /// What somebody is shown: one from outside of the organization learns of nobody that they do not see anyway.
    pub fn shown_to(&self, outsider: bool) -> ProjectDetails {
        let mut shown = self.details.clone();
        if outsider {
            let is_seen = |account: &AccountId| self.admins.iter().any(|admin| admin.account == *account);
            shown.owner = shown.owner.filter(is_seen);
            shown.key_owner = shown.key_owner.filter(is_seen);
            shown.escalation = String::new();
        }
        shown
    }
}

async fn stored(on: &mut impl Connection, org: &OrgId, project: &ProjectId, inherited: bool) -> Result<StoredDetails, DbError> {
    const SQL: &str = "
        SELECT p.name, p.slug, p.description, p.environment, p.owner_id, p.key_owner_id, p.primary_workload, p.expected_monthly_spend,
               p.escalation_contact, p.default_tier, p.external_allowed, o.external_allowed AS org_allows_external
        FROM projects p JOIN orgs o ON o.id = p.org_id WHERE p.id = $1 AND p.org_id = $2";
    let row = fetch_one!(on, Row, SQL, project.as_str(), org.as_str())?;
    Ok(StoredDetails {
        org_allows_external: row.org_allows_external,
        details: ProjectDetails {
            name: parse(row.name)?,
            slug: parse(row.slug)?,
            description: row.description,
            environment: parse(row.environment)?,
            owner: row.owner_id.map(parse).transpose()?,
            key_owner: row.key_owner_id.map(parse).transpose()?,
            workload: row.primary_workload,
            expected_spend: row.expected_monthly_spend.map(Money),
            escalation: row.escalation_contact,
            tier: parse(row.default_tier)?,
            external_allowed: row.external_allowed,
        },
        admins: admins(on, org, project, inherited).await?,
    })
}

/// The admins of a project: those assigned to it, and with `inherited` the owners and admins of the org; without it none of
/// these, also not by an older role in the project (as in the list of collaborators).
async fn admins(on: &mut impl Connection, org: &OrgId, project: &ProjectId, inherited: bool) -> Result<Vec<Candidate>, DbError> {
    const SQL: &str = "
        SELECT a.id, a.name, a.email FROM (
            SELECT account_id FROM project_members WHERE project_id = $2 AND role = 'admin'
            UNION
            SELECT account_id FROM org_members WHERE org_id = $1 AND role IN ('owner', 'admin')
        ) x JOIN accounts a ON a.id = x.account_id
        LEFT JOIN org_members m ON m.org_id = $1 AND m.account_id = a.id
        WHERE $3 OR m.role IS NULL OR m.role = 'member' ORDER BY lower(a.name), a.id";
    let rows = fetch_all!(on, (String, String, String), SQL, org.as_str(), project.as_str(), inherited)?;
    let candidate = |(id, name, email)| {
        Ok(Candidate {
            account: parse(id)?,
            label: format!("{name} ({email})"),
        })
    };
    rows.into_iter().map(candidate).collect()
}

impl Store {
    pub async fn project_details(&self, grant: &Grant<ManageProject>) -> Result<StoredDetails, DbError> {
        let mut reader = self.db.read().await?;
        stored(&mut reader, &grant.org().id, &grant.project().id, grant.standing().org.is_some()).await
    }
}

impl Change<ManageProject> {
    pub async fn project_details(&mut self) -> Result<StoredDetails, DbError> {
        let (org, project) = (self.grant().org().id.clone(), self.grant().project().id.clone());
        let inherited = self.grant().standing().org.is_some();
        stored(self, &org, &project, inherited).await
    }

    /// Gives the project this address, for ever: old ones stay its own and lead to it. False if another project of the org
    /// has it, or had it.
    pub async fn claim_slug(&mut self, slug: &Slug) -> Result<bool, DbError> {
        const HOLDER: &str = "SELECT project_id FROM project_slugs WHERE org_id = $1 AND slug = $2";
        const CLAIM: &str = "INSERT INTO project_slugs (org_id, slug, project_id, since) VALUES ($1, $2, $3, $4)";
        let (org, project) = (self.grant().org().id.clone(), self.grant().project().id.clone());
        let now = self.ambient().now().0;
        if let Some((holder,)) = fetch_optional!(self, (String,), HOLDER, org.as_str(), slug.as_str())? {
            return Ok(holder == project.as_str());
        }
        execute!(self, CLAIM, org.as_str(), slug.as_str(), project.as_str(), now)?;
        Ok(true)
    }

    /// The e-mail address of an account, for records.
    pub async fn email_of(&mut self, account: Option<&AccountId>) -> Result<Option<String>, DbError> {
        const SQL: &str = "SELECT email FROM accounts WHERE id = $1";
        let Some(account) = account else { return Ok(None) };
        Ok(fetch_optional!(self, (String,), SQL, account.as_str())?.map(|(email,)| email))
    }

    pub async fn set_project_details(&mut self, details: &ProjectDetails) -> Result<(), DbError> {
        const SQL: &str = "
            UPDATE projects SET name = $2, slug = $3, description = $4, environment = $5, owner_id = $6, key_owner_id = $7,
                   primary_workload = $8, expected_monthly_spend = $9, escalation_contact = $10, default_tier = $11, external_allowed = $12
            WHERE id = $1";
        let project = self.grant().project().id.clone();
        execute!(
            self,
            SQL,
            project.as_str(),
            details.name.as_str(),
            details.slug.as_str(),
            &details.description,
            details.environment.as_str(),
            details.owner.as_ref().map(AccountId::as_str),
            details.key_owner.as_ref().map(AccountId::as_str),
            &details.workload,
            details.expected_spend.map(|spend| spend.0),
            &details.escalation,
            details.tier.as_str(),
            details.external_allowed,
        )?;
        Ok(())
    }
}
