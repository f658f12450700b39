use app::{
    model::{
        AppError, Listing, OrgId, Page, ProjectId,
        place::ProjectRef,
        project::{ArchivePreview, NewProject, ProjectFilter, ProjectRow},
    },
    port::Projects,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{ArchiveProject, CreateProject, ViewOrg, authorize_org, authorize_project},
    audit::Event,
    store::projects::{ArchiveEffects, ArchiveFacts},
};

/// The longest description.
const DESCRIPTION: usize = 500;

#[async_trait]
impl Projects for Console {
    async fn list(&self, org: OrgId, filter: ProjectFilter, page: Page) -> Result<Listing<ProjectRow>, AppError> {
        let grant = authorize_org::<ViewOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        Ok(self.store().projects(&grant, filter, &page).await?)
    }

    async fn create(&self, org: OrgId, new: NewProject) -> Result<ProjectRef, AppError> {
        if new.description.chars().count() > DESCRIPTION {
            return Err(AppError::field("description", "A description has at most 500 characters."));
        }
        if new.description.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(AppError::field("description", "A description has no control characters."));
        }
        let mut change = self.store().begin_org::<CreateProject>(&self.caller, &org).await?;
        let plan = self.parts.catalog.plan(&change.grant().org().plan).ok_or(AppError::Internal)?;
        if !plan.multi_project {
            return Err(AppError::conflict(
                "This plan has the Default Project only. Ask the operator of this installation for more projects.",
            ));
        }
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
        let ArchiveEffects { facts, keys, stranded } = self.store().archive_preview(&grant).await?;
        Ok(ArchivePreview {
            id: project,
            obstacle: obstacle(&facts).map(str::to_owned),
            name: facts.name,
            slug: facts.slug,
            requests_24h: keys.iter().map(|key| key.requests_24h).sum(),
            keys,
            stranded,
        })
    }

    async fn archive(&self, project: ProjectId, confirmation: &str) -> Result<(), AppError> {
        let mut change = self.store().begin::<ArchiveProject>(&self.caller, &project).await?;
        let facts = change.archive_facts().await?;
        if let Some(obstacle) = obstacle(&facts) {
            return Err(AppError::conflict(obstacle));
        }
        if confirmation.trim() != facts.name.as_str() {
            return Err(AppError::field(
                "confirmation",
                format!("Type the name of the project exactly: {}", facts.name),
            ));
        }
        change.set_archived().await?;
        let event = Event::new("project.archived", &project, &facts.name).in_project(&project).change(
            "state",
            Some("active".to_owned()),
            Some("archived".to_owned()),
        );
        change.commit([event]).await?;
        Ok(())
    }
}

/// Why a project cannot be archived.
fn obstacle(facts: &ArchiveFacts) -> Option<&'static str> {
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
