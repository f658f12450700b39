//! A member leaves an organization. Nobody grants that: one's own membership is the proof, read in the same transaction.

use app::model::{
    AccountId, Email, Name, OrgId, OrgRole,
    account::{KeptKeys, Membership},
    place::OrgRef,
};

use super::{
    Store, audit,
    change::TOUCH_ORG,
    count,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    parse,
};
use crate::{
    access::{Caller, Person, reaches_a_project},
    audit::{Chain, Event},
};

const MEMBERSHIPS: &str = concat!(
    "SELECT o.id, o.name, o.slug, m.role FROM orgs o JOIN org_members m ON m.org_id = o.id
    WHERE m.account_id = $1 AND ",
    reaches_a_project!(),
    " ORDER BY lower(o.name), o.id"
);
const MEMBERSHIP: &str = concat!(
    "SELECT o.id, o.name, o.slug, m.role FROM orgs o JOIN org_members m ON m.org_id = o.id
    WHERE m.account_id = $1 AND o.id = $2 AND ",
    reaches_a_project!()
);
const OTHER_OWNERS: &str = "SELECT count(*) FROM org_members WHERE org_id = $1 AND role = 'owner' AND account_id <> $2";
const OWNED: &str = "
    SELECT name FROM projects WHERE org_id = $1 AND owner_id = $2 AND archived_at IS NULL ORDER BY lower(name), id";
// The keys that the person made and sees: in own projects, and the Organization Default Key as an owner only.
const KEPT_KEYS: &str = "
    SELECT p.name, p.slug, count(*) FROM api_keys k
    JOIN projects p ON p.id = k.project_id
    JOIN orgs o ON o.id = p.org_id
    JOIN org_members m ON m.org_id = o.id AND m.account_id = k.created_by
    LEFT JOIN project_members c ON c.project_id = p.id AND c.account_id = k.created_by
    WHERE o.id = $1 AND k.created_by = $2 AND k.state = 'active' AND p.archived_at IS NULL
      AND (m.role = 'owner' OR NOT k.is_org_default)
      AND (m.role IN ('owner', 'admin') OR c.role IS NOT NULL OR (p.is_default AND o.default_access = 'all_members'))
    GROUP BY p.id, p.name, p.slug ORDER BY lower(p.name), p.id";

/// Projects that the account $2 is no admin of, by a role in the project itself.
macro_rules! not_admin {
    () => {
        "NOT EXISTS (SELECT 1 FROM project_members c
                     WHERE c.project_id = projects.id AND c.account_id = $2 AND c.role = 'admin')"
    };
}

/// What stands in the way of leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    LastOwner,
    /// The active projects that the person is the owner of.
    Owns(Vec<Name>),
}

/// A membership, and what leaving meets.
pub struct LeaveFacts {
    pub membership: Membership,
    pub keys: Vec<KeptKeys>,
    pub obstacle: Option<Obstacle>,
}

/// How leaving ended.
pub enum Left {
    Done,
    /// There is no such organization for this person.
    NotFound,
    Refused(Obstacle),
}

type MembershipRow = (String, String, String, String);

fn membership((id, name, slug, role): MembershipRow) -> Result<Membership, DbError> {
    Ok(Membership {
        org: OrgRef {
            id: parse(id)?,
            name: parse(name)?,
            slug: parse(slug)?,
        },
        role: parse(role)?,
    })
}

/// The organizations of a person, by name; without those that the person has no project in.
pub async fn memberships(on: &mut impl Connection, person: &AccountId) -> Result<Vec<Membership>, DbError> {
    let rows = fetch_all!(on, MembershipRow, MEMBERSHIPS, person.as_str())?;
    rows.into_iter().map(membership).collect()
}

/// What leaving would meet; nothing for an organization that does not exist for the person.
pub async fn leave_facts(on: &mut impl Connection, person: &AccountId, org: &OrgId) -> Result<Option<LeaveFacts>, DbError> {
    let Some(row) = fetch_optional!(on, MembershipRow, MEMBERSHIP, person.as_str(), org.as_str())? else {
        return Ok(None);
    };
    let membership = membership(row)?;
    let obstacle = obstacle(on, person, &membership).await?;
    let keys = fetch_all!(on, (String, String, i64), KEPT_KEYS, org.as_str(), person.as_str())?;
    let keys = keys.into_iter().map(|(name, slug, keys)| {
        Ok(KeptKeys {
            project: parse(name)?,
            slug: parse(slug)?,
            keys: count(keys),
        })
    });
    Ok(Some(LeaveFacts {
        membership,
        keys: keys.collect::<Result<_, DbError>>()?,
        obstacle,
    }))
}

async fn obstacle(on: &mut impl Connection, person: &AccountId, membership: &Membership) -> Result<Option<Obstacle>, DbError> {
    let org = membership.org.id.as_str();
    if membership.role == OrgRole::Owner {
        let (others,) = fetch_one!(on, (i64,), OTHER_OWNERS, org, person.as_str())?;
        if others == 0 {
            return Ok(Some(Obstacle::LastOwner));
        }
    }
    let owned = fetch_all!(on, (String,), OWNED, org, person.as_str())?;
    let owned: Vec<Name> = owned.into_iter().map(|(name,)| parse(name)).collect::<Result<_, _>>()?;
    Ok((!owned.is_empty()).then_some(Obstacle::Owns(owned)))
}

