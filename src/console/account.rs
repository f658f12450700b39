use app::{
    model::{
        AppError, Name, OrgId,
        account::{Account as AccountView, LeavePreview, Profile, SessionRef},
        place::Viewer,
        preferences::Theme,
    },
    port::Account,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    audit::Event,
    identity::{self, SignInError, append_everywhere, append_to_installation},
    store::{
        accounts,
        leaving::{self, Left, Obstacle},
        sessions,
    },
};

#[async_trait]
impl Account for Console {
    async fn show(&self) -> Result<AccountView, AppError> {
        let person = self.person()?;
        let now = self.store().ambient.now();
        let mut reader = self.store().db.read().await?;
        Ok(AccountView {
            viewer: Viewer {
                account: person.id.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
            },
            preferences: accounts::preferences(&mut reader, &person.id).await?,
            sessions: sessions::of_account(&mut reader, &person.id, self.session.id().as_ref(), now).await?,
            orgs: leaving::memberships(&mut reader, &person.id).await?,
            now,
        })
    }

    async fn save_profile(&self, profile: Profile) -> Result<(), AppError> {
        let person = self.person()?;
        let mut tx = self.store().db.write().await?;
        let before = accounts::preferences(&mut tx, &person.id).await?;
        let after = &profile.preferences;
        let change = |event: Event, field, before: &str, after: &str| event.change(field, Some(before.to_owned()), Some(after.to_owned()));
        let event = Event::new("account.updated", &person.id, &person.email);
        let event = change(event, "name", person.name.as_str(), profile.name.as_str());
        let event = change(event, "zone", before.zone.as_str(), after.zone.as_str());
        let event = change(event, "theme", before.theme.as_str(), after.theme.as_str());
        let event = change(event, "density", before.density.as_str(), after.density.as_str());
        if event.changes.is_empty() {
            return Ok(());
        }
        accounts::set_profile(&mut tx, &person.id, &profile).await?;
        // The name is the only one of them that others see.
        if person.name == profile.name {
            append_to_installation(&mut tx, self.store(), &self.caller, event).await?;
        } else {
            append_everywhere(&mut tx, self.store(), &self.caller, person, event).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn set_theme(&self, theme: Theme) -> Result<(), AppError> {
        let person = self.person()?;
        let mut tx = self.store().db.write().await?;
        let before = accounts::preferences(&mut tx, &person.id).await?.theme;
        if before == theme {
            return Ok(());
        }
        accounts::set_theme(&mut tx, &person.id, theme).await?;
        let event = Event::new("account.updated", &person.id, &person.email).change(
            "theme",
            Some(before.as_str().to_owned()),
            Some(theme.as_str().to_owned()),
        );
        append_to_installation(&mut tx, self.store(), &self.caller, event).await?;
        Ok(tx.commit().await?)
    }

    async fn change_password(&self, current: &str, new: &str) -> Result<(), AppError> {
        identity::change_password(self.store(), &self.parts.passwords, &self.caller, &self.session, current, new).await
    }

    async fn end_session(&self, session: SessionRef) -> Result<(), AppError> {
        let person = self.person()?;
        let mut tx = self.store().db.write().await?;
        let listed = sessions::of_account(&mut tx, &person.id, self.session.id().as_ref(), self.store().ambient.now()).await?;
        let ended = listed.into_iter().find(|row| row.id == session).ok_or(AppError::NotFound)?;
        if ended.is_own {
            return Err(AppError::conflict("This is the session that you are using. Sign out instead."));
        }
        if !sessions::end(&mut tx, &person.id, &session).await? {
            return Err(AppError::NotFound);
        }
        let event = Event::new("session.revoked", &person.id, &person.email)
            .change("address", ended.address, None)
            .change("browser", Some(ended.agent), None);
        append_everywhere(&mut tx, self.store(), &self.caller, person, event).await?;
        Ok(tx.commit().await?)
    }

    async fn sign_out_everywhere(&self) -> Result<(), AppError> {
        let person = self.person()?;
        let mut tx = self.store().db.write().await?;
        let ended = sessions::end_all(&mut tx, &person.id, None).await?;
        let event = Event::new("session.all_ended", &person.id, &person.email).set("sessions ended", ended);
        append_everywhere(&mut tx, self.store(), &self.caller, person, event).await?;
        tx.commit().await?;
        // Takes the cookie back.
        Ok(self.session.flush().await.map_err(SignInError::from)?)
    }

    async fn preview_leave(&self, org: OrgId) -> Result<LeavePreview, AppError> {
        let person = self.person()?;
        let mut reader = self.store().db.read().await?;
        let facts = leaving::leave_facts(&mut reader, &person.id, &org)
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(LeavePreview {
            org: facts.membership.org,
            role: facts.membership.role,
            keys: facts.keys,
            obstacle: facts.obstacle.as_ref().map(describe),
        })
    }

    async fn leave(&self, org: OrgId) -> Result<(), AppError> {
        match self.store().leave(&self.caller, self.person()?, &org).await? {
            Left::Done => Ok(()),
            Left::NotFound => Err(AppError::NotFound),
            Left::Refused(obstacle) => Err(AppError::conflict(describe(&obstacle))),
        }
    }
}

fn describe(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::LastOwner => "You are the last owner. An organization keeps at least one: make somebody else an owner first.".to_owned(),
        Obstacle::Owns(projects) => {
            let names: Vec<&str> = projects.iter().map(Name::as_str).collect();
            format!(
                "You are the owner of {}. Choose another owner in the settings of each project first.",
                names.join(", ")
            )
        }
    }
}
