use app::{
    model::{
        AccountId, AppError, Email, KeyId, OrgRole, Page, ProjectId, ProjectRole, Timestamp,
        collaborator::{self, Addition, CollaboratorFilter, Guest, NewCollaborator, RemovalPreview},
        time::HOUR,
    },
    port::Collaborators,
};
use async_trait::async_trait;

use super::{Console, made_keys::revoke_all_but};
use crate::{
    access::{ManageProject, authorize_project},
    audit::Event,
    identity::{Throttled, attempts_left, count_attempt},
    store::{
        Change, attempts,
        collaborators::{Assigned, Found},
    },
};

/// Look-ups in an hour, so that the form is no probe for accounts.
const LOOK_UPS_OF_PERSON: i64 = 10;
const LOOK_UPS_IN_PROJECT: i64 = 30;

#[async_trait]
impl Collaborators for Console {
    async fn list(&self, project: ProjectId, filter: CollaboratorFilter, page: Page) -> Result<collaborator::Collaborators, AppError> {
        let grant = authorize_project::<ManageProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let mut list = self.store().collaborators(&grant, filter, &page).await?;
        list.look_ups_left = LookUps::of(self.account()?, &project).left(self).await?;
        Ok(list)
    }

    async fn add(&self, project: ProjectId, new: NewCollaborator) -> Result<Addition, AppError> {
        drop(authorize_project::<ManageProject>(&mut self.store().db.read().await?, &self.caller, &project).await?);
        let look_ups = LookUps::of(self.account()?, &project);
        let confirms = look_ups.confirms(self, &new).await?;
        if !confirms {
            look_ups.count(self).await?;
        }
        let mut change = self.begin_people(&project).await?;
        let mut events = vec![Event::new("collaborator.looked_up", &project, &new.email).in_project(&project)];
        let answer = match self.decide(&mut change, &new).await? {
            Decision::Answer(answer) => {
                if let Ok(Addition::Announced(guest)) = &answer {
                    look_ups.announce(&mut change, guest, self.store().ambient.now()).await?;
                }
                answer
            }
            Decision::Add(found) => {
                if !confirms && found.org_role.is_some() && change.grant().outsider().is_none() {
                    look_ups.take_back(&mut change).await?;
                }
                events.extend(add_found(&mut change, &project, &new, &found).await?);
                Ok(Addition::Added)
            }
        };
        change.commit(events).await?;
        answer
    }

    async fn set_role(&self, project: ProjectId, account: AccountId, role: ProjectRole, seen: ProjectRole) -> Result<(), AppError> {
        let mut change = self.begin_people(&project).await?;
        let person = change.collaborator(&account).await?.ok_or(AppError::NotFound)?;
        if person.is_inherited() {
            return Err(inherited(&person));
        }
        if person.role != seen {
            return Err(AppError::conflict(format!(
                "Somebody changed the role of {} meanwhile: it is {} now. Nothing was changed.",
                person.name,
                person.role.as_str()
            )));
        }
        if role == ProjectRole::Member && person.is_project_owner {
            return Err(AppError::conflict(owner_stays(&person)));
        }
        if role == person.role {
            return Ok(());
        }
        change.set_collaborator_role(&account, role).await?;
        let changed = Event::new("collaborator.role_changed", &account, &person.email)
            .in_project(&project)
            .change("role", Some(person.role.as_str().to_owned()), Some(role.as_str().to_owned()));
        let mut events = vec![changed];
        if role == ProjectRole::Member {
            events.extend(release_keys(&mut change, &person).await?);
        }
        change.commit(events).await?;
        Ok(())
    }

    async fn preview_removal(&self, project: ProjectId, account: AccountId) -> Result<RemovalPreview, AppError> {
        let grant = authorize_project::<ManageProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let effects = self.store().removal_effects(&grant, &account).await?.ok_or(AppError::NotFound)?;
        let person = effects.person;
        if person.is_inherited() {
            return Err(inherited(&person));
        }
        Ok(RemovalPreview {
            account,
            is_external: person.org_role.is_none(),
            role: person.role,
            keys: effects.keys,
            after: effects.after,
            is_key_owner: person.is_key_owner,
            obstacle: person.is_project_owner.then(|| owner_stays(&person)),
            name: person.name,
            email: person.email,
        })
    }

