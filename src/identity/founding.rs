//! The first account and its organization: through the set-up link, or from the command line.

use std::sync::Arc;

use app::model::{
    AccountId, AppError, Email, KeyId, Name, OrgId, OrgRole, ProjectId, Slug, names,
    project::{Environment, NewProject},
};
use subtle::ConstantTimeEq;

use super::password::{PasswordError, Passwords};
use crate::{
    access::{
        Caller, Origin, Person,
        api_key::{ApiKeySecret, Pepper},
    },
    ambient::Ambient,
    audit::{Chain, Event},
    catalog::Catalog,
    store::{
        Store, accounts, audit,
        db::{DbError, Tx},
        keys::{self, KeyRecord},
        orgs,
        projects::{self, ProjectRecord},
    },
};

/// The one-time link of the set-up page. Its token lives in this process only: a restart prints a fresh one.
#[derive(Clone)]
pub struct SetupLink(Arc<str>);

impl SetupLink {
    pub fn new(ambient: &Ambient) -> Self {
        Self(ambient.token().into())
    }

    pub fn token(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, token: &str) -> bool {
        self.0.as_bytes().ct_eq(token.as_bytes()).into()
    }
}

/// What is to be made.
pub struct Foundation {
    pub name: Name,
    pub email: Email,
    pub password: String,
    pub org: Name,
    pub slug: Slug,
    /// Also makes the Organization Default Key and returns its secret.
    pub with_key: bool,
}

/// What was made.
pub struct Founded {
    pub person: Person,
    pub org: OrgId,
    pub project: ProjectId,
    pub project_slug: Slug,
    pub secret: Option<ApiKeySecret>,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    #[error("password: {0}")]
    Password(#[from] names::InvalidName),
    #[error("this installation is set up already")]
    Done,
    #[error(transparent)]
    Hash(#[from] PasswordError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FoundingError> for AppError {
    fn from(error: FoundingError) -> Self {
        match error {
            FoundingError::Password(error) => Self::field("password", error.to_string()),
            FoundingError::Done => Self::conflict("This installation is set up already. Sign in instead."),
            FoundingError::Db(error) => error.into(),
            FoundingError::Hash(error) => {
                tracing::error!(%error, "set-up failed");
                Self::Internal
            }
        }
    }
}

/// Makes account, org, ownership, Default Project and, if wanted, the Organization Default Key: all or nothing, and
/// only while no account exists. The installation's audit head is locked first, so two set-ups cannot both win.
pub async fn found(
    store: &Store,
    passwords: &Passwords,
    catalog: &Catalog,
    pepper: &Pepper,
    origin: Origin,
    foundation: Foundation,
) -> Result<Founded, FoundingError> {
    let ambient = &store.ambient;
    let hash = passwords
        .choose(ambient, &foundation.password, &foundation.email, &foundation.name)
        .await??;
    let now = ambient.now();
    let Foundation {
        name,
        email,
        org,
        slug,
        with_key,
        ..
    } = foundation;
    let person = Person {
        id: ambient.id::<AccountId>(),
        name,
        email,
    };
    let caller = Caller {
        person: Some(person.clone()),
        ..Caller::anonymous(origin)
    };
    let org_id: OrgId = ambient.id();

    let mut tx = store.db.write().await?;
    let event = Event::new("installation.set_up", &org_id, &org)
        .set("owner", &person.email)
        .set("address", &slug);
    audit::append(&mut tx, ambient, &caller, &Chain::Installation, event).await?;
    if accounts::has_accounts(&mut tx).await? {
        return Err(FoundingError::Done);
    }
    accounts::insert(&mut tx, &person.id, &person.name, &person.email, &hash, now.0).await?;
    let new = NewOrg {
        id: &org_id,
        name: &org,
        slug: &slug,
    };
    let (project, project_slug) = found_org(&mut tx, store, &caller, catalog, &new, &person).await?;
    let secret = if with_key {
        Some(default_key(&mut tx, store, &caller, pepper, &org_id, &project, &person).await?)
    } else {
        None
    };
    tx.commit().await?;
    Ok(Founded {
        person,
        org: org_id,
        project,
        project_slug,
        secret,
    })
}

/// An organization to be made.
pub struct NewOrg<'a> {
    pub id: &'a OrgId,
    pub name: &'a Name,
    pub slug: &'a Slug,
}

/// Makes an org on the default plan, its owner and its Default Project, and records it in the org's chain. Returns the project.
pub async fn found_org(
    tx: &mut Tx,
    store: &Store,
    caller: &Caller,
    catalog: &Catalog,
    new: &NewOrg<'_>,
    owner: &Person,
) -> Result<(ProjectId, Slug), DbError> {
    let now = store.ambient.now();
    orgs::insert(tx, new.id, new.name, new.slug, &catalog.default_plan, now.0).await?;
    orgs::insert_member(tx, new.id, &owner.id, OrgRole::Owner, now.0).await?;
    let event = Event::new("org.created", new.id, new.name)
        .set("address", new.slug)
        .set("plan", &catalog.default_plan);
    audit::append(tx, &store.ambient, caller, &Chain::Org(new.id.clone()), event).await?;
    default_project(tx, store, caller, catalog, new.id).await
}

/// A built-in name is valid; the error can only mean that the rules changed without it.
fn built_in<T>(parsed: Result<T, names::InvalidName>) -> Result<T, DbError> {
    parsed.map_err(|error| DbError::Corrupt(format!("a built-in name: {error}")))
}

async fn default_project(
    tx: &mut Tx,
    store: &Store,
    caller: &Caller,
    catalog: &Catalog,
    org: &OrgId,
) -> Result<(ProjectId, Slug), DbError> {
    let id: ProjectId = store.ambient.id();
    let models = catalog.plan(&catalog.default_plan).map(|plan| plan.models.clone());
    let new = NewProject {
        name: built_in("Default project".parse())?,
        slug: built_in("default".parse())?,
        description: String::new(),
        environment: Environment::Other,
        workload: String::new(),
        models: models.unwrap_or_default(),
    };
    let owner = caller.person.as_ref().map(|person| &person.id);
    let record = ProjectRecord {
        id: &id,
        org,
        new: &new,
        is_default: true,
        owner,
    };
    projects::insert(tx, &record, store.ambient.now().0).await?;
    let event = Event::new("project.created", &id, &new.name)
        .in_project(&id)
        .set("address", &new.slug)
        .set("default", true);
    audit::append(tx, &store.ambient, caller, &Chain::Org(org.clone()), event).await?;
    Ok((id, new.slug))
}

async fn default_key(
    tx: &mut Tx,
    store: &Store,
    caller: &Caller,
    pepper: &Pepper,
    org: &OrgId,
    project: &ProjectId,
    person: &Person,
) -> Result<ApiKeySecret, DbError> {
    let ambient = &store.ambient;
    let secret = ApiKeySecret::generate(Environment::Other, &*ambient.entropy);
    let id: KeyId = ambient.id();
    let name: Name = built_in("Organization Default Key".parse())?;
    let record = KeyRecord {
        id: &id,
        project,
        name: &name,
        secret: &secret,
        created_by: &person.id,
        created_at: ambient.now(),
        expires_at: None,
        is_org_default: true,
        idempotency: None,
    };
    keys::insert(tx, &record, pepper).await?;
    let event = Event::new("api_key.created", &id, &name)
        .in_project(project)
        .set("prefix", secret.prefix());
    audit::append(tx, ambient, caller, &Chain::Org(org.clone()), event).await?;
    Ok(secret)
}
