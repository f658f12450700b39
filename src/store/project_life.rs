//! What becomes of a project: archive, restore, the Default flag; and whom each of them concerns.

use app::model::{
    AccountId, KeyId, Name, OrgId, ProjectId, Slug, Timestamp,
    organization::DefaultAccess,
    project::StoppingKey,
    project_life::{Concerned, People, default_version, in_words},
    time::DAY,
};

use super::{
    Change, Store, count,
    db::{Connection, DbError, Reader, execute, fetch_all, fetch_one, fetch_optional},
    parse,
};
use crate::access::{ArchiveProject, Grant};

/// Members of the org $1 (not owners or admins, who reach every project) for whom the condition holds, and how many they are.
/// $2 is a project, $3 how many are named.
macro_rules! members_where {
    ($condition:expr) => {
        concat!(
            "SELECT a.name, a.email, count(*) OVER ()
            FROM org_members m JOIN accounts a ON a.id = m.account_id JOIN orgs o ON o.id = m.org_id
            WHERE m.org_id = $1 AND m.role = 'member' AND ",
            $condition,
            " ORDER BY lower(a.name), a.id LIMIT $3"
        )
    };
}

/// The member is assigned to no active project besides $2.
macro_rules! nowhere_else {
    () => {
        "NOT EXISTS (SELECT 1 FROM projects p JOIN project_members c ON c.project_id = p.id
                     WHERE p.org_id = $1 AND p.archived_at IS NULL AND p.id <> $2 AND c.account_id = m.account_id)"
    };
}

/// Members whose only active project $2 is, or would be. Where the Default Project is open to all members, nobody is left
/// without a project: it is always active.
pub(super) const ONLY_HERE: &str = members_where!(concat!(
    "o.default_access = 'assigned_only'
     AND EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = $2 AND c.account_id = m.account_id) AND ",
    nowhere_else!()
));
/// Members who are assigned to no active project; $2 is empty.
pub(super) const NOWHERE: &str = members_where!(nowhere_else!());
/// Members who are not assigned to the project $2.
pub(super) const NOT_ASSIGNED: &str =
    members_where!("NOT EXISTS (SELECT 1 FROM project_members c WHERE c.project_id = $2 AND c.account_id = m.account_id)");

/// The people that one of the statements above finds.
pub(super) async fn people(on: &mut impl Connection, sql: &'static str, org: &OrgId, project: &str) -> Result<People, DbError> {
    let most = i64::from(People::MOST);
    let rows = fetch_all!(on, (String, String, i64), sql, org.as_str(), project, most)?;
    let total = rows.first().map_or(0, |(_, _, total)| count(*total));
    let concerned = |(name, email, _)| {
        Ok(Concerned {
            name: parse(name)?,
            email: parse(email)?,
        })
    };
    Ok(People {
        first: rows.into_iter().map(concerned).collect::<Result<_, DbError>>()?,
        total,
    })
}

/// What an archive or a restore would meet.
pub struct LifeFacts {
    pub name: Name,
    pub slug: Slug,
    pub is_default: bool,
    pub archived: bool,
    /// Active projects of the org, this one included while it is active.
    pub active_projects: i64,
    pub collaborators: u64,
    /// Everybody in the org.
    pub members: u64,
}

/// What an archive or a restore would do.
pub struct LifeEffects {
    pub facts: LifeFacts,
    /// Its active keys, which stop, or come back disabled.
    pub keys: Vec<StoppingKey>,
    /// The members who have no other project: they lose the organization, or have it again.
    pub people: People,
}

impl LifeEffects {
    /// Requests that the keys carried in the last 24 hours.
    pub fn requests_24h(&self) -> u64 {
        requests_24h(&self.keys)
    }
}

fn requests_24h(keys: &[StoppingKey]) -> u64 {
    keys.iter().map(|key| key.requests_24h).sum()
}

