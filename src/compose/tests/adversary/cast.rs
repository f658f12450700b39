//! The people, with what each of them is where; what they may get is computed from that and from the one matrix.

use app::{
    model::{
        AccountId, OrgRole, ProjectId, ProjectRole, Standing,
        organization::DefaultAccess,
        project::{Environment, NewProject},
    },
    policy::Action,
};

use super::{Site, Who};
use crate::{
    store::{
        accounts,
        db::execute,
        orgs,
        projects::{self, ProjectRecord},
    },
    testing::NOW,
};

/// What somebody is in `acme`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    pub org: Option<OrgRole>,
    pub prod: Option<ProjectRole>,
    /// In `lab`, another project.
    pub lab: Option<ProjectRole>,
}

#[derive(Clone, Debug)]
pub struct Actor {
    pub name: String,
    /// `None`: nobody is signed in.
    pub facts: Option<Facts>,
    pub cookie: String,
}

/// A place in `acme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Org,
    Prod,
    Default,
    /// Wherever somebody belongs in `acme`: what frames every page of it.
    Anywhere,
}

impl Facts {
    /// What somebody is in a place, if they may know of it.
    fn standing(self, place: Place, access: DefaultAccess) -> Option<Standing> {
        let is_open = access == DefaultAccess::AllMembers;
        let project = match place {
            Place::Org => None,
            Place::Prod => self.prod,
            Place::Default => (is_open && self.org.is_some()).then_some(ProjectRole::Member),
            Place::Anywhere => self.prod.or(self.lab),
        };
        let standing = Standing { org: self.org, project };
        let has_project = is_open || self.prod.is_some() || self.lab.is_some();
        let sees = match (self.org, place) {
            (Some(OrgRole::Owner | OrgRole::Admin), _) => true,
            (Some(OrgRole::Member), Place::Org | Place::Anywhere) => has_project,
            (None, Place::Org) => false,
            (_, Place::Prod | Place::Default | Place::Anywhere) => project.is_some(),
        };
        sees.then_some(standing)
    }

    pub fn leads(self) -> bool {
        matches!(self.org, Some(OrgRole::Owner | OrgRole::Admin))
    }
}

/// What a row or route asks for. Without an action it is enough to know of the place.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub place: Place,
    pub action: Option<Action>,
    /// The status for those who may.
    pub ok: u16,
    pub anonymous: u16,
}

impl Rule {
    pub fn status(self, facts: Option<&Facts>, access: DefaultAccess) -> u16 {
        let Some(facts) = facts else {
            return self.anonymous;
        };
        match (facts.standing(self.place, access), self.action) {
            (None, _) => 404,
            (Some(standing), Some(action)) if !standing.may(action) => 403,
            _ => self.ok,
        }
    }

    /// The rule that a row of the tables states for the people of [`Who::ALL`]. Rows of no place answer all people alike.
    ///
    /// # Panics
    /// When the row states what the matrix cannot: then one of both is wrong.
    pub fn of(place: Option<Place>, expected: &[u16; 8], name: &str) -> Option<Self> {
        let Some(place) = place else {
            let [_, signed_in @ ..] = expected;
            assert!(
                signed_in.iter().all(|status| *status == signed_in[0]),
                "{name}: of which place is it?"
            );
            return None;
        };
        let actions = Action::ALL.into_iter().map(Some).chain([None]);
        let rules = actions.map(|action| Self {
            place,
            action,
            ok: expected[1],
            anonymous: expected[0],
        });
        let states = |rule: &Self| {
            let mut people = Who::ALL.into_iter().zip(expected);
            people.all(|(who, status)| rule.status(facts_of(who).as_ref(), DefaultAccess::AllMembers) == *status)
        };
        let rule = rules.into_iter().find(states);
        // A page of one's own that names a place in passing answers all people alike, too.
        if rule.is_none() && expected[1..].iter().all(|status| *status == 200) {
            return None;
        }
        Some(rule.unwrap_or_else(|| panic!("{name}: no action of the matrix gives {expected:?}; mend the row, or the place that it names")))
    }
}

/// The place that a path or body names.
pub fn place_of(text: &str) -> Option<Place> {
    let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if names(&["{prod}", "project=prod", "/acme/prod"]) {
        Some(Place::Prod)
    } else if text.contains("{default}") {
        Some(Place::Default)
    } else {
        names(&["{org}", "org=acme", "/acme/~"]).then_some(Place::Org)
    }
}

fn facts_of(who: Who) -> Option<Facts> {
    let (org, prod) = match who {
        Who::Anonymous => return None,
        Who::Owner => (Some(OrgRole::Owner), None),
        Who::OrgAdmin => (Some(OrgRole::Admin), None),
        Who::ProjectAdmin => (Some(OrgRole::Member), Some(ProjectRole::Admin)),
        Who::ProjectMember => (Some(OrgRole::Member), Some(ProjectRole::Member)),
        Who::OtherMember => (Some(OrgRole::Member), None),
        Who::External => (None, Some(ProjectRole::Member)),
        Who::Stranger => (None, None),
    };
    Some(Facts { org, prod, lab: None })
}

