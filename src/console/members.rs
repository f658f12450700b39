use std::collections::BTreeSet;

use app::{
    model::{
        AccountId, AppError, Email, KeyId, OrgId, OrgRole, Page, ProjectId, ProjectRole,
        choice::Choosing,
        member::{Assignment, Demotion, MemberFilter, MemberRemoval, Members as MemberList, Transfer, TransferPreview},
    },
    policy,
    port::Members,
};
use async_trait::async_trait;

use super::{Console, made_keys::revoke_all_but};
use crate::{
    access::{Grant, ManageMembers, ManageOrg, Permission, authorize_org},
    audit::Event,
    identity,
    store::{Change, members::MemberFacts},
};

/// What stands against every way of losing the last owner.
const LAST_OWNER: &str = "An organization keeps at least one owner. Make somebody else an owner first.";
/// Who is signed in leaves; others are removed.
const ONESELF: &str = "Nobody removes themselves. Leave the organization on your account page.";

#[async_trait]
impl Members for Console {
    async fn list(&self, org: OrgId, filter: MemberFilter, page: Page) -> Result<MemberList, AppError> {
        let grant = self.manages_members(&org).await?;
        Ok(self.store().members(&grant, &filter, &page).await?)
    }

    async fn set_role(&self, org: OrgId, account: AccountId, role: OrgRole, seen: OrgRole) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        let person = change.member(&account).await?.ok_or(AppError::NotFound)?;
        may_grant(change.grant(), Some(person.role), Some(role))?;
        if person.role != seen {
            return Err(AppError::conflict(format!(
                "Somebody changed the role of {} meanwhile: it is {} now. Nothing was changed.",
                person.name,
                person.role.as_str()
            )));
        }
        if role == person.role {
            return Ok(());
        }
        if is_last_owner(&person) {
            return Err(AppError::conflict(LAST_OWNER));
        }
        change.set_member_role(&account, role).await?;
        let mut events = vec![role_changed(&person, role)];
        if role == OrgRole::Member {
            events.extend(change.clear_ownership(&person).await?);
        }
        if !policy::may_grant(role, Some(person.role), Some(person.role)) {
            events.extend(withdraw(&mut change, &person, "role changed").await?);
        }
        events.extend(access_changed(&mut change, &person, &format!("role {}", role.as_str())).await?);
        change.commit(events).await?;
        Ok(())
    }

    async fn preview_demotion(&self, org: OrgId, account: AccountId, to: OrgRole) -> Result<Demotion, AppError> {
        let grant = self.manages_members(&org).await?;
        let effects = self
            .store()
            .member_demotion(&grant, &account, to)
            .await?
            .ok_or(AppError::NotFound)?;
        let person = effects.facts;
        may_grant(&grant, Some(person.role), Some(to))?;
        if !to.is_weaker_than(person.role) {
            return Err(AppError::conflict(format!(
                "The role of {} is {} by now.",
                person.name,
                person.role.as_str()
            )));
        }
        Ok(Demotion {
            obstacle: is_last_owner(&person).then(|| LAST_OWNER.to_owned()),
            account,
            name: person.name,
            from: person.role,
            to,
            projects: effects.projects,
            default_is_open: effects.default_is_open,
            released: if to == OrgRole::Member { effects.released } else { Vec::new() },
            invitations: effects.invitations,
            keys: effects.keys,
            // To an owner alone: nobody else makes an owner an admin.
            knows_default_key: to == OrgRole::Admin && effects.knows_default_key,
        })
    }

    async fn preview_removal(&self, org: OrgId, account: AccountId) -> Result<MemberRemoval, AppError> {
        let grant = self.manages_members(&org).await?;
        let effects = self.store().member_removal(&grant, &account).await?.ok_or(AppError::NotFound)?;
        let person = effects.facts;
        may_grant(&grant, Some(person.role), None)?;
        Ok(MemberRemoval {
            obstacle: self.obstacle(&person)?.map(str::to_owned),
            account,
            name: person.name,
            email: person.email,
            role: person.role,
            projects: effects.projects,
            owned: effects.owned,
            keys: effects.keys,
            invitations: effects.invitations,
        })
    }

    async fn remove(&self, org: OrgId, account: AccountId, kept: Vec<KeyId>) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        let person = change.member(&account).await?.ok_or(AppError::NotFound)?;
        may_grant(change.grant(), Some(person.role), None)?;
        if let Some(obstacle) = self.obstacle(&person)? {
            return Err(AppError::conflict(obstacle));
        }
        let mut revoked = revoke_all_but(&mut change, &account, &kept).await?;
        let ended = change.end_membership(&person).await?;
        revoked.extend(withdraw(&mut change, &person, "removed").await?);
        let removed = Event::new("member.removed", &account, &person.email)
            .change("role", Some(person.role.as_str().to_owned()), None)
            .change("project roles", Some(ended.roles.to_string()), Some("0".to_owned()));
        change.commit(std::iter::once(removed).chain(revoked).chain(ended.events)).await?;
        Ok(())
    }

    async fn preview_assignment(&self, org: OrgId, account: AccountId, choosing: Choosing) -> Result<Assignment, AppError> {
        let grant = self.manages_members(&org).await?;
        let found = self.store().assignable(&grant, &account, &choosing).await?;
        let (person, projects) = found.ok_or(AppError::NotFound)?;
        is_assignable(&person)?;
        Ok(Assignment {
            account,
            name: person.name,
            email: person.email,
            has_access: person.has_access,
            projects,
        })
    }

    async fn assign(&self, org: OrgId, account: AccountId, projects: Vec<ProjectId>, role: ProjectRole) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        let person = change.member(&account).await?.ok_or(AppError::NotFound)?;
        is_assignable(&person)?;
        if projects.is_empty() {
            return Err(AppError::field("projects", "Choose one project at least."));
        }
        let projects: BTreeSet<&ProjectId> = projects.iter().collect();
        if projects.len() > Assignment::MOST {
            return Err(AppError::field(
                "projects",
                format!("Choose at most {} projects at a time.", Assignment::MOST),
            ));
        }
        let mut events = Vec::new();
        for project in projects {
            let found = change.project_choice(project, Some(&account)).await?.ok_or(AppError::NotFound)?;
            if found.role.is_some() {
                continue;
            }
            change.assign(project, &account, role).await?;
            let added = Event::new("collaborator.added", &account, &person.email).in_project(project);
            events.push(added.set("role", role.as_str()).set("external", false));
        }
        events.extend(access_changed(&mut change, &person, "assigned to a project").await?);
        change.commit(events).await?;
        Ok(())
    }

    async fn preview_transfer(&self, org: OrgId, email: Email) -> Result<TransferPreview, AppError> {
        let grant = authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        let effects = self.store().transfer_effects(&grant, self.account()?, &email).await?;
        let effects = effects.ok_or_else(|| AppError::field("email", "No member of the organization has this address."))?;
        let taker = effects.taker;
        not_an_owner("email", &taker)?;
        Ok(TransferPreview {
            account: taker.account,
            name: taker.name,
            email: taker.email,
            role: taker.role,
            other_owners: taker.owners.saturating_sub(1),
            invitations: effects.invitations,
            knows_default_key: effects.knows_default_key,
        })
    }

    async fn transfer(&self, org: OrgId, transfer: Transfer) -> Result<(), AppError> {
        let grant = authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        let confirmed = |grant: &Grant<ManageOrg>| {
            let name = &grant.org().name;
            let is_typed = transfer.confirmation.trim() == name.as_str();
            let message = format!("Type the name of the organization exactly: {name}");
            is_typed.then_some(()).ok_or_else(|| AppError::field("confirmation", message))
        };
        confirmed(&grant)?;
        identity::confirm(self.store(), &self.parts.passwords, &self.caller, &transfer.password).await?;

        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        confirmed(change.grant())?;
        let giver = change.member(self.account()?).await?.ok_or(AppError::NotFound)?;
        let taker = change.member(&transfer.account).await?.ok_or_else(|| {
            AppError::field(
                "account",
                "The new owner is no member of the organization any more. Nothing was changed.",
            )
        })?;
        not_an_owner("account", &taker)?;
        change.set_member_role(&taker.account, OrgRole::Owner).await?;
        change.set_member_role(&giver.account, OrgRole::Admin).await?;
        let transferred = Event::new("org.ownership_transferred", &org, &change.grant().org().name).change(
            "owner",
            Some(giver.email.to_string()),
            Some(taker.email.to_string()),
        );
        let mut events = vec![
            transferred,
            role_changed(&taker, OrgRole::Owner),
            role_changed(&giver, OrgRole::Admin),
        ];
        events.extend(access_changed(&mut change, &taker, "role owner").await?);
        change.commit(events).await?;
        Ok(())
    }
}

