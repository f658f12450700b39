//! Names and policies of an organization: read, and changed by its owners.

use app::model::{
    Name, OrgId, ProjectId, Slug,
    branding::Branding,
    organization::{DefaultAccess, ExternalUse, OrgNames, OrgSettings},
    project_life::{People, default_version},
};

use super::{
    Change, Store, audit, count,
    db::{Connection, DbError, execute, fetch_one, fetch_optional},
    parse,
    project_life::{NOT_ASSIGNED, NOWHERE, people},
};
use crate::{
    access::{Caller, Grant, ManageOrg, Origin},
    audit::{Chain, Event},
};

/// Whom another Default Project access concerns.
pub struct AccessEffects {
    pub from: DefaultAccess,
    pub default_project: (ProjectId, Name),
    /// Members without a project of their own.
    pub organization: People,
    /// Members who are not assigned to the Default Project.
    pub project: People,
    /// Open invitations of members that lead to no active project.
    pub invitations: u64,
}

impl AccessEffects {
    /// What they were worked out from.
    pub fn version(&self) -> String {
        default_version(&self.default_project.0, self.from)
    }
}

async fn access_effects(on: &mut impl Connection, org: &OrgId) -> Result<AccessEffects, DbError> {
    const SQL: &str = "
        SELECT o.default_access, p.id, p.name FROM orgs o JOIN projects p ON p.org_id = o.id AND p.is_default WHERE o.id = $1";
    const INVITATIONS: &str = "
        SELECT count(*) FROM invitations i WHERE i.org_id = $1 AND i.state = 'open' AND i.role = 'member'
          AND NOT EXISTS (SELECT 1 FROM invitation_projects x JOIN projects p ON p.id = x.project_id
                          WHERE x.invitation_id = i.id AND p.archived_at IS NULL)";
    let (from, project, name) = fetch_one!(on, (String, String, String), SQL, org.as_str())?;
    let (invitations,) = fetch_one!(on, (i64,), INVITATIONS, org.as_str())?;
    Ok(AccessEffects {
        invitations: count(invitations),
        from: parse(from)?,
        organization: people(on, NOWHERE, org, "").await?,
        project: people(on, NOT_ASSIGNED, org, &project).await?,
        default_project: (parse(project)?, parse(name)?),
    })
}

/// Whether the operator grants the organization several projects, or holds them back; `None` leaves it to its plan.
pub async fn multi_project(on: &mut impl Connection, org: &OrgId) -> Result<Option<bool>, DbError> {
    let (granted,) = fetch_one!(on, (Option<bool>,), "SELECT multi_project FROM orgs WHERE id = $1", org.as_str())?;
    Ok(granted)
}

impl Store {
    /// The operator's word on several projects, from the command line. Returns the organization's name; `None` if none has
    /// this address.
    pub async fn grant_multi_project(&self, slug: &Slug, granted: Option<bool>) -> Result<Option<Name>, DbError> {
        const TOUCH: &str = "
            UPDATE orgs SET version = version + 1 WHERE id = (SELECT org_id FROM org_slugs WHERE slug = $1)
            RETURNING id, name, version";
        let mut tx = self.db.write().await?;
        let Some((id, name, version)) = fetch_optional!(&mut tx, (String, String, i64), TOUCH, slug.as_str())? else {
            return Ok(None);
        };
        let (org, name): (OrgId, Name) = (parse(id)?, parse(name)?);
        let before = multi_project(&mut tx, &org).await?;
        if before == granted {
            return Ok(Some(name));
        }
        execute!(&mut tx, "UPDATE orgs SET multi_project = $2 WHERE id = $1", org.as_str(), granted)?;
        let word = |granted: Option<bool>| granted.map(|granted| if granted { "granted" } else { "held back" }.to_owned());
        let event = Event::new("org.early_access_changed", &org, &name).change("several_projects", word(before), word(granted));
        let caller = Caller::anonymous(Origin::cli());
        for chain in [Chain::Installation, Chain::Org(org.clone())] {
            audit::append(&mut tx, &self.ambient, &caller, &chain, event.clone()).await?;
        }
        tx.commit().await?;
        self.versions.observe(&org, version);
        Ok(Some(name))
    }