async fn facts(on: &mut impl Connection, org: &OrgId, project: &ProjectId) -> Result<LifeFacts, DbError> {
    const SQL: &str = "
        SELECT name, slug, is_default, archived_at, (SELECT count(*) FROM projects a WHERE a.org_id = $2 AND a.archived_at IS NULL),
               (SELECT count(*) FROM project_members c WHERE c.project_id = $1), (SELECT count(*) FROM org_members m WHERE m.org_id = $2)
        FROM projects WHERE id = $1 AND org_id = $2";
    let row = fetch_one!(
        on,
        (String, String, bool, Option<i64>, i64, i64, i64),
        SQL,
        project.as_str(),
        org.as_str()
    )?;
    let (name, slug, is_default, archived_at, active_projects, collaborators, members) = row;
    Ok(LifeFacts {
        name: parse(name)?,
        slug: parse(slug)?,
        is_default,
        archived: archived_at.is_some(),
        active_projects,
        collaborators: count(collaborators),
        members: count(members),
    })
}

/// The active keys of a project. `since` begins the last 24 hours; the Organization Default Key is for owners alone. The requests
/// are read once for all keys: there may be millions, so never inside of a change, which others wait for.
async fn keys(on: &mut Reader, project: &ProjectId, since: i64, with_default_key: bool) -> Result<Vec<StoppingKey>, DbError> {
    const KEYS: &str = "
        SELECT k.id, k.name, k.prefix, k.last_four, k.last_used_at, coalesce(u.requests, 0)
        FROM api_keys k
        LEFT JOIN (SELECT key_id, count(*) AS requests FROM requests WHERE project_id = $1 AND arrived_at >= $2 GROUP BY key_id) u
             ON u.key_id = k.id
        WHERE k.project_id = $1 AND k.state = 'active' AND (k.is_org_default = FALSE OR $3) ORDER BY lower(k.name), k.id";
    let keys = fetch_all!(
        on,
        (String, String, String, String, Option<i64>, i64),
        KEYS,
        project.as_str(),
        since,
        with_default_key
    )?;
    let key = |(id, name, prefix, last_four, last_used, requests): (_, _, String, String, Option<i64>, _)| {
        Ok(StoppingKey {
            id: parse::<KeyId>(id)?,
            name,
            hint: format!("{prefix}…{last_four}"),
            last_used: last_used.map(Timestamp),
            requests_24h: count(requests),
        })
    };
    keys.into_iter().map(key).collect()
}

/// Whom a move of the Default flag concerns.
pub struct DefaultEffects {
    /// The project that has the flag, with its name.
    pub from: (ProjectId, Name),
    pub access: DefaultAccess,
    pub archived: bool,
    pub gaining: People,
    pub losing: People,
}

impl DefaultEffects {
    /// What they were worked out from.
    pub fn version(&self) -> String {
        default_version(&self.from.0, self.access)
    }
}

async fn default_effects(on: &mut impl Connection, org: &OrgId, project: &ProjectId) -> Result<DefaultEffects, DbError> {
    const SQL: &str = "
        SELECT d.id, d.name, o.default_access, p.archived_at
        FROM orgs o JOIN projects d ON d.org_id = o.id AND d.is_default JOIN projects p ON p.org_id = o.id
        WHERE o.id = $1 AND p.id = $2";
    let row = fetch_one!(on, (String, String, String, Option<i64>), SQL, org.as_str(), project.as_str())?;
    let (id, name, access, archived_at) = row;
    let mut effects = DefaultEffects {
        from: (parse(id)?, parse(name)?),
        access: parse(access)?,
        archived: archived_at.is_some(),
        gaining: People::default(),
        losing: People::default(),
    };
    if effects.access == DefaultAccess::AllMembers && effects.from.0 != *project {
        effects.gaining = people(on, NOT_ASSIGNED, org, project.as_str()).await?;
        effects.losing = people(on, NOT_ASSIGNED, org, effects.from.0.as_str()).await?;
    }
    Ok(effects)
}

impl Store {
    /// Reads for the dry runs of archive and restore.
    pub async fn life_effects(&self, grant: &Grant<ArchiveProject>) -> Result<LifeEffects, DbError> {
        let since = self.ambient.now().plus(-DAY).0;
        let (org, project) = (&grant.org().id, &grant.project().id);
        let mut reader = self.db.read().await?;
        Ok(LifeEffects {
            facts: facts(&mut reader, org, project).await?,
            keys: keys(&mut reader, project, since, grant.sees_org_default_key()).await?,
            people: people(&mut reader, ONLY_HERE, org, project.as_str()).await?,
        })
    }