impl Console {
    /// Proof that the caller manages the members.
    pub(super) async fn manages_members(&self, org: &OrgId) -> Result<Grant<ManageMembers>, AppError> {
        Ok(authorize_org::<ManageMembers>(&mut self.store().db.read().await?, &self.caller, org).await?)
    }

    /// Why this member cannot be removed.
    fn obstacle(&self, person: &MemberFacts) -> Result<Option<&'static str>, AppError> {
        Ok(if is_last_owner(person) {
            Some(LAST_OWNER)
        } else {
            (person.account == *self.account()?).then_some(ONESELF)
        })
    }
}

fn is_last_owner(person: &MemberFacts) -> bool {
    person.role == OrgRole::Owner && person.owners <= 1
}

/// Nobody becomes an owner twice.
fn not_an_owner(field: &str, person: &MemberFacts) -> Result<(), AppError> {
    if person.role != OrgRole::Owner {
        return Ok(());
    }
    let message = format!(
        "{} is an owner already. To give up your own role, change it in the list.",
        person.name
    );
    Err(AppError::field(field, message))
}

/// Only an owner touches owners.
pub(super) fn may_grant<P: Permission>(grant: &Grant<P>, from: Option<OrgRole>, to: Option<OrgRole>) -> Result<(), AppError> {
    let may = grant.standing().org.is_some_and(|actor| policy::may_grant(actor, from, to));
    may.then_some(()).ok_or_else(|| AppError::Forbidden {
        reason: policy::ONLY_OWNERS.to_owned(),
    })
}

