//! Project settings: the details of one project, and the way into the archive and back. The same segment below "All projects"
//! is the page Organization settings.

pub mod api;
mod details;
pub mod form;
#[cfg(test)]
mod tests;

use leptos::prelude::*;

use self::{api::find_settings, details::DetailsForm};
use super::organization::OrganizationSettings;
use crate::{
    model::{
        place::{Place, ProjectRef},
        project_settings::SettingsView,
    },
    policy::{Action, reason},
    ui::{Card, InPlace, LinkButton, Loaded, PageHead, href},
};

/// What every part of the page needs.
#[derive(Clone)]
struct Settings {
    place: Place,
    project: ProjectRef,
}

impl Settings {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href("settings"), params)
    }
}

/// The page of the route `settings`.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <SettingsOf place />
        </InPlace>
    }
}

#[component]
fn SettingsOf(place: Place) -> impl IntoView {
    match place.project.clone() {
        Some(project) => view! { <ProjectSettings settings=Settings { place, project } /> }.into_any(),
        None => view! { <OrganizationSettings place /> }.into_any(),
    }
}

#[component]
fn ProjectSettings(settings: Settings) -> impl IntoView {
    let found = find_settings(settings.project.id.clone());
    view! {
        <Loaded data=found let:view>
            <Body settings view />
        </Loaded>
    }
}

#[component]
fn Body(settings: Settings, view: SettingsView) -> impl IntoView {
    let form = (!view.archived).then(|| view! { <DetailsForm settings=settings.clone() view=view.clone() /> });
    view! {
        <PageHead title="Project settings" lead="Every change is recorded in the Audit Logs, field by field." />
        <div class="settings">{form} <PeopleCard settings=settings.clone() /> <DangerZone settings archived=view.archived /></div>
    }
}

/// The way to the people of the project.
#[component]
fn PeopleCard(settings: Settings) -> impl IntoView {
    let Settings { place, project } = settings;
    let people = place.href("settings/collaborators");
    view! {
        <Card id="people" title="Collaborators">
            <div class="body line">
                <p class="muted">{format!("Who works in {}, and with which role.", project.name)}</p>
                <LinkButton href=people label="Manage collaborators" reason=None />
            </div>
        </Card>
    }
}

/// Archive or restore: the dry run is on the page Projects.
#[component]
fn DangerZone(settings: Settings, archived: bool) -> impl IntoView {
    let Settings { place, project } = settings;
    let locked = (!place.standing.may(Action::ManageProjects)).then(|| reason(Action::ManageProjects));
    let id = project.id.to_string();
    let projects = place.org_href("projects");
    let (title, text, to, label, class) = if archived {
        (
            "Restore this project",
            "Project and collaborators come back; keys come back disabled.",
            href(&projects, &[("state", "archived"), ("restore", &id)]),
            "Restore…",
            "btn",
        )
    } else {
        (
            "Archive this project",
            "Its keys are refused from that moment, and its collaborators lose it. Nothing is deleted.",
            href(&projects, &[("archive", &id)]),
            "Archive…",
            "btn danger",
        )
    };
    view! {
        <Card id="danger" title>
            <div class="body line">
                <p class="muted">{text}</p>
                <LinkButton href=to label class reason=locked />
            </div>
        </Card>
    }
}