    /// Requests that the active keys carried in the last 24 hours. For a record, which admins read, too: the Organization Default
    /// Key is left out.
    pub async fn requests_24h(&self, grant: &Grant<ArchiveProject>) -> Result<u64, DbError> {
        let since = self.ambient.now().plus(-DAY).0;
        let keys = keys(&mut self.db.read().await?, &grant.project().id, since, false).await?;
        Ok(requests_24h(&keys))
    }

    /// Reads for the dry run of another Default Project.
    pub async fn default_effects(&self, grant: &Grant<ArchiveProject>) -> Result<DefaultEffects, DbError> {
        default_effects(&mut self.db.read().await?, &grant.org().id, &grant.project().id).await
    }
}

impl Change<ArchiveProject> {
    /// Read inside the change, so that nothing moves between check and use.
    pub async fn life_facts(&mut self) -> Result<LifeFacts, DbError> {
        let (org, project) = self.place();
        facts(self, &org, &project).await
    }

    /// Names of the active keys; `None` without any. For a record, which admins read, too: the Organization Default Key is left
    /// out.
    pub async fn key_names(&mut self) -> Result<Option<String>, DbError> {
        const SQL: &str = "
            SELECT name FROM api_keys WHERE project_id = $1 AND state = 'active' AND is_org_default = FALSE ORDER BY lower(name), id";
        let project = self.place().1;
        let names = fetch_all!(self, (String,), SQL, project.as_str())?;
        Ok(in_words(names.iter().map(|(name,)| name.as_str()), names.len() as u64))
    }

    /// The members who have no other project.
    pub async fn people_only_here(&mut self) -> Result<People, DbError> {
        let (org, project) = self.place();
        people(self, ONLY_HERE, &org, project.as_str()).await
    }

    pub async fn default_effects(&mut self) -> Result<DefaultEffects, DbError> {
        let (org, project) = self.place();
        default_effects(self, &org, &project).await
    }

    pub async fn set_archived(&mut self) -> Result<(), DbError> {
        const SQL: &str = "UPDATE projects SET archived_at = $2, archived_by = $3 WHERE id = $1 AND archived_at IS NULL";
        let ((_, project), now) = (self.place(), self.ambient().now().0);
        let by = self.caller().person.as_ref().map(|person| person.id.clone());
        execute!(self, SQL, project.as_str(), now, by.as_ref().map(AccountId::as_str))?;
        Ok(())
    }

    /// Brings the project back with all of its active keys disabled. Returns the Organization Default Key, if it was one of them.
    pub async fn set_restored(&mut self) -> Result<Option<(KeyId, Name)>, DbError> {
        const DEFAULT_KEY: &str = "SELECT id, name FROM api_keys WHERE project_id = $1 AND state = 'active' AND is_org_default";
        const KEYS: &str = "UPDATE api_keys SET state = 'disabled' WHERE project_id = $1 AND state = 'active'";
        const PROJECT: &str = "UPDATE projects SET archived_at = NULL, archived_by = NULL WHERE id = $1";
        let (_, project) = self.place();
        let default_key = fetch_optional!(self, (String, String), DEFAULT_KEY, project.as_str())?;
        execute!(self, KEYS, project.as_str())?;
        execute!(self, PROJECT, project.as_str())?;
        default_key.map(|(id, name)| Ok((parse(id)?, parse(name)?))).transpose()
    }

    /// Moves the Default flag here. An org has exactly one, at every moment: it is taken away first.
    pub async fn set_default(&mut self) -> Result<(), DbError> {
        const UNSET: &str = "UPDATE projects SET is_default = FALSE WHERE org_id = $1 AND is_default";
        const SET: &str = "UPDATE projects SET is_default = TRUE WHERE id = $1";
        let (org, project) = self.place();
        execute!(self, UNSET, org.as_str())?;
        execute!(self, SET, project.as_str())?;
        Ok(())
    }

    fn place(&self) -> (OrgId, ProjectId) {
        (self.grant().org().id.clone(), self.grant().project().id.clone())
    }
}