/// The people besides those of [`Who`], with what each is at sign-in.
const MORE: [(&str, Facts); 6] = {
    const NOBODY: Facts = Facts {
        org: None,
        prod: None,
        lab: None,
    };
    const MEMBER: Facts = Facts {
        org: Some(OrgRole::Member),
        ..NOBODY
    };
    [
        // Admin of another project.
        (
            "otheradmin",
            Facts {
                lab: Some(ProjectRole::Admin),
                ..MEMBER
            },
        ),
        // Admin of another project, from outside.
        (
            "guestadmin",
            Facts {
                lab: Some(ProjectRole::Admin),
                ..NOBODY
            },
        ),
        (
            "externaladmin",
            Facts {
                prod: Some(ProjectRole::Admin),
                ..NOBODY
            },
        ),
        // Owner of `other`, and a mere member here.
        (
            "twoorgs",
            Facts {
                prod: Some(ProjectRole::Member),
                ..MEMBER
            },
        ),
        // Admin of a project that is archived: no project at all under `assigned_only`.
        ("archivist", MEMBER),
        // Removed from everything with the session still live.
        ("removed", NOBODY),
    ]
};

/// A site with everybody signed in, a second project `lab`, and `old`, which is archived.
pub struct Cast {
    pub site: Site,
    pub old: ProjectId,
    pub people: Vec<Actor>,
}

impl Cast {
    pub async fn new() -> Self {
        Self::on(Site::new().await).await
    }

    pub async fn on(site: Site) -> Self {
        let (lab, old): (ProjectId, ProjectId) = (site.world.store.ambient.id(), site.world.store.ambient.id());
        let hash = site
            .world
            .store
            .credentials(&Who::Owner.email())
            .await
            .expect("read")
            .expect("the owner");
        let mut tx = site.world.store.db.write().await.expect("begin");
        for (id, name) in [(&lab, "lab"), (&old, "old")] {
            let new = NewProject {
                name: name.parse().expect("a name"),
                slug: name.parse().expect("a slug"),
                description: String::new(),
                environment: Environment::Other,
                workload: String::new(),
                models: Vec::new(),
            };
            let record = ProjectRecord {
                id,
                org: &site.world.org,
                new: &new,
                is_default: false,
                owner: None,
            };
            projects::insert(&mut tx, &record, NOW.0).await.expect("a project");
        }
        for (name, facts) in MORE {
            let id: AccountId = site.world.store.ambient.id();
            let email = format!("{name}@acme.example").parse().expect("an address");
            accounts::insert(&mut tx, &id, &name.parse().expect("a name"), &email, &hash.password_hash, NOW.0)
                .await
                .expect("an account");
            let org_role = if name == "removed" { Some(OrgRole::Admin) } else { facts.org };
            if let Some(role) = org_role {
                orgs::insert_member(&mut tx, &site.world.org, &id, role, NOW.0)
                    .await
                    .expect("a member");
            }
            if name == "twoorgs" {
                orgs::insert_member(&mut tx, &site.world.other_org, &id, OrgRole::Owner, NOW.0)
                    .await
                    .expect("an owner");
            }
            let admin = Some(ProjectRole::Admin);
            let in_old = matches!(name, "archivist" | "removed").then_some(ProjectRole::Admin);
            let in_prod = if name == "removed" { admin } else { facts.prod };
            for (project, role) in [(&site.world.prod, in_prod), (&lab, facts.lab), (&old, in_old)] {
                const SQL: &str = "INSERT INTO project_members (project_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)";
                if let Some(role) = role {
                    execute!(&mut tx, SQL, project.as_str(), id.as_str(), role.as_str(), NOW.0).expect("a collaborator");
                }
            }
        }
        tx.commit().await.expect("commit");
        site.sql("UPDATE projects SET archived_at = 1 WHERE slug = 'old'").await;

        let mut people = Vec::new();
        for (who, cookie) in &site.cookies {
            people.push(Actor {
                name: format!("{who:?}").to_lowercase(),
                facts: facts_of(*who),
                cookie: cookie.clone(),
            });
        }
        for (name, facts) in MORE {
            people.push(Actor {
                name: name.to_owned(),
                facts: Some(facts),
                cookie: site.sign_in_as(&format!("{name}@acme.example")).await,
            });
        }
        for statement in [
            "DELETE FROM project_members WHERE account_id = (SELECT id FROM accounts WHERE name = 'removed')",
            "DELETE FROM org_members WHERE account_id = (SELECT id FROM accounts WHERE name = 'removed')",
        ] {
            site.sql(statement).await;
        }
        Self { site, old, people }
    }

    pub fn cookie(&self, name: &str) -> &str {
        &self.people.iter().find(|actor| actor.name == name).expect("somebody").cookie
    }
}
