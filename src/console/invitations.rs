use std::collections::BTreeMap;

use app::{
    model::{
        AccountId, AppError, Email, InvitationId, Listing, Name, OrgId, OrgRole, Page, Timestamp,
        choice::Choosing,
        invitation::{Guest, Invitation, InviteOptions, Invited, LIFETIME, NewInvitations, Newcomer, OpenInvitation, masked},
        place::Home,
        time::HOUR,
    },
    port::Invitations,
};
use async_trait::async_trait;

use super::{Console, members::may_grant};
use crate::{
    access::{ManageMembers, Person},
    audit::Event,
    identity::{self, SignInError},
    links::{Link, LinkKind, Links},
    mail::{Mail, texts},
    store::{
        Change, attempts,
        invitations::ProvenInvitation,
        joining::{Joined, Joiner},
    },
};

/// Invitations in an hour: of one organization to one mailbox, of all of them to it, and of one person to anybody.
const TO_ADDRESS: i64 = 10;
const TO_MAILBOX: i64 = 30;
const BY_PERSON: i64 = 500;

#[async_trait]
impl Invitations for Console {
    async fn pending(&self, org: OrgId, page: Page) -> Result<Listing<Invitation>, AppError> {
        let grant = self.manages_members(&org).await?;
        Ok(self.store().pending_invitations(&grant, &page).await?)
    }

    async fn invite_options(&self, org: OrgId, choosing: Choosing) -> Result<InviteOptions, AppError> {
        let grant = self.manages_members(&org).await?;
        Ok(self.store().invite_options(&grant, &choosing).await?)
    }

    async fn invite(&self, org: OrgId, new: NewInvitations) -> Result<usize, AppError> {
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        may_grant(change.grant(), None, Some(new.role))?;
        let (new, projects) = checked(&mut change, new).await?;
        let projects = projects.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let projects = Some(projects).filter(|projects| !projects.is_empty());
        let expires_at = self.store().ambient.now().plus(LIFETIME);
        let mut events = Vec::new();
        for email in &new.emails {
            // One that is on its way already is replaced, its role too.
            if let Some((older, role)) = change.invited_as(email).await? {
                may_grant(change.grant(), Some(role), Some(new.role))?;
                change.revoke_invitation(&older).await?;
                events.push(Event::new("invitation.revoked", &older, email).set("because", "sent anew"));
            }
            let id: InvitationId = self.store().ambient.id();
            change.insert_invitation(&id, email, &new, expires_at).await?;
            let mail = self.mail(&change, email, Link::first(LinkKind::Invitation, &id), expires_at)?;
            change.put_mail(&mail).await?;
            let sent = Event::new("invitation.sent", &id, email)
                .set("role", new.role.as_str())
                .change("projects", None, projects.clone())
                .change(
                    "project role",
                    None,
                    (!new.projects.is_empty()).then(|| new.project_role.as_str().to_owned()),
                )
                .set("expires", expires_at.iso());
            events.push(sent);
        }
        if let Some((full, _)) = self.count_mails(&mut change, &new.emails).await? {
            let message = format!("{full} was invited often in the last hour. Nobody was invited; leave it out, or try again later.");
            return Err(AppError::field("emails", message));
        }
        change.commit(events).await?;
        Ok(new.emails.len())
    }

    async fn resend(&self, org: OrgId, invitation: InvitationId) -> Result<(), AppError> {
        let now = self.store().ambient.now();
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        let stored = change.open_invitation(&invitation).await?.ok_or(AppError::NotFound)?;
        may_grant(change.grant(), None, Some(stored.role))?;
        if change.member_by_email(&stored.email).await?.is_some() {
            return Err(AppError::conflict(format!(
                "{} is a member already. Nothing was sent.",
                stored.email
            )));
        }
        if stored.role == OrgRole::Member && stored.projects.is_empty() && change.needs_project().await? {
            let message = "None of its projects is active any more, and members of this organization reach assigned projects only. \
                           Revoke it, and invite anew with a project.";
            return Err(AppError::conflict(message));
        }
        let expires_at = now.plus(LIFETIME);
        change.renew_invitation(&invitation, expires_at).await?;
        let renewed = change.open_invitation(&invitation).await?.ok_or(AppError::NotFound)?;
        let mail = self.mail(&change, &renewed.email, renewed.link(), expires_at)?;
        change.put_mail(&mail).await?;
        let event = Event::new("invitation.resent", &invitation, &stored.email).change(
            "expires",
            Some(stored.expires_at.iso()),
            Some(expires_at.iso()),
        );
        if let Some((_, end)) = self.count_mails(&mut change, std::slice::from_ref(&stored.email)).await? {
            return Err(throttled(end.since(self.store().ambient.now())));
        }
        change.commit([event]).await?;
        Ok(())
    }

