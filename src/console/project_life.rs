use app::{
    model::{
        AppError, Name, OrgId, ProjectId,
        organization::DefaultAccess,
        project_life::{DefaultPreview, People, RestorePreview},
    },
    port::ProjectLife,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{ArchiveProject, authorize_project},
    audit::Event,
    store::{
        db::Connection,
        organization::multi_project,
        project_life::{DefaultEffects, LifeFacts},
    },
};

#[async_trait]
impl ProjectLife for Console {
    async fn preview_restore(&self, project: ProjectId) -> Result<RestorePreview, AppError> {
        let grant = authorize_project::<ArchiveProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let effects = self.store().life_effects(&grant).await?;
        let (mut reader, org) = (self.store().db.read().await?, grant.org());
        Ok(RestorePreview {
            id: project,
            obstacle: self.obstacle_to_restore(&mut reader, &effects.facts, &org.id, &org.plan).await?,
            name: effects.facts.name,
            keys: effects.keys,
            collaborators: effects.facts.collaborators,
            regaining: effects.people,
            now: self.store().ambient.now(),
        })
    }

    async fn restore(&self, project: ProjectId) -> Result<(), AppError> {
        let mut change = self.store().begin::<ArchiveProject>(&self.caller, &project).await?;
        let facts = change.life_facts().await?;
        let (org, plan) = (change.grant().org().id.clone(), change.grant().org().plan.clone());
        if let Some(obstacle) = self.obstacle_to_restore(&mut change, &facts, &org, &plan).await? {
            return Err(AppError::conflict(obstacle));
        }
        let (keys, people) = (change.key_names().await?, change.people_only_here().await?);
        let default_key = change.set_restored().await?;
        let name = &facts.name;
        let restored = Event::new("project.restored", &project, name)
            .in_project(&project)
            .change("state", Some("archived".to_owned()), Some("active".to_owned()))
            .change("disabled_keys", None, keys)
            .set("collaborators", facts.collaborators);
        // A record of its own, which only owners see.
        let default_key = default_key.map(|(id, name)| {
            Event::new("api_key.disabled", &id, name).in_project(&project).change(
                "state",
                Some("active".to_owned()),
                Some("disabled".to_owned()),
            )
        });
        let regained = access_event("member.access_regained", &org, &people, &format!("{name} was restored"));
        change.commit([Some(restored), default_key, regained].into_iter().flatten()).await?;
        Ok(())
    }

    async fn preview_default(&self, project: ProjectId) -> Result<DefaultPreview, AppError> {
        let grant = authorize_project::<ArchiveProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let effects = self.store().default_effects(&grant).await?;
        Ok(DefaultPreview {
            obstacle: obstacle_to_default(&effects, &project).map(str::to_owned),
            id: project,
            name: grant.project().name.clone(),
            seen: effects.version(),
            from: effects.from.1,
            access: effects.access,
            gaining: effects.gaining,
            losing: effects.losing,
        })
    }

    async fn make_default(&self, project: ProjectId, seen: &str) -> Result<(), AppError> {
        let mut change = self.store().begin::<ArchiveProject>(&self.caller, &project).await?;
        let effects = change.default_effects().await?;
        if let Some(obstacle) = obstacle_to_default(&effects, &project) {
            return Err(AppError::conflict(obstacle));
        }
        if effects.version() != seen {
            return Err(changed_meanwhile(&effects.from.1, effects.access));
        }
        change.set_default().await?;
        let (org, name) = (change.grant().org(), &change.grant().project().name);
        // The admins of one project know neither the other one nor the people of the organization: these stand in a record of
        // the organization.
        let flag = |project: &ProjectId, name: &Name, before: &str, after: &str| {
            let event = Event::new("project.default_moved", project, name).in_project(project);
            event.change("default_project", Some(before.to_owned()), Some(after.to_owned()))
        };
        let (there, here) = (
            flag(&effects.from.0, &effects.from.1, "yes", "no"),
            flag(&project, name, "no", "yes"),
        );
        let moved = Event::new("org.default_project_moved", &org.id, &org.name)
            .change("default_project", Some(effects.from.1.to_string()), Some(name.to_string()))
            .change("gaining_access", None, effects.gaining.in_words())
            .change("losing_access", None, effects.losing.in_words());
        change.commit([there, here, moved]).await?;
        Ok(())
    }
}

impl Console {
    /// Early access: why an organization on this plan has its Default Project only, and whom to ask; `None` where it may have
    /// several. The operator's word on the organization counts more than the plan.
    pub(super) async fn held_back(&self, on: &mut impl Connection, org: &OrgId, plan: &str) -> Result<Option<String>, AppError> {
        let plan = self.parts.catalog.plan(plan).ok_or(AppError::Internal)?;
        let granted = multi_project(on, org).await?.unwrap_or(plan.multi_project);
        Ok((!granted).then(|| {
            let contact = self.parts.whom_to_ask();
            format!("Several projects are in early access, and this organization has its Default Project only. Ask {contact} for more.")
        }))
    }

    /// Why a project cannot be restored.
    async fn obstacle_to_restore(
        &self,
        on: &mut impl Connection,
        facts: &LifeFacts,
        org: &OrgId,
        plan: &str,
    ) -> Result<Option<String>, AppError> {
        if !facts.archived {
            return Ok(Some("This project is not archived.".to_owned()));
        }
        self.held_back(on, org, plan).await
    }
}

/// Why a project cannot become the Default Project.
fn obstacle_to_default(effects: &DefaultEffects, project: &ProjectId) -> Option<&'static str> {
    if effects.archived {
        Some("This project is archived. Restore it first.")
    } else if effects.from.0 == *project {
        Some("This is the Default Project already.")
    } else {
        None
    }
}

/// The Default Project or its access is not what a dry run was worked out from.
pub(super) fn changed_meanwhile(default_project: &Name, access: DefaultAccess) -> AppError {
    AppError::conflict(format!(
        "Somebody changed the Default Project or its access meanwhile: it is {default_project} now, {}. Nothing was changed. Open this again to see what it does now.",
        access.label().to_lowercase()
    ))
}

/// The record of members who lost the organization, or have it again; none if there are none. One for all of them: they may
/// be thousands.
pub(super) fn access_event(action: &'static str, org: &OrgId, people: &People, because: &str) -> Option<Event> {
    let people = people.in_words()?;
    Some(Event::new(action, org, "Members").set("people", people).set("because", because))
}
