//! The people of the demo. They are invited and accept, as everywhere; only the hash of their password is made once, since all
//! have the same one.

use app::{
    model::{
        AccountId, AppError, Money, OrgRole, Page, ProjectId, ProjectRole,
        collaborator::{Addition, NewCollaborator},
        invitation::NewInvitations,
        project_settings::ProjectDetails,
        time::{DAY, HOUR},
    },
    port::{Collaborators, Invitations, Organization, ProjectSettings},
};

use super::{Demo, EMAIL, in_the_office, refused};
use crate::{
    access::Person,
    audit::Event,
    console::Console,
    identity::append_to_installation,
    links::{Link, LinkKind},
    store::{accounts, joining::Joiner},
};

/// Whom else one can sign in as.
pub const OTHERS: &str =
    "noor.haddad@acme.example (admin), jonas.lindqvist@acme.example (admin of prod) and yuki@tern-hollow.example (from outside)";

/// Somebody who joins: name, address, role, and the role in their first projects.
struct Newcomer {
    name: &'static str,
    email: &'static str,
    role: OrgRole,
    projects: &'static [&'static str],
    project_role: ProjectRole,
}

const fn member(name: &'static str, email: &'static str, projects: &'static [&'static str], project_role: ProjectRole) -> Newcomer {
    Newcomer {
        name,
        email,
        role: OrgRole::Member,
        projects,
        project_role,
    }
}

const NOOR: Newcomer = Newcomer {
    name: "Noor Haddad",
    email: "noor.haddad@acme.example",
    role: OrgRole::Admin,
    projects: &[],
    project_role: ProjectRole::Member,
};
const JONAS: Newcomer = member(
    "Jonas Lindqvist",
    "jonas.lindqvist@acme.example",
    &["prod", "staging"],
    ProjectRole::Admin,
);
const INES: Newcomer = member(
    "Ines Carvalhosa",
    "ines.carvalhosa@acme.example",
    &["prod", "dev", "support-bot"],
    ProjectRole::Member,
);
const KWABENA: Newcomer = member(
    "Kwabena Sarfoh",
    "kwabena.sarfoh@acme.example",
    &["prod", "staging", "dev", "search-ranking"],
    ProjectRole::Member,
);
const TOMASZ: Newcomer = member(
    "Tomasz Wilkosz",
    "tomasz.wilkosz@acme.example",
    &["summer-campaign"],
    ProjectRole::Member,
);
/// She has not looked yet.
const LENA: Newcomer = member("Lena Proschek", "lena.proschek@acme.example", &["support-bot"], ProjectRole::Member);

/// Those who are seen again later.
pub(super) struct People {
    pub noor: AccountId,
    pub jonas: AccountId,
    pub ines: AccountId,
    pub kwabena: AccountId,
    pub tomasz: AccountId,
}

impl Demo {
    /// The first people, one of them from outside, in `prod`.
    pub(super) async fn people(&self, console: &Console, prod: &ProjectId) -> Result<People, AppError> {
        let people = People {
            noor: self.join(console, &NOOR).await?,
            jonas: self.join(console, &JONAS).await?,
            ines: self.join(console, &INES).await?,
            kwabena: self.join(console, &KWABENA).await?,
            tomasz: self.join(console, &TOMASZ).await?,
        };
        self.clock.advance(HOUR);
        let before = console.details(prod.clone()).await?.details;
        let details = ProjectDetails {
            description: "Checkout and storefront".to_owned(),
            owner: Some(people.jonas.clone()),
            expected_spend: Some(Money(150_000_000)),
            escalation: "#platform-on-call".to_owned(),
            external_allowed: true,
            ..before.clone()
        };
        console.set_external(self.founded.org.clone(), true).await?;
        console.update(prod.clone(), details, &before.version()).await?;
        self.guest(console, prod).await?;
        Ok(people)
    }

    /// One more member, and two invitations that nobody has answered: one of them for half a day still.
    pub(super) async fn newcomers(&self, console: &Console) -> Result<(), AppError> {
        self.wait_until(7 * DAY - 12 * HOUR);
        let rafael = member("", "rafael.quintero@acme.example", &["staging", "dev"], ProjectRole::Member);
        self.invite(console, &rafael).await?;
        self.join(console, &LENA).await?;
        self.wait_until(4 * DAY);
        let s_oduyale = Newcomer {
            email: "s.oduyale@acme.example",
            ..NOOR
        };
        self.invite(console, &s_oduyale).await
    }

    /// Somebody does something in the organization.
    pub(super) async fn seen(&self, account: &AccountId) -> Result<(), AppError> {
        let store = &self.parts.store;
        store.visits.note(&self.founded.org, account);
        Ok(store.write_visits().await?)
    }

    async fn invite(&self, console: &Console, newcomer: &Newcomer) -> Result<(), AppError> {
        let mut projects = Vec::new();
        for slug in newcomer.projects {
            projects.push(self.project(console, slug).await?);
        }
        let new = NewInvitations {
            emails: vec![newcomer.email.parse().map_err(refused)?],
            role: newcomer.role,
            projects,
            project_role: newcomer.project_role,
        };
        console.invite(self.founded.org.clone(), new).await?;
        Ok(())
    }

