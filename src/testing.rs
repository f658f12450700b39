//! A small world for tests: an org with a person of each role, on either engine, under a clock that the test owns.

pub mod log;
pub mod smtp;

use std::sync::Arc;

use app::model::{
    AccountId, Email, OrgId, OrgRole, ProjectId, ProjectRole, Timestamp,
    project::{Environment, NewProject},
};

use crate::{
    access::{Caller, Interface, Origin, Person, api_key::Pepper},
    ambient::{Ambient, Entropy, FrozenClock, SeededEntropy},
    catalog::Catalog,
    config::SignUp,
    console::{Console, ConsoleParts},
    enforcement::Engine,
    identity::{Foundation, Passwords, SetupLink, found},
    links::Links,
    store::{
        Store, accounts,
        db::{Connection, execute},
        orgs,
        projects::{self, ProjectRecord},
        sessions::Sessions,
        testing::TestDb,
    },
};

/// 20 November 2026, 14:02:11 UTC.
pub const NOW: Timestamp = Timestamp(1_795_183_331_000);
pub const PASSWORD: &str = "correct-horse-9";

/// The people of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anonymous,
    Owner,
    OrgAdmin,
    ProjectAdmin,
    ProjectMember,
    /// In the org, but in no project besides the Default Project.
    OtherMember,
    /// In `prod` as a member, outside the org.
    External,
    /// Owner of another org.
    Stranger,
}

impl Who {
    pub const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Owner,
        Self::OrgAdmin,
        Self::ProjectAdmin,
        Self::ProjectMember,
        Self::OtherMember,
        Self::External,
        Self::Stranger,
    ];

    pub fn email(self) -> Email {
        format!("{self:?}@acme.example").parse().expect("an address")
    }
}

/// The org `acme` with its Default Project and `prod`, and the org `other` of a stranger.
pub struct World {
    _db: TestDb,
    pub clock: FrozenClock,
    pub store: Store,
    pub parts: Arc<ConsoleParts>,
    pub org: OrgId,
    pub default_project: ProjectId,
    pub prod: ProjectId,
    pub other_org: OrgId,
    pub other_project: ProjectId,
}

impl World {
    pub async fn new(db: TestDb) -> Self {
        let clock = FrozenClock::at(NOW);
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let ambient = Ambient {
            clock: Arc::new(clock.clone()),
            entropy,
        };
        let store = Store::new(db.db.clone(), ambient.clone());
        let parts = Arc::new(ConsoleParts {
            store: store.clone(),
            catalog: Arc::new(Catalog::built_in()),
            pepper: Pepper([3; 32]),
            links: Links::new(&Pepper([3; 32])),
            passwords: Passwords::new(&ambient).expect("a decoy"),
            setup: SetupLink::new(&ambient),
            sign_up: SignUp::Closed,
            operator_contact: None,
            outbox: None,
            engine: Arc::new(Engine::new()),
            pulse: Arc::default(),
        });
        let foundation = Foundation {
            name: "Ada Osei".parse().expect("a name"),
            email: Who::Owner.email(),
            password: PASSWORD.to_owned(),
            org: "Acme Robotics".parse().expect("a name"),
            slug: "acme".parse().expect("a slug"),
            with_key: false,
        };
        let founded = found(&store, &parts.passwords, &parts.catalog, &parts.pepper, Origin::cli(), foundation)
            .await
            .expect("founded");
        let mut world = Self {
            _db: db,
            clock,
            parts,
            default_project: founded.project,
            prod: ambient.id(),
            other_org: ambient.id(),
            other_project: ambient.id(),
            org: founded.org,
            store,
        };
        world.populate().await;
        world
    }