    pub async fn org_settings(&self, grant: &Grant<ManageOrg>) -> Result<OrgSettings, DbError> {
        type Row = (String, String, String, bool, Option<String>, Option<String>, i64, i64);
        const SQL: &str = "
            SELECT o.name, o.slug, o.default_access, o.external_allowed, o.brand,
                   (SELECT l.hash FROM org_logos l WHERE l.org_id = o.id),
                   (SELECT count(*) FROM projects p WHERE p.org_id = o.id AND p.archived_at IS NULL AND p.external_allowed),
                   (SELECT count(DISTINCT c.account_id) FROM projects p JOIN project_members c ON c.project_id = p.id
                    WHERE p.org_id = o.id AND p.archived_at IS NULL
                      AND NOT EXISTS (SELECT 1 FROM org_members m WHERE m.org_id = o.id AND m.account_id = c.account_id))
            FROM orgs o WHERE o.id = $1";
        let mut reader = self.db.read().await?;
        let row = fetch_one!(&mut reader, Row, SQL, grant.org().id.as_str())?;
        let (name, slug, access, external_allowed, colour, logo, projects, outside) = row;
        Ok(OrgSettings {
            names: OrgNames {
                name: parse(name)?,
                slug: parse(slug)?,
            },
            default_access: parse(access)?,
            external_allowed,
            external: ExternalUse {
                projects: count(projects),
                people: count(outside),
            },
            branding: Branding {
                colour: colour.map(parse).transpose()?,
                logo,
            },
        })
    }

    /// Reads for the dry run of another Default Project access.
    pub async fn access_effects(&self, grant: &Grant<ManageOrg>) -> Result<AccessEffects, DbError> {
        access_effects(&mut self.db.read().await?, &grant.org().id).await
    }
}

impl Change<ManageOrg> {
    pub async fn access_effects(&mut self) -> Result<AccessEffects, DbError> {
        let org = self.grant().org().id.clone();
        access_effects(self, &org).await
    }

    pub async fn external_allowed(&mut self) -> Result<bool, DbError> {
        let org = self.grant().org().id.clone();
        let (allowed,) = fetch_one!(self, (bool,), "SELECT external_allowed FROM orgs WHERE id = $1", org.as_str())?;
        Ok(allowed)
    }

    pub async fn names(&mut self) -> Result<OrgNames, DbError> {
        let org = self.grant().org().id.clone();
        let (name, slug) = fetch_one!(self, (String, String), "SELECT name, slug FROM orgs WHERE id = $1", org.as_str())?;
        Ok(OrgNames {
            name: parse(name)?,
            slug: parse(slug)?,
        })
    }

    /// Gives the organization this address, for ever: old ones stay its own and lead to it. False if another one has it, or
    /// had it.
    pub async fn claim_slug(&mut self, slug: &Slug) -> Result<bool, DbError> {
        const CLAIM: &str = "INSERT INTO org_slugs (slug, org_id, since) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING";
        const HOLDER: &str = "SELECT org_id FROM org_slugs WHERE slug = $1";
        let (org, now) = (self.grant().org().id.clone(), self.ambient().now().0);
        // Two organizations may want it at once: the table decides.
        execute!(self, CLAIM, slug.as_str(), org.as_str(), now)?;
        let holder = fetch_optional!(self, (String,), HOLDER, slug.as_str())?;
        Ok(holder.is_some_and(|(holder,)| holder == org.as_str()))
    }

    pub async fn set_names(&mut self, names: &OrgNames) -> Result<(), DbError> {
        let org = self.grant().org().id.clone();
        execute!(
            self,
            "UPDATE orgs SET name = $2, slug = $3 WHERE id = $1",
            org.as_str(),
            names.name.as_str(),
            names.slug.as_str()
        )?;
        Ok(())
    }

    pub async fn set_default_access(&mut self, access: DefaultAccess) -> Result<(), DbError> {
        let org = self.grant().org().id.clone();
        execute!(
            self,
            "UPDATE orgs SET default_access = $2 WHERE id = $1",
            org.as_str(),
            access.as_str()
        )?;
        Ok(())
    }

    pub async fn set_external_allowed(&mut self, allowed: bool) -> Result<(), DbError> {
        let org = self.grant().org().id.clone();
        execute!(self, "UPDATE orgs SET external_allowed = $2 WHERE id = $1", org.as_str(), allowed)?;
        Ok(())
    }
}