    /// Somebody is invited, and accepts some hours later.
    async fn join(&self, console: &Console, newcomer: &Newcomer) -> Result<AccountId, AppError> {
        self.invite(console, newcomer).await?;
        self.clock.advance(3 * HOUR);
        let theirs = Page {
            query: newcomer.email.to_owned(),
            ..Page::default()
        };
        let pending = console.pending(self.founded.org.clone(), theirs).await?;
        let id = &pending.rows.first().ok_or(AppError::Internal)?.id;
        let (store, links) = (&self.parts.store, &self.parts.links);
        let token = links.token(&Link::first(LinkKind::Invitation, id));
        let stored = store.invitation(id).await?.ok_or(AppError::Internal)?;
        let invitation = stored.proven(links, &token, store.ambient.now()).ok_or(AppError::Internal)?;
        let person = self.person(newcomer.name, newcomer.email)?;
        let joiner = Joiner::New(person.clone(), self.hash().await?);
        store.join(&in_the_office(), &invitation, joiner).await?;
        Ok(person.id)
    }

    /// An account of another company, which works in a project.
    async fn guest(&self, console: &Console, project: &ProjectId) -> Result<(), AppError> {
        let store = &self.parts.store;
        let guest = self.person("Yuki Aramori", "yuki@tern-hollow.example")?;
        let hash = self.hash().await?;
        let mut tx = store.db.write().await?;
        accounts::insert(&mut tx, &guest.id, &guest.name, &guest.email, &hash, store.ambient.now().0).await?;
        let event = Event::new("account.created", &guest.id, &guest.email).set("name", &guest.name);
        append_to_installation(&mut tx, store, &in_the_office(), event).await?;
        tx.commit().await?;
        let new = NewCollaborator {
            email: guest.email,
            role: ProjectRole::Member,
            announced: Some(guest.id),
        };
        match console.add(project.clone(), new).await? {
            Addition::Added => Ok(()),
            Addition::Announced(_) => Err(AppError::Internal),
        }
    }

    fn person(&self, name: &str, email: &str) -> Result<Person, AppError> {
        Ok(Person {
            id: self.parts.store.ambient.id(),
            name: name.parse().map_err(refused)?,
            email: email.parse().map_err(refused)?,
        })
    }

    /// Of the password that everybody has.
    async fn hash(&self) -> Result<String, AppError> {
        let email = EMAIL.parse().map_err(refused)?;
        let owner = self.parts.store.credentials(&email).await?;
        Ok(owner.ok_or(AppError::Internal)?.password_hash)
    }
}

#[cfg(test)]
mod tests {
    use app::{
        model::{
            Page,
            collaborator::CollaboratorFilter,
            member::MemberFilter,
            project::{ProjectFilter, ProjectState},
            time::{DAY, HOUR, MINUTE},
        },
        port::{Members, Projects},
    };

    use super::*;
    use crate::{
        access::api_key::Pepper,
        ambient::{Ambient, FrozenClock},
        config::{Config, Sources},
        store::{Store, testing::sqlite},
    };

    #[tokio::test]
    async fn people_come_from_many_sides_and_were_here_at_different_times() {
        let db = sqlite().await;
        let sources = Sources {
            working_directory: "/nonexistent".into(),
            ..Sources::default()
        };
        let config = Config::load(&sources).expect("defaults");
        let system = Ambient::system();
        let now = system.now();
        let clock = FrozenClock::at(now.plus(-45 * DAY));
        let ambient = Ambient {
            clock: std::sync::Arc::new(clock.clone()),
            ..system
        };
        let store = Store::new(db.db.clone(), ambient);
        let demo = Demo::found(&config, store, Pepper([3; 32]), clock, now).await.expect("founded");
        let console = demo.console();
        let (sources, _) = demo.projects(&console).await.expect("projects");
        let prod = &sources[0].project;
        let people = demo.people(&console, prod).await.expect("people");
        demo.settle_down(&console, &sources, &people).await.expect("the last days");
        demo.wait_until(0);

        let org = demo.founded.org.clone();
        let members = Members::list(&console, org.clone(), MemberFilter::default(), Page::default());
        let rows = members.await.expect("listed").listing.rows;
        let seen = |name: &str| {
            let row = rows.iter().find(|row| row.name.as_str() == name).expect(name);
            row.seen_at.map(|at| now.since(at))
        };
        assert_eq!(rows.len(), 7);
        assert_eq!((seen("Noor Haddad"), seen("Ines Carvalhosa")), (Some(2 * HOUR), Some(5 * HOUR)));
        assert_eq!((seen("Tomasz Wilkosz"), seen("Lena Proschek")), (Some(11 * DAY), None));

        let pending = console.pending(org.clone(), Page::default()).await.expect("listed").rows;
        let mut left: Vec<_> = pending.iter().map(|open| open.expires_at.since(now)).collect();
        left.sort_unstable();
        assert!(left[0] > 0 && left[0] <= 12 * HOUR + MINUTE, "one ends soon: {left:?}");
        assert_eq!((left.len(), left[1]), (2, 3 * DAY));

        let collaborators = Collaborators::list(&console, prod.clone(), CollaboratorFilter::default(), Page::default());
        assert_eq!(collaborators.await.expect("listed").external, 1);
        for (state, count) in [(ProjectState::Active, 6), (ProjectState::Archived, 1)] {
            let filter = ProjectFilter {
                state,
                ..ProjectFilter::default()
            };
            let projects = Projects::list(&console, org.clone(), filter, Page::default())
                .await
                .expect("listed");
            assert_eq!(projects.listing.total, count, "{state:?}");
        }
    }
}