    async fn populate(&mut self) {
        let hash = self
            .store
            .credentials(&Who::Owner.email())
            .await
            .expect("read")
            .expect("the owner")
            .password_hash;
        let models = self.parts.catalog.plans["standard"].models.clone();
        let project = |name: &str| NewProject {
            name: name.parse().expect("a name"),
            slug: name.parse().expect("a slug"),
            description: String::new(),
            environment: Environment::Production,
            workload: String::new(),
            models: models.clone(),
        };
        let mut tx = self.store.db.write().await.expect("begin");
        let at = NOW.0;
        let prod = ProjectRecord {
            id: &self.prod,
            org: &self.org,
            new: &project("prod"),
            is_default: false,
            owner: None,
        };
        projects::insert(&mut tx, &prod, at).await.expect("prod");
        let (name, slug) = ("Other".parse().expect("a name"), "other".parse().expect("a slug"));
        orgs::insert(&mut tx, &self.other_org, &name, &slug, "standard", at)
            .await
            .expect("other org");
        let theirs = ProjectRecord {
            id: &self.other_project,
            org: &self.other_org,
            new: &project("theirs"),
            is_default: true,
            owner: None,
        };
        projects::insert(&mut tx, &theirs, at).await.expect("theirs");
        for who in Who::ALL {
            if matches!(who, Who::Anonymous | Who::Owner) {
                continue;
            }
            let id: AccountId = self.store.ambient.id();
            let name = format!("{who:?}").parse().expect("a name");
            accounts::insert(&mut tx, &id, &name, &who.email(), &hash, at)
                .await
                .expect("an account");
            let (org, org_role, project_role) = match who {
                Who::Anonymous | Who::Owner => continue,
                Who::OrgAdmin => (&self.org, Some(OrgRole::Admin), None),
                Who::ProjectAdmin => (&self.org, Some(OrgRole::Member), Some(ProjectRole::Admin)),
                Who::ProjectMember => (&self.org, Some(OrgRole::Member), Some(ProjectRole::Member)),
                Who::OtherMember => (&self.org, Some(OrgRole::Member), None),
                Who::External => (&self.org, None, Some(ProjectRole::Member)),
                Who::Stranger => (&self.other_org, Some(OrgRole::Owner), None),
            };
            if let Some(role) = org_role {
                orgs::insert_member(&mut tx, org, &id, role, at).await.expect("a member");
            }
            if let Some(role) = project_role {
                insert_collaborator(&mut tx, &self.prod, &id, role).await;
            }
        }
        tx.commit().await.expect("commit");
    }

    /// Replaces what the operator offers. Consoles that were made before must be gone.
    pub fn offer(&mut self, catalog: Catalog) {
        Arc::get_mut(&mut self.parts).expect("no console is left").catalog = Arc::new(catalog);
    }

    pub async fn person(&self, who: Who) -> Option<Person> {
        if who == Who::Anonymous {
            return None;
        }
        Some(
            self.store
                .credentials(&who.email())
                .await
                .expect("read")
                .expect("an account")
                .person,
        )
    }

    pub async fn caller(&self, who: Who) -> Caller {
        let origin = Origin {
            interface: Interface::Console,
            address: Some([192, 0, 2, 7].into()),
            request: None,
            agent: String::new(),
        };
        Caller {
            person: self.person(who).await,
            ..Caller::anonymous(origin)
        }
    }

    /// The console of one request of this person.
    pub async fn console(&self, who: Who) -> Console {
        self.console_of(self.caller(who).await)
    }

    /// The console of one request.
    pub fn console_of(&self, caller: Caller) -> Console {
        let session = tower_sessions::Session::new(None, Arc::new(Sessions(self.store.clone())), None);
        Console::new(Arc::clone(&self.parts), caller, session)
    }
}

async fn insert_collaborator(on: &mut impl Connection, project: &ProjectId, account: &AccountId, role: ProjectRole) {
    const SQL: &str = "INSERT INTO project_members (project_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)";
    execute!(on, SQL, project.as_str(), account.as_str(), role.as_str(), NOW.0).expect("a collaborator");
}