/// Owners and admins are in every project.
fn is_assignable(person: &MemberFacts) -> Result<(), AppError> {
    if person.role == OrgRole::Member {
        return Ok(());
    }
    Err(AppError::conflict(format!(
        "{} is an owner or admin of the organization, and so an admin of every project.",
        person.name
    )))
}

fn role_changed(person: &MemberFacts, role: OrgRole) -> Event {
    Event::new("member.role_changed", &person.account, &person.email).change(
        "role",
        Some(person.role.as_str().to_owned()),
        Some(role.as_str().to_owned()),
    )
}

/// Revokes an invitation that waits for somebody's address, whoever sent it: it would give back what was just taken.
async fn withdraw(change: &mut Change<ManageMembers>, person: &MemberFacts, because: &str) -> Result<Option<Event>, AppError> {
    let Some((invitation, _)) = change.invited_as(&person.email).await? else {
        return Ok(None);
    };
    change.revoke_invitation(&invitation).await?;
    let revoked = Event::new("invitation.revoked", &invitation, &person.email);
    Ok(Some(revoked.set("because", because)))
}

/// The record of a member who lost the organization with their last project, or has it again.
async fn access_changed<P: crate::store::members::ChangesRoles>(
    change: &mut Change<P>,
    before: &MemberFacts,
    cause: &str,
) -> Result<Option<Event>, AppError> {
    let after = change.member(&before.account).await?.is_some_and(|after| after.has_access);
    let (organization, none) = (Some("organization".to_owned()), Some("no project".to_owned()));
    let event = |action| Event::new(action, &before.account, &before.email);
    Ok(match (before.has_access, after) {
        (true, false) => Some(event("member.lost_access").change("access", organization, none).set("cause", cause)),
        (false, true) => Some(
            event("member.access_regained")
                .change("access", none, organization)
                .set("cause", cause),
        ),
        _ => None,
    })
}
