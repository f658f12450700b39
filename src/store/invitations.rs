//! Invitations: what those who manage members do with them, and what the holder of a link does.

use std::collections::HashMap;

use app::model::{
    AccountId, Email, InvitationId, Listing, Name, OrgId, OrgRole, Page, ProjectId, ProjectRole, Timestamp,
    choice::Choosing,
    invitation::{Invitation, InviteOptions, NewInvitations},
    organization::DefaultAccess,
};

use super::{
    Change, Store,
    bulk::{Bulk, execute_rows},
    choices,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    listing, mails, parse, pattern,
};
use crate::{
    access::{Grant, ManageMembers},
    links::{Link, LinkKind, Links},
    mail::Mail,
};

/// True while `m`, who sent the invitation `i` last, may grant its role.
macro_rules! holds {
    () => {
        "coalesce(m.role = 'owner' OR (m.role = 'admin' AND i.role <> 'owner'), FALSE)"
    };
}
pub(super) use holds;

const PENDING: &str = concat!(
    "SELECT i.id, i.email, i.role, a.name AS invited_by, ",
    holds!(),
    " AS holds, i.expires_at
    FROM invitations i JOIN accounts a ON a.id = i.invited_by
    LEFT JOIN org_members m ON m.org_id = i.org_id AND m.account_id = i.invited_by
    WHERE i.org_id = $1 AND i.state = 'open' AND i.email LIKE lower($2) ESCAPE '\\'
    ORDER BY i.sent_at DESC, i.email LIMIT $3 OFFSET $4"
);
const PROJECTS: &str = "
    SELECT x.invitation_id, p.name FROM invitation_projects x JOIN projects p ON p.id = x.project_id
    WHERE p.archived_at IS NULL AND x.invitation_id IN (
        SELECT i.id FROM invitations i WHERE i.org_id = $1 AND i.state = 'open' AND i.email LIKE lower($2) ESCAPE '\\'
        ORDER BY i.sent_at DESC, i.email LIMIT $3 OFFSET $4)
    ORDER BY lower(p.name), p.id";

static FIRST_PROJECTS: Bulk = Bulk::new("INSERT INTO invitation_projects (invitation_id, project_id, role) VALUES ", 3, "");

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    role: String,
    invited_by: String,
    holds: bool,
    expires_at: i64,
}

impl Store {
    /// One page of the invitations that wait for an answer, the newest first; the text filters by address.
    pub async fn pending_invitations(&self, grant: &Grant<ManageMembers>, page: &Page) -> Result<Listing<Invitation>, DbError> {
        const COUNT: &str = "
            SELECT (SELECT count(*) FROM invitations WHERE org_id = $1 AND state = 'open'),
                   (SELECT count(*) FROM invitations WHERE org_id = $1 AND state = 'open' AND email LIKE lower($2) ESCAPE '\\')";
        let org = grant.org().id.as_str();
        let (text, size) = (pattern(&page.query), i64::from(Page::SIZE));
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, Row, PENDING, org, &text, size, page.offset())?;
        let mut projects: HashMap<String, Vec<String>> = HashMap::new();
        for (invitation, name) in fetch_all!(&mut reader, (String, String), PROJECTS, org, &text, size, page.offset())? {
            projects.entry(invitation).or_default().push(name);
        }
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, org, &text)?;
        let into_model = |row: Row| {
            Ok(Invitation {
                projects: projects.get(&row.id).cloned().unwrap_or_default(),
                id: parse(row.id)?,
                email: parse(row.email)?,
                role: parse(row.role)?,
                invited_by: row.invited_by,
                holds: row.holds,
                expires_at: Timestamp(row.expires_at),
            })
        };
        listing(rows, into_model, counts, page, self.ambient.now())
    }

    pub async fn invite_options(&self, grant: &Grant<ManageMembers>, choosing: &Choosing) -> Result<InviteOptions, DbError> {
        let (mut reader, org) = (self.db.read().await?, &grant.org().id);
        Ok(InviteOptions {
            projects: choices::find(&mut reader, org, None, choosing).await?,
            needs_project: needs_project(&mut reader, org).await?,
        })
    }

    /// An invitation, whatever became of it: to be proven with the link.
    pub async fn invitation(&self, id: &InvitationId) -> Result<Option<StoredInvitation>, DbError> {
        stored(&mut self.db.read().await?, id).await
    }
}