    async fn remove(&self, project: ProjectId, account: AccountId, kept: Vec<KeyId>) -> Result<(), AppError> {
        let mut change = self.begin_people(&project).await?;
        let person = change.collaborator(&account).await?.ok_or(AppError::NotFound)?;
        if person.is_inherited() {
            return Err(inherited(&person));
        }
        if person.is_project_owner {
            return Err(AppError::conflict(owner_stays(&person)));
        }
        let reached = change.member_reaches(&account).await?;
        change.delete_collaborator(&account).await?;
        let removed = Event::new("collaborator.removed", &account, &person.email)
            .in_project(&project)
            .change("role", Some(person.role.as_str().to_owned()), None);
        let mut events = vec![removed];
        events.extend(revoke_all_but(&mut change, &account, &kept).await?);
        events.extend(release_keys(&mut change, &person).await?);
        // They know these secrets, too: those who see the keys, the owners, find it in the log.
        for (key, name) in change.default_keys_made_by(&account).await? {
            events.push(
                Event::new("api_key.maker_left", &key, &name)
                    .in_project(&project)
                    .set("maker", &person.email),
            );
        }
        if reached == Some(true) && change.member_reaches(&account).await? == Some(false) {
            events.push(
                Event::new("member.lost_access", &account, &person.email)
                    .change("access", Some("organization".to_owned()), Some("no project".to_owned()))
                    .set("cause", format!("removed from {}", change.grant().project().name)),
            );
        }
        change.commit(events).await?;
        Ok(())
    }
}

/// What comes of a look-up.
enum Decision {
    Add(Found),
    Answer(Result<Addition, AppError>),
}

impl Console {
    /// Opens a change of the people of a project that is not archived.
    async fn begin_people(&self, project: &ProjectId) -> Result<Change<ManageProject>, AppError> {
        let change = self.store().begin::<ManageProject>(&self.caller, project).await?;
        if change.grant().project().archived {
            return Err(AppError::conflict("This project is archived; its collaborators cannot change."));
        }
        Ok(change)
    }

    /// Who may be added, and what everybody else is answered. Somebody outside of the organization learns of its owners and
    /// admins no more than of accounts that do not exist.
    async fn decide(&self, change: &mut Change<ManageProject>, new: &NewCollaborator) -> Result<Decision, AppError> {
        let knows_the_org = change.grant().outsider().is_none();
        let refuse = |message: String| Ok(Decision::Answer(Err(AppError::field("email", message))));
        // Read for everybody: how long an answer takes tells nothing.
        let externals = change.external_rule().await?;
        let Some(found) = change.look_up(&new.email).await? else {
            return refuse(nobody(change, &new.email));
        };
        let role = match found.org_role {
            Some(OrgRole::Owner) => "an owner",
            Some(OrgRole::Admin) => "an admin",
            Some(OrgRole::Member) | None => "",
        };
        if !role.is_empty() {
            return if knows_the_org {
                let org = &change.grant().org().name;
                refuse(format!("{} is {role} of {org}, and so already an admin here.", found.name))
            } else {
                refuse(nobody(change, &new.email))
            };
        }
        if let Some(role) = found.assigned {
            return refuse(format!(
                "{} is in this project already, as {}. Change the role in the list.",
                found.name,
                role.as_str()
            ));
        }
        if found.org_role.is_some() {
            return Ok(Decision::Add(found));
        }
        if !externals.allows() {
            return refuse(nobody(change, &new.email));
        }
        if new.announced.as_ref() == Some(&found.account) {
            return Ok(Decision::Add(found));
        }
        Ok(Decision::Answer(Ok(Addition::Announced(Guest {
            account: found.account,
            name: found.name,
            email: new.email.clone(),
        }))))
    }
}

/// The look-ups of one person in one project, counted so that the form is no probe for accounts.
struct LookUps {
    person: String,
    project: String,
}

impl LookUps {
    fn of(account: &AccountId, project: &ProjectId) -> Self {
        Self {
            person: format!("look-up:{account}"),
            project: format!("look-up:{project}"),
        }
    }