impl Store {
    /// Ends the membership and every role in the projects of the organization, archived ones included. The version row is
    /// touched first, so that of two owners who leave at the same time one stays.
    pub async fn leave(&self, caller: &Caller, person: &Person, org: &OrgId) -> Result<Left, DbError> {
        let mut tx = self.db.write().await?;
        let version = fetch_optional!(&mut tx, (i64,), TOUCH_ORG, org.as_str())?;
        let facts = leave_facts(&mut tx, &person.id, org).await?;
        let (Some((version,)), Some(facts)) = (version, facts) else {
            return Ok(Left::NotFound);
        };
        if let Some(obstacle) = facts.obstacle {
            return Ok(Left::Refused(obstacle));
        }
        let ended = end_membership(&mut tx, org, &person.id, &person.email).await?;
        let left = Event::new("member.left", &person.id, &person.email)
            .change("role", Some(facts.membership.role.as_str().to_owned()), None)
            .change("project roles", Some(ended.roles.to_string()), Some("0".to_owned()));
        let chain = Chain::Org(org.clone());
        for event in std::iter::once(left).chain(ended.events) {
            audit::append(&mut tx, &self.ambient, caller, &chain, event).await?;
        }
        tx.commit().await?;
        self.versions.observe(org, version);
        Ok(Left::Done)
    }
}

/// What ended with a membership.
pub struct Ended {
    /// Roles in projects.
    pub roles: usize,
    /// The records of what it left behind.
    pub events: Vec<Event>,
}

/// Takes somebody out of an organization: the roles in all of its projects, archived ones included, so that no restore brings
/// them back, and the membership. Their keys stay.
pub(super) async fn end_membership(on: &mut impl Connection, org: &OrgId, account: &AccountId, email: &Email) -> Result<Ended, DbError> {
    const ROLES: &str = "
        DELETE FROM project_members WHERE account_id = $2 AND project_id IN (SELECT id FROM projects WHERE org_id = $1)
        RETURNING project_id, role";
    const MEMBER: &str = "DELETE FROM org_members WHERE org_id = $1 AND account_id = $2";
    // Its record is for owners alone, and all that tells them: the person knows a secret of the whole organization.
    const DEFAULT_KEY: &str = "
        SELECT k.id, k.name, k.project_id FROM api_keys k JOIN projects p ON p.id = k.project_id
        WHERE p.org_id = $1 AND k.created_by = $2 AND k.is_org_default AND k.state <> 'revoked'";
    let mut roles = fetch_all!(on, (String, String), ROLES, org.as_str(), account.as_str())?;
    // Neither engine promises an order.
    roles.sort_unstable();
    let mut events = clear_ownership(on, org, account, email).await?;
    for (project, role) in &roles {
        let event = Event::new("collaborator.removed", account, email).in_project(&parse(project.clone())?);
        events.push(event.change("role", Some(role.clone()), None));
    }
    execute!(on, MEMBER, org.as_str(), account.as_str())?;
    for (key, name, project) in fetch_all!(on, (String, String, String), DEFAULT_KEY, org.as_str(), account.as_str())? {
        let event = Event::new("api_key.maker_left", key, name).in_project(&parse(project)?);
        events.push(event.change("maker", Some(email.to_string()), None));
    }
    Ok(Ended {
        roles: roles.len(),
        events,
    })
}

/// Names of the projects that [`clear_ownership`] would take a person out of the details of.
pub(super) async fn released(on: &mut impl Connection, org: &OrgId, account: &AccountId) -> Result<Vec<String>, DbError> {
    const SQL: &str = concat!(
        "SELECT name FROM projects WHERE org_id = $1 AND (owner_id = $2 OR key_owner_id = $2) AND ",
        not_admin!(),
        " ORDER BY lower(name), id"
    );
    let names = fetch_all!(on, (String,), SQL, org.as_str(), account.as_str())?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Takes a person out of the details of those projects whose owner or key owner they can no longer be, because no role in them
/// makes the person an admin there. For somebody who is no owner or admin of the organization any more.
pub(super) async fn clear_ownership(
    on: &mut impl Connection,
    org: &OrgId,
    account: &AccountId,
    email: &Email,
) -> Result<Vec<Event>, DbError> {
    const OWNER: &str = concat!(
        "UPDATE projects SET owner_id = NULL WHERE org_id = $1 AND owner_id = $2 AND ",
        not_admin!(),
        " RETURNING id, name"
    );
    const KEY_OWNER: &str = concat!(
        "UPDATE projects SET key_owner_id = NULL WHERE org_id = $1 AND key_owner_id = $2 AND ",
        not_admin!(),
        " RETURNING id, name"
    );
    let mut events = Vec::new();
    for (field, sql) in [("owner", OWNER), ("key owner", KEY_OWNER)] {
        for (project, name) in fetch_all!(on, (String, String), sql, org.as_str(), account.as_str())? {
            let event = Event::new("project.updated", &project, &name).in_project(&parse(&project)?);
            events.push(event.change(field, Some(email.to_string()), None));
        }
    }
    Ok(events)
}