/// Whether members reach assigned projects only.
async fn needs_project(on: &mut impl Connection, org: &OrgId) -> Result<bool, DbError> {
    let (access,) = fetch_one!(on, (String,), "SELECT default_access FROM orgs WHERE id = $1", org.as_str())?;
    Ok(parse::<DefaultAccess>(access)? == DefaultAccess::AssignedOnly)
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    org_id: String,
    org_name: String,
    email: String,
    role: String,
    inviter: String,
    holds: bool,
    sent_at: i64,
    expires_at: i64,
    generation: i64,
    state: String,
}

async fn stored(on: &mut impl Connection, id: &InvitationId) -> Result<Option<StoredInvitation>, DbError> {
    const SQL: &str = concat!(
        "SELECT i.org_id, o.name AS org_name, i.email, i.role, a.name AS inviter, ",
        holds!(),
        " AS holds, i.sent_at, i.expires_at, i.generation, i.state
        FROM invitations i JOIN orgs o ON o.id = i.org_id JOIN accounts a ON a.id = i.invited_by
        LEFT JOIN org_members m ON m.org_id = i.org_id AND m.account_id = i.invited_by
        WHERE i.id = $1"
    );
    const PROJECTS: &str = "
        SELECT p.name FROM invitation_projects x JOIN projects p ON p.id = x.project_id
        WHERE x.invitation_id = $1 AND p.archived_at IS NULL ORDER BY lower(p.name), p.id";
    let Some(row) = fetch_optional!(on, StoredRow, SQL, id.as_str())? else {
        return Ok(None);
    };
    let projects = fetch_all!(on, (String,), PROJECTS, id.as_str())?;
    Ok(Some(StoredInvitation {
        id: id.clone(),
        org: parse(row.org_id)?,
        org_name: parse(row.org_name)?,
        email: parse(row.email)?,
        role: parse(row.role)?,
        projects: projects.into_iter().map(|(name,)| name).collect(),
        inviter: row.inviter,
        holds: row.holds,
        sent_at: Timestamp(row.sent_at),
        expires_at: Timestamp(row.expires_at),
        generation: row.generation,
        is_open: row.state == "open",
    }))
}

/// An invitation as it is stored.
pub struct StoredInvitation {
    pub id: InvitationId,
    pub org: OrgId,
    pub org_name: Name,
    pub email: Email,
    pub role: OrgRole,
    /// Names of the active projects that it leads to.
    pub projects: Vec<String>,
    /// Display name of who sent it last.
    pub inviter: String,
    /// Whether that person may still grant the role.
    pub holds: bool,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
    generation: i64,
    is_open: bool,
}

impl StoredInvitation {
    /// What the token of its present link is made of.
    pub fn link(&self) -> Link {
        Link {
            kind: LinkKind::Invitation,
            id: self.id.to_string(),
            generation: self.generation,
        }
    }

    /// The invitation, for the holder of its present link, while it waits for an answer.
    pub fn proven(self, links: &Links, token: &str, now: Timestamp) -> Option<ProvenInvitation> {
        let holds = links.opens(token, &self.link()) && self.is_open && now < self.expires_at;
        holds.then_some(ProvenInvitation(self))
    }
}

/// Proof that the caller holds the link of an invitation. Only [`StoredInvitation::proven`] makes one.
pub struct ProvenInvitation(StoredInvitation);

impl std::ops::Deref for ProvenInvitation {
    type Target = StoredInvitation;
    fn deref(&self) -> &StoredInvitation {
        &self.0
    }
}

impl Change<ManageMembers> {
    /// Whether an invitation of a member has to name a project.
    pub async fn needs_project(&mut self) -> Result<bool, DbError> {
        let org = self.grant().org().id.clone();
        needs_project(self, &org).await
    }

    /// The role that an open invitation of this address has, with its id.
    pub async fn invited_as(&mut self, email: &Email) -> Result<Option<(InvitationId, OrgRole)>, DbError> {
        const SQL: &str = "SELECT id, role FROM invitations WHERE org_id = $1 AND email = $2 AND state = 'open'";
        let org = self.grant().org().id.clone();
        let row = fetch_optional!(self, (String, String), SQL, org.as_str(), email.as_str())?;
        row.map(|(id, role)| Ok((parse(id)?, parse(role)?))).transpose()
    }