    fn bounds(&self) -> [(&str, i64); 2] {
        [(&self.person, LOOK_UPS_OF_PERSON), (&self.project, LOOK_UPS_IN_PROJECT)]
    }

    async fn left(&self, console: &Console) -> Result<u64, AppError> {
        Ok(attempts_left(console.store(), &self.bounds()).await?)
    }

    /// Counts one, before anything is looked up.
    async fn count(&self, console: &Console) -> Result<(), AppError> {
        let counted = count_attempt(console.store(), &self.bounds(), HOUR).await?;
        counted.map_err(|Throttled { retry_after_s }| AppError::Throttled { retry_after_s })
    }

    /// Takes one back that found a colleague, in the order of [`attempts::add`]. What finds nobody stays counted.
    async fn take_back(&self, change: &mut Change<ManageProject>) -> Result<(), AppError> {
        attempts::take_back(change, &self.person).await?;
        Ok(attempts::take_back(change, &self.project).await?)
    }

    /// Remembers for an hour that the person was told of this guest.
    async fn announce(&self, change: &mut Change<ManageProject>, guest: &Guest, now: Timestamp) -> Result<(), AppError> {
        attempts::add(change, &self.announcement(&guest.email, &guest.account), 1, HOUR, now).await?;
        Ok(())
    }

    /// Whether this confirms what the person was told: to look up the same address again, once, tells of nobody else. What a
    /// form says is not enough; the server has to remember it.
    async fn confirms(&self, console: &Console, new: &NewCollaborator) -> Result<bool, AppError> {
        match &new.announced {
            Some(account) => Ok(console.store().use_up(&self.announcement(&new.email, account)).await?),
            None => Ok(false),
        }
    }

    fn announcement(&self, email: &Email, account: &AccountId) -> String {
        format!("announced:{}:{}:{account}:{email}", self.person, self.project)
    }
}

/// One and the same for an address without an account and for a person outside of the organization who may not be added, so
/// that the form tells nobody who has an account.
fn nobody(change: &Change<ManageProject>, email: &Email) -> String {
    let org = &change.grant().org().name;
    format!(
        "{email} cannot be added. Check the address. Whoever has no account yet needs one first; somebody outside of {org} can be added \
         only while its policy and the switch of this project both allow external collaborators. An owner or admin of {org} can help."
    )
}

fn owner_stays(person: &Assigned) -> String {
    format!(
        "{} is the owner of this project, and so stays one of its admins. Choose another owner in the project’s settings first.",
        person.name
    )
}

/// Rights that come from the organization end there, not in a project.
fn inherited(person: &Assigned) -> AppError {
    AppError::conflict(format!(
        "{} is an owner or admin of the organization, and so an admin of every project. Change the role there.",
        person.name
    ))
}

/// A key owner is one of the project's admins: without the role nobody is.
async fn release_keys(change: &mut Change<ManageProject>, person: &Assigned) -> Result<Option<Event>, AppError> {
    if !person.is_key_owner {
        return Ok(None);
    }
    change.clear_key_owner().await?;
    let project = change.grant().project();
    let event = Event::new("project.updated", &project.id, &project.name).in_project(&project.id);
    Ok(Some(event.change("key_owner", Some(person.email.to_string()), None)))
}

async fn add_found(
    change: &mut Change<ManageProject>,
    project: &ProjectId,
    new: &NewCollaborator,
    found: &Found,
) -> Result<Vec<Event>, AppError> {
    let reached = change.member_reaches(&found.account).await?;
    change.insert_collaborator(&found.account, new.role).await?;
    let added = Event::new("collaborator.added", &found.account, &new.email)
        .in_project(project)
        .set("role", new.role.as_str())
        .set("external", found.org_role.is_none());
    let mut events = vec![added];
    if reached == Some(false) {
        events.push(
            Event::new("member.access_regained", &found.account, &new.email)
                .change("access", Some("no project".to_owned()), Some("organization".to_owned()))
                .set("cause", format!("added to {}", change.grant().project().name)),
        );
    }
    Ok(events)
}