    async fn revoke_invitation(&self, org: OrgId, invitation: InvitationId) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageMembers>(&self.caller, &org).await?;
        let stored = change.open_invitation(&invitation).await?.ok_or(AppError::NotFound)?;
        may_grant(change.grant(), None, Some(stored.role))?;
        change.revoke_invitation(&invitation).await?;
        let event = Event::new("invitation.revoked", &invitation, &stored.email);
        change.commit([event]).await?;
        Ok(())
    }

    async fn invited(&self, token: &str) -> Result<Invited, AppError> {
        let invitation = self.proven(token).await?;
        let guest = match &self.caller.person {
            Some(person) if person.email == invitation.email => Guest::SignedIn,
            Some(_) => {
                return Ok(Invited::SomebodyElse {
                    email: masked(&invitation.email),
                });
            }
            None if self.store().credentials(&invitation.email).await?.is_some() => Guest::SignedOut,
            None => Guest::New,
        };
        if !invitation.holds {
            return Err(not_granted(&invitation));
        }
        Ok(Invited::Open(Box::new(OpenInvitation {
            org: invitation.org_name.clone(),
            email: invitation.email.clone(),
            role: invitation.role,
            projects: invitation.projects.clone(),
            invited_by: invitation.inviter.clone(),
            sent_at: invitation.sent_at,
            expires_at: invitation.expires_at,
            now: self.store().ambient.now(),
            guest,
        })))
    }

    async fn accept(&self, token: &str, newcomer: Option<Newcomer>) -> Result<Option<Home>, AppError> {
        let invitation = self.proven(token).await?;
        let (person, joiner) = match &self.caller.person {
            Some(person) if person.email == invitation.email => (person.clone(), Joiner::Known(person.clone())),
            Some(_) => {
                return Err(AppError::conflict(format!(
                    "This invitation is for {}. Sign out, and open its link again.",
                    masked(&invitation.email)
                )));
            }
            // Before a password is computed; it is read again when somebody joins.
            None if !invitation.holds => return Err(not_granted(&invitation)),
            None => self.newcomer(&invitation, newcomer).await?,
        };
        let is_new = matches!(joiner, Joiner::New(..));
        match self.store().join(&self.caller, &invitation, joiner).await? {
            Joined::Done => {}
            Joined::Gone => return Err(AppError::NotFound),
            Joined::Taken => return Err(has_account()),
            Joined::NotGranted => return Err(not_granted(&invitation)),
        }
        if is_new {
            identity::start_session(self.store(), &self.caller, &self.session, &person).await?;
        }
        let places = self.store().places(&person, "", &[]).await?;
        let entered = places.orgs.into_iter().find(|place| place.org.id == invitation.org);
        Ok(entered.and_then(|place| {
            let first = place.projects.into_iter().next()?;
            Some(Home {
                org: place.org.slug,
                project: first.project.slug,
            })
        }))
    }

    async fn decline(&self, token: &str) -> Result<(), AppError> {
        let invitation = self.proven(token).await?;
        if self.store().decline(&self.caller, &invitation).await? {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }
}

impl Console {
    /// The open invitation that this token is the link of.
    async fn proven(&self, token: &str) -> Result<ProvenInvitation, AppError> {
        let id: InvitationId = Links::claimed(token).ok_or(AppError::NotFound)?;
        let stored = self.store().invitation(&id).await?.ok_or(AppError::NotFound)?;
        let now = self.store().ambient.now();
        stored.proven(&self.parts.links, token, now).ok_or(AppError::NotFound)
    }

    /// An account that is to be made for the invited address. The hash is made before anything is opened, and counted before
    /// it is made.
    async fn newcomer(&self, invitation: &ProvenInvitation, newcomer: Option<Newcomer>) -> Result<(Person, Joiner), AppError> {
        let email = &invitation.email;
        if self.store().credentials(email).await?.is_some() {
            return Err(has_account());
        }
        let Newcomer { name, password } = newcomer.ok_or_else(|| AppError::field("name", "Enter a name."))?;
        identity::choose_by_link(self.store(), invitation.id.as_str()).await??;
        let chosen = self.parts.passwords.choose(&self.store().ambient, &password, email, &name).await;
        let hash = chosen
            .map_err(SignInError::from)?
            .map_err(|refused| AppError::field("password", refused.to_string()))?;
        let person = Person {
            id: self.store().ambient.id::<AccountId>(),
            name,
            email: email.clone(),
        };
        Ok((person.clone(), Joiner::New(person, hash)))
    }

