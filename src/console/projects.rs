use app::{
    model::{
        AppError, ModelId, Name, OrgId, Page, ProjectId, Slug,
        place::ProjectRef,
        project::{ArchivePreview, MAX_DESCRIPTION, NewProject, ProjectFilter, ProjectList},
        template::{FromTemplate, Planned, Template, expand, refuse},
    },
    port::Projects,
};
use async_trait::async_trait;

use super::{
    Console,
    project_life::access_event,
    project_settings::{LINE, check_text},
};
use crate::{
    access::{ArchiveProject, CreateProject, OrgScope, ViewOrg, authorize_org, authorize_project},
    audit::Event,
    identity,
    store::{Change, db::Connection, project_life::LifeFacts, projects::taken_slugs},
};

#[async_trait]
impl Projects for Console {
    async fn list(&self, org: OrgId, filter: ProjectFilter, page: Page) -> Result<ProjectList, AppError> {
        let mut reader = self.store().db.read().await?;
        let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
        let held_back = self.held_back(&mut reader, &org, &grant.org().plan).await?;
        drop(reader);
        let plan = self.parts.catalog.plan(&grant.org().plan).ok_or(AppError::Internal)?;
        Ok(ProjectList {
            listing: self.store().projects(&grant, &filter, &page).await?,
            owners: self.store().project_owners(&grant, filter.state).await?,
            default_access: self.store().default_access(&grant).await?,
            held_back,
            models: plan.models.clone(),
        })
    }

    async fn create(&self, org: OrgId, new: NewProject) -> Result<ProjectRef, AppError> {
        check_text("description", &new.description, MAX_DESCRIPTION)?;
        check_text("workload", &new.workload, LINE)?;
        let mut change = self.store().begin_org::<CreateProject>(&self.caller, &org).await?;
        let scope = change.grant().org().clone();
        self.check_offer(&mut change, &scope, &new.models).await?;
        if taken_slugs(&mut change, &org).await?.contains(&new.slug) {
            return Err(AppError::field(
                "slug",
                "Another project of this organization has, or had, this address.",
            ));
        }
        let (id, event) = self.make(&mut change, &new, None).await?;
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

    async fn preview_template(&self, org: OrgId, from: &FromTemplate) -> Result<Vec<Planned>, AppError> {
        let mut reader = self.store().db.read().await?;
        let grant = authorize_org::<CreateProject>(&mut reader, &self.caller, &org).await?;
        self.plan_projects(&mut reader, grant.org(), from).await
    }

    async fn create_from_template(&self, org: OrgId, from: &FromTemplate) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<CreateProject>(&self.caller, &org).await?;
        let scope = change.grant().org().clone();
        let mut events = Vec::new();
        for planned in self.plan_projects(&mut change, &scope, from).await? {
            let (_, event) = self.make(&mut change, &planned.new, Some(from.template)).await?;
            events.push(event);
        }
        change.commit(events).await?;
        Ok(())
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
        let requests_24h = self.store().requests_24h(&grant).await?;
        let mut change = self.store().begin::<ArchiveProject>(&self.caller, &project).await?;
        let facts = change.life_facts().await?;
        if let Some(obstacle) = obstacle(&facts) {
            return Err(AppError::conflict(obstacle));
        }
        let name = &facts.name;
        check_confirmation(name, confirmation)?;
        let (keys, people) = (change.key_names().await?, change.people_only_here().await?);
        change.set_archived().await?;
        let archived = Event::new("project.archived", &project, name)
            .in_project(&project)
            .change("state", Some("active".to_owned()), Some("archived".to_owned()))
            .change("stopped_keys", None, keys)
            .set("requests_24h", requests_24h)
            .set("people_left_without_a_project", people.total);
        let lost = access_event(
            "member.lost_access",
            &change.grant().org().id,
            &people,
            &format!("{name} was archived"),
        );
        change.commit(std::iter::once(archived).chain(lost)).await?;
        Ok(())
    }
}

impl Console {
    /// The organization of a project, for who may archive it.
    ///
    /// # Errors
    /// Those of [`Projects::archive`] for everybody else.
    pub async fn org_of(&self, project: &ProjectId) -> Result<OrgId, AppError> {
        let grant = authorize_project::<ArchiveProject>(&mut self.store().db.read().await?, &self.caller, project).await?;
        Ok(grant.org().id.clone())
    }

    /// Refuses further projects while they are held back, and models that the plan does not have.
    async fn check_offer(&self, on: &mut impl Connection, org: &OrgScope, models: &[ModelId]) -> Result<(), AppError> {
        if let Some(reason) = self.held_back(on, &org.id, &org.plan).await? {
            return Err(AppError::conflict(reason));
        }
        let plan = self.parts.catalog.plan(&org.plan).ok_or(AppError::Internal)?;
        if models.is_empty() {
            return Err(AppError::field("models", "Tick at least one model."));
        }
        match models.iter().find(|model| !plan.models.contains(model)) {
            Some(model) => Err(AppError::field(
                "models",
                format!("{model} is not in the plan of this organization."),
            )),
            None => Ok(()),
        }
    }

    /// What a template makes, if all of it can be made now.
    async fn plan_projects(&self, on: &mut impl Connection, org: &OrgScope, from: &FromTemplate) -> Result<Vec<Planned>, AppError> {
        self.check_offer(on, org, &from.models).await?;
        let planned = expand(from)?;
        let taken = taken_slugs(on, &org.id).await?;
        let again = planned.iter().filter(|planned| taken.contains(&planned.new.slug));
        let problem = |slug: &Slug| format!("Another project of this organization has, or had, the address {slug}.");
        refuse(again.map(|planned| (planned.line, problem(&planned.new.slug))).collect())?;
        Ok(planned)
    }

    /// Adds a project whose address is free, and tells its record.
    async fn make(
        &self,
        change: &mut Change<CreateProject>,
        new: &NewProject,
        template: Option<Template>,
    ) -> Result<(ProjectId, Event), AppError> {
        let id: ProjectId = self.store().ambient.id();
        change.insert_project(&id, new).await?;
        let typed = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let event = Event::new("project.created", &id, &new.name)
            .in_project(&id)
            .change("template", None, template.map(|template| template.as_str().to_owned()))
            .set("address", &new.slug)
            .set("environment", new.environment.as_str())
            .change("description", None, typed(&new.description))
            .change("workload", None, typed(&new.workload))
            .set("owner", &self.person()?.email)
            .set("models", new.models.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        Ok((id, event))
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
