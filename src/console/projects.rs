use app::{
    model::{
        AppError, Name, OrgId, Page, ProjectId,
        place::ProjectRef,
        project::{ArchivePreview, MAX_DESCRIPTION, NewProject, ProjectFilter, ProjectList},
    },
    port::Projects,
};
use async_trait::async_trait;

use super::{Console, project_life::access_event, project_settings::check_text};
use crate::{
    access::{ArchiveProject, CreateProject, ViewOrg, authorize_org, authorize_project},
    audit::Event,
    identity,
    store::project_life::LifeFacts,
};

#[async_trait]
impl Projects for Console {
    async fn list(&self, org: OrgId, filter: ProjectFilter, page: Page) -> Result<ProjectList, AppError> {
        let mut reader = self.store().db.read().await?;
        let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
        let held_back = self.held_back(&mut reader, &org, &grant.org().plan).await?;
        drop(reader);
        Ok(ProjectList {
            listing: self.store().projects(&grant, filter, &page).await?,
            default_access: self.store().default_access(&grant).await?,
            held_back,
        })
    }

    async fn create(&self, org: OrgId, new: NewProject) -> Result<ProjectRef, AppError> {
        check_text("description", &new.description, MAX_DESCRIPTION)?;
        let mut change = self.store().begin_org::<CreateProject>(&self.caller, &org).await?;
        let plan = change.grant().org().plan.clone();
        if let Some(reason) = self.held_back(&mut change, &org, &plan).await? {
            return Err(AppError::conflict(reason));
        }
        let plan = self.parts.catalog.plan(&plan).ok_or(AppError::Internal)?;
        let id: ProjectId = self.store().ambient.id();
        if let Err(error) = change.insert_project(&id, &new, &plan.models).await {
            return Err(if error.is_unique_violation() {
                AppError::field("slug", "Another project of this organization has, or had, this address.")
            } else {
                error.into()
            });
        }
        let event = Event::new("project.created", &id, &new.name)
            .in_project(&id)
            .set("address", &new.slug)
            .set("environment", new.environment.as_str())
            .change("description", None, Some(new.description.clone()).filter(|text| !text.is_empty()))
            .set("owner", &self.person()?.email)
            .set("models", plan.models.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        change.commit([event]).await?;
        Ok(ProjectRef {
            id,
            name: new.name,
            slug: new.slug,
            environment: new.environment,
            is_default: false,
            archived: false,
        })
    }

    async fn preview_archive(&self, project: ProjectId) -> Result<ArchivePreview, AppError> {
        let grant = authorize_project::<ArchiveProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let effects = self.store().life_effects(&grant).await?;
        Ok(ArchivePreview {
            id: project,
            obstacle: obstacle(&effects.facts).map(str::to_owned),
            requests_24h: effects.requests_24h(),
            name: effects.facts.name,
            slug: effects.facts.slug,
            keys: effects.keys,
            stranded: effects.people,
            members: effects.facts.members,
            now: self.store().ambient.now(),
        })
    }

    async fn archive(&self, project: ProjectId, confirmation: &str, password: &str) -> Result<(), AppError> {
        let grant = authorize_project::<ArchiveProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        check_confirmation(&grant.project().name, confirmation)?;
        identity::confirm(self.store(), &self.parts.passwords, &self.caller, password).await?;
        let mut change = self.store().begin::<ArchiveProject>(&self.caller, &project).await?;
        let effects = change.life_effects().await?;
        if let Some(obstacle) = obstacle(&effects.facts) {
            return Err(AppError::conflict(obstacle));
        }
        let name = &effects.facts.name;
        check_confirmation(name, confirmation)?;
        change.set_archived().await?;
        let archived = Event::new("project.archived", &project, name)
            .in_project(&project)
            .change("state", Some("active".to_owned()), Some("archived".to_owned()))
            .change("stopped_keys", None, effects.key_names())
            .set("requests_24h", effects.requests_24h())
            .set("people_left_without_a_project", effects.people.total);
        let lost = access_event(
            "member.lost_access",
            &change.grant().org().id,
            &effects.people,
            &format!("{name} was archived"),
        );
        change.commit(std::iter::once(archived).chain(lost)).await?;
        Ok(())
    }
}

/// Refuses what is not the name of the project.
fn check_confirmation(name: &Name, typed: &str) -> Result<(), AppError> {
    if typed.trim() == name.as_str() {
        return Ok(());
    }
    Err(AppError::field(
        "confirmation",
        format!("Type the name of the project exactly: {name}"),
    ))
}

/// Why a project cannot be archived.
fn obstacle(facts: &LifeFacts) -> Option<&'static str> {
    if facts.archived {
        Some("This project is archived already.")
    } else if facts.active_projects <= 1 {
        Some("This is the last active project; an organization keeps at least one.")
    } else if facts.is_default {
        Some("This is the Default Project. Make another project the Default one first.")
    } else {
        None
    }
}
