//! Somebody joins an organization. Nobody grants that in the moment: the link of an invitation is the proof, and the
//! invitation is read again in the same transaction.

use app::model::{AccountId, Name, OrgRole};

use super::{
    Store, accounts, audit,
    change::TOUCH_ORG,
    db::{DbError, Tx, execute, fetch_optional},
    invitations::{self, ProvenInvitation},
};
use crate::{
    access::{Caller, Person},
    audit::{Chain, Event},
};

/// Who accepts.
pub enum Joiner {
    /// The account that is signed in.
    Known(Person),
    /// An account to be made, with its password hash.
    New(Person, String),
}

/// How accepting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    Done,
    /// It was answered, renewed or revoked meanwhile, or has expired.
    Gone,
    /// Whoever sent it may not grant the role any more.
    NotGranted,
    /// Somebody made an account with this address meanwhile.
    Taken,
}

impl Store {
    /// Makes the holder of the link a member with the role of the invitation, or keeps a higher one; assigns them to those
    /// first projects that are still active; makes the account first, if there is none.
    ///
    /// The rows are locked in the order of all other changes, see [`accounts::lock`].
    pub async fn join(&self, caller: &Caller, invitation: &ProvenInvitation, joiner: Joiner) -> Result<Joined, DbError> {
        let now = self.ambient.now();
        let mut tx = self.db.write().await?;
        let version = fetch_optional!(&mut tx, (i64,), TOUCH_ORG, invitation.org.as_str())?;
        let (person, hash) = match joiner {
            Joiner::Known(person) => (person, None),
            Joiner::New(person, hash) => (person, Some(hash)),
        };
        let caller = Caller {
            person: Some(person.clone()),
            ..caller.clone()
        };
        if let Some(hash) = &hash
            && let Err(error) = accounts::insert(&mut tx, &person.id, &person.name, &person.email, hash, now.0).await
        {
            return if error.is_unique_violation() {
                Ok(Joined::Taken)
            } else {
                Err(error)
            };
        }
        if !invitations::answer(&mut tx, invitation, "accepted", Some(&person.id), now).await? {
            return Ok(Joined::Gone);
        }
        if !invitations::still_holds(&mut tx, invitation).await? {
            return Ok(Joined::NotGranted);
        }
        let entered = self.enter(&mut tx, invitation, &person).await?;
        if hash.is_some() {
            let event = Event::new("account.created", &person.id, &person.email).set("by", "invitation");
            audit::append(&mut tx, &self.ambient, &caller, &Chain::Installation, event).await?;
        }
        let chain = Chain::Org(invitation.org.clone());
        for event in entered {
            audit::append(&mut tx, &self.ambient, &caller, &chain, event).await?;
        }
        tx.commit().await?;
        if let Some((version,)) = version {
            self.versions.observe(&invitation.org, version);
        }
        Ok(Joined::Done)
    }

    /// Membership and assignments; returns the records, those of the projects in their own logs.
    async fn enter(&self, tx: &mut Tx, invitation: &ProvenInvitation, person: &Person) -> Result<Vec<Event>, DbError> {
        const MEMBER: &str = "
            INSERT INTO org_members (org_id, account_id, role, created_at, added_by)
            SELECT org_id, $2, role, $3, invited_by FROM invitations WHERE id = $1
            ON CONFLICT (org_id, account_id) DO UPDATE SET role = excluded.role
            WHERE excluded.role = 'owner' OR (excluded.role = 'admin' AND org_members.role = 'member')";
        const PROJECT: &str = "
            INSERT INTO project_members (project_id, account_id, role, created_at, added_by)
            SELECT $2, $3, $4, $5, invited_by FROM invitations WHERE id = $1
            ON CONFLICT (project_id, account_id) DO UPDATE SET role = excluded.role WHERE excluded.role = 'admin'";
        const ROLE: &str = "SELECT role FROM project_members WHERE project_id = $1 AND account_id = $2";
        let (id, account, now) = (invitation.id.as_str(), person.id.as_str(), self.ambient.now().0);
        let before = role_of(tx, invitation, &person.id).await?;
        execute!(tx, MEMBER, id, account, now)?;
        let after = role_of(tx, invitation, &person.id).await?;
        let (mut names, mut added) = (Vec::new(), Vec::new());
        if invitation.role == OrgRole::Member {
            for (project, name, role) in invitations::first_projects(tx, invitation).await? {
                let before = fetch_optional!(tx, (String,), ROLE, project.as_str(), account)?;
                if execute!(tx, PROJECT, id, project.as_str(), account, role.as_str(), now)? > 0 {
                    let event = |action| Event::new(action, &person.id, &person.email).in_project(&project);
                    added.push(match before {
                        // Somebody from outside of the organization until now.
                        Some((before,)) => event("collaborator.role_changed").change("role", Some(before), Some(role.as_str().to_owned())),
                        None => event("collaborator.added").set("role", role.as_str()).set("external", false),
                    });
                }
                names.push(name);
            }
        }
        let names: Vec<&str> = names.iter().map(Name::as_str).collect();
        let joined = Event::new("member.joined", &person.id, &person.email)
            .change("role", before, after)
            .change("projects", None, Some(names.join(", ")).filter(|names| !names.is_empty()))
            .set("invited by", &invitation.inviter);
        Ok(std::iter::once(joined).chain(added).collect())
    }

    /// Ends an invitation by its holder's will. False if it was answered, renewed or revoked meanwhile.
    pub async fn decline(&self, caller: &Caller, invitation: &ProvenInvitation) -> Result<bool, DbError> {
        let mut tx = self.db.write().await?;
        // Changes nothing that a key may do, but takes its turn among the changes of the organization.
        fetch_optional!(&mut tx, (i64,), TOUCH_ORG, invitation.org.as_str())?;
        if !invitations::answer(&mut tx, invitation, "declined", None, self.ambient.now()).await? {
            return Ok(false);
        }
        let event = Event::new("invitation.declined", &invitation.id, &invitation.email);
        audit::append(&mut tx, &self.ambient, caller, &Chain::Org(invitation.org.clone()), event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn role_of(tx: &mut Tx, invitation: &ProvenInvitation, account: &AccountId) -> Result<Option<String>, DbError> {
    const SQL: &str = "SELECT role FROM org_members WHERE org_id = $1 AND account_id = $2";
    let row = fetch_optional!(tx, (String,), SQL, invitation.org.as_str(), account.as_str())?;
    Ok(row.map(|(role,)| role))
}