    /// Counts an invitation to each of these addresses, last in its change. The one that had too many, so that nothing may be
    /// sent, and until when; nothing is counted then, because the change is dropped.
    async fn count_mails(&self, change: &mut Change<ManageMembers>, emails: &[Email]) -> Result<Option<(Email, Timestamp)>, AppError> {
        let (now, org) = (change.ambient().now(), change.grant().org().id.clone());
        let by_person = format!("invitations-by:{}", self.account()?);
        let to_mailbox = |email: &Email| format!("mail:invitation:{}", mailbox(email));
        let to_address = |email: &Email| format!("{}:{org}", to_mailbox(email));
        let mut sent = BTreeMap::from([(by_person.clone(), i64::try_from(emails.len()).unwrap_or(i64::MAX))]);
        for subject in emails.iter().flat_map(|email| [to_mailbox(email), to_address(email)]) {
            *sent.entry(subject).or_default() += 1;
        }
        let mut counted = BTreeMap::new();
        for (subject, sent) in sent {
            let count = attempts::add(change, &subject, sent, HOUR, now).await?;
            counted.insert(subject, count);
        }
        let count = |subject: &String| counted.get(subject).copied().unwrap_or((0, now));
        let (by_person, end) = count(&by_person);
        if by_person > BY_PERSON {
            return Err(throttled(end.since(now)));
        }
        let full = emails.iter().find_map(|email| {
            let ((own, own_end), (all, end)) = (count(&to_address(email)), count(&to_mailbox(email)));
            // What others sent keeps nobody from writing once, and so tells nobody of it.
            let ends = [(own > TO_ADDRESS, own_end), (own > 1 && all > TO_MAILBOX, end)];
            let end = ends.into_iter().find_map(|(is_full, end)| is_full.then_some(end))?;
            Some((email.clone(), end))
        });
        Ok(full)
    }

    fn mail(&self, change: &Change<ManageMembers>, to: &Email, link: Link, expires_at: Timestamp) -> Result<Mail, AppError> {
        Ok(texts::invitation(
            to,
            &change.grant().org().name,
            &self.person()?.name,
            link,
            expires_at,
        ))
    }
}

/// Where the mail arrives: `noor+trial@…` is one of many names for `noor@…`.
fn mailbox(email: &Email) -> String {
    let (local, domain) = email.as_str().split_once('@').unwrap_or((email.as_str(), ""));
    format!("{}@{domain}", local.split('+').next().unwrap_or_default())
}

fn throttled(ms: i64) -> AppError {
    AppError::Throttled {
        retry_after_s: u64::try_from(ms).unwrap_or(0).div_ceil(1_000),
    }
}

fn not_granted(invitation: &ProvenInvitation) -> AppError {
    AppError::conflict(format!(
        "{} may not invite you any more. Ask an owner or admin of {} to send the invitation again.",
        invitation.inviter, invitation.org_name
    ))
}

fn has_account() -> AppError {
    AppError::conflict("There is an account with this address. Sign in, and accept the invitation then.")
}

/// What the form alone cannot know. Returns what is to be sent, with the names of its projects.
async fn checked(change: &mut Change<ManageMembers>, mut new: NewInvitations) -> Result<(NewInvitations, Vec<Name>), AppError> {
    if new.emails.is_empty() || new.emails.len() > NewInvitations::MOST {
        let message = format!("Enter from 1 to {} e-mail addresses.", NewInvitations::MOST);
        return Err(AppError::field("emails", message));
    }
    if new.role != OrgRole::Member {
        // Owners and admins are in every project.
        new.projects.clear();
    }
    new.projects.sort_unstable();
    new.projects.dedup();
    if new.projects.len() > NewInvitations::MOST_PROJECTS {
        let message = format!(
            "Choose at most {} projects; more can follow once somebody has joined.",
            NewInvitations::MOST_PROJECTS
        );
        return Err(AppError::field("projects", message));
    }
    let mut names = Vec::new();
    for project in &new.projects {
        let gone = || AppError::field("projects", "One of these projects is not there any more. Choose again.");
        names.push(change.project_choice(project, None).await?.ok_or_else(gone)?.name);
    }
    names.sort_by_key(|name| name.as_str().to_lowercase());
    if new.role == OrgRole::Member && new.projects.is_empty() && change.needs_project().await? {
        let message = "Choose one project at least: members of this organization reach assigned projects only.";
        return Err(AppError::field("projects", message));
    }
    let mut members = Vec::new();
    for email in &new.emails {
        if change.member_by_email(email).await?.is_some() {
            members.push(email.as_str());
        }
    }
    match members[..] {
        [] => Ok((new, names)),
        [one] => Err(AppError::field("emails", format!("{one} is a member already. Nobody was invited."))),
        _ => Err(AppError::field(
            "emails",
            format!("These are members already: {}. Nobody was invited.", members.join(", ")),
        )),
    }
}