    /// An invitation of the organization that waits for an answer.
    pub async fn open_invitation(&mut self, id: &InvitationId) -> Result<Option<StoredInvitation>, DbError> {
        let org = self.grant().org().id.clone();
        let found = stored(self, id).await?;
        Ok(found.filter(|found| found.is_open && found.org == org))
    }

    /// Stores an invitation of this address that expires at the given time. Its projects are active ones of the organization:
    /// see [`Self::project_choice`], read in the same change.
    pub async fn insert_invitation(
        &mut self,
        id: &InvitationId,
        email: &Email,
        new: &NewInvitations,
        expires_at: Timestamp,
    ) -> Result<(), DbError> {
        const INVITATION: &str = "
            INSERT INTO invitations (id, org_id, email, role, invited_by, created_at, sent_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7)";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        let by = self.caller().person.as_ref().map(|person| person.id.to_string());
        execute!(
            self,
            INVITATION,
            id.as_str(),
            org.as_str(),
            email.as_str(),
            new.role.as_str(),
            by,
            now,
            expires_at.0
        )?;
        execute_rows!(self, FIRST_PROJECTS, &new.projects, |query, project| query
            .bind(id.as_str())
            .bind(project.as_str())
            .bind(new.project_role.as_str()))
    }

    /// Voids the link of an invitation and begins a new one in the name of the caller.
    pub async fn renew_invitation(&mut self, id: &InvitationId, expires_at: Timestamp) -> Result<(), DbError> {
        const SQL: &str = "
            UPDATE invitations SET generation = generation + 1, invited_by = $3, sent_at = $4, expires_at = $5
            WHERE id = $1 AND org_id = $2 AND state = 'open'";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        let by = self.caller().person.as_ref().map(|person| person.id.to_string());
        execute!(self, SQL, id.as_str(), org.as_str(), by, now, expires_at.0)?;
        Ok(())
    }

    pub async fn revoke_invitation(&mut self, id: &InvitationId) -> Result<(), DbError> {
        const SQL: &str = "UPDATE invitations SET state = 'revoked', ended_at = $3 WHERE id = $1 AND org_id = $2 AND state = 'open'";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        execute!(self, SQL, id.as_str(), org.as_str(), now)?;
        Ok(())
    }

    /// Puts a mail into the outbox.
    pub async fn put_mail(&mut self, mail: &Mail) -> Result<(), DbError> {
        let ambient = self.ambient().clone();
        mails::put(self, &ambient, mail).await?;
        Ok(())
    }
}

/// Ends an open invitation with the answer of its holder. False if it was answered, renewed or revoked meanwhile: of two
/// answers at the same time one counts.
pub(super) async fn answer(
    on: &mut impl Connection,
    invitation: &ProvenInvitation,
    state: &'static str,
    by: Option<&AccountId>,
    now: Timestamp,
) -> Result<bool, DbError> {
    const SQL: &str = "
        UPDATE invitations SET state = $3, ended_at = $4, accepted_by = $5
        WHERE id = $1 AND generation = $2 AND state = 'open' AND expires_at > $4";
    let by = by.map(AccountId::as_str);
    Ok(execute!(on, SQL, invitation.id.as_str(), invitation.generation, state, now.0, by)? == 1)
}

/// Whether whoever sent it may still grant the role: read in the transaction that accepts.
pub(super) async fn still_holds(on: &mut impl Connection, invitation: &ProvenInvitation) -> Result<bool, DbError> {
    Ok(stored(on, &invitation.id).await?.is_some_and(|stored| stored.holds))
}

/// The active projects that it leads to, with the role in each.
pub(super) async fn first_projects(
    on: &mut impl Connection,
    invitation: &ProvenInvitation,
) -> Result<Vec<(ProjectId, Name, ProjectRole)>, DbError> {
    const SQL: &str = "
        SELECT p.id, p.name, x.role FROM invitation_projects x JOIN projects p ON p.id = x.project_id
        WHERE x.invitation_id = $1 AND p.org_id = $2 AND p.archived_at IS NULL ORDER BY lower(p.name), p.id";
    let rows = fetch_all!(on, (String, String, String), SQL, invitation.id.as_str(), invitation.org.as_str())?;
    rows.into_iter()
        .map(|(id, name, role)| Ok((parse(id)?, parse(name)?, parse(role)?)))
        .collect()
}
