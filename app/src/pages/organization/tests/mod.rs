mod branding;
mod contrast;

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    api::RemoveLogo,
    form::{AccessForm, ExternalForm, NamesForm},
};
use crate::{
    model::{
        AppError, OrgId, OrgRole, Standing,
        branding::{Branding, Colour},
        organization::{DefaultAccess, ExternalUse, OrgNames, OrgSettings},
        place::Place,
        project_life::{AccessPreview, Concerned, People},
    },
    port::Organization,
    testing::{Ports, all_projects, assert_has, failed, focused, render},
};

#[derive(Clone)]
struct Fake {
    settings: Result<OrgSettings, AppError>,
    people: People,
}

#[async_trait]
impl Organization for Fake {
    async fn settings(&self, _: OrgId) -> Result<OrgSettings, AppError> {
        self.settings.clone()
    }
    async fn rename(&self, _: OrgId, _: OrgNames, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn preview_access(&self, _: OrgId, to: DefaultAccess) -> Result<AccessPreview, AppError> {
        Ok(AccessPreview {
            invitations: 2,
            from: self.settings.clone()?.default_access,
            to,
            default_project: "Default project".parse().unwrap(),
            seen: "main all_members".to_owned(),
            organization: self.people.clone(),
            project: People::default(),
        })
    }
    async fn set_access(&self, _: OrgId, _: DefaultAccess, _: &str) -> Result<(), AppError> {
        Ok(())
    }
    async fn set_external(&self, _: OrgId, _: bool) -> Result<(), AppError> {
        Ok(())
    }
    async fn set_colour(&self, _: OrgId, _: Option<Colour>) -> Result<(), AppError> {
        Ok(())
    }
    async fn remove_logo(&self, _: OrgId) -> Result<(), AppError> {
        Ok(())
    }
}

fn settings() -> OrgSettings {
    OrgSettings {
        names: OrgNames {
            name: "Acme Robotics".parse().unwrap(),
            slug: "acme-robotics".parse().unwrap(),
        },
        default_access: DefaultAccess::AllMembers,
        external_allowed: false,
        external: ExternalUse { projects: 1, people: 3 },
        branding: Branding::default(),
    }
}

fn ports(settings: Result<OrgSettings, AppError>) -> Ports {
    let jonas = Concerned {
        name: "Jonas Lindqvist".parse().unwrap(),
        email: "jonas.lindqvist@acme.example".parse().unwrap(),
    };
    let people = People {
        first: vec![jonas],
        total: 1,
    };
    Ports {
        organization: Some(Arc::new(Fake { settings, people })),
        ..Ports::at(all_projects())
    }
}

const PAGE: &str = "/acme-robotics/~/settings";

#[tokio::test]
async fn the_page_shows_names_and_policies() {
    let (html, status) = render(PAGE, ports(Ok(settings()))).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<h1>Organization settings</h1>",
            "value=\"Acme Robotics\"",
            "value=\"acme-robotics\"",
            "name=\"seen\" value=\"acme-robotics Acme Robotics\"",
            "Open to all members",
            "href=\"/acme-robotics/~/settings?access=assigned%5Fonly\"",
            "Refused",
            "1 project has it switched on, 3 people are from outside.",
            "name=\"allowed\" value=\"true\"",
            "aria-current=\"page\"",
        ],
    );
    assert!(!html.contains("<dialog"));
}

#[tokio::test]
async fn the_dry_run_says_who_loses_what_before_the_access_changes() {
    let (html, _) = render(&format!("{PAGE}?access=assigned_only"), ports(Ok(settings()))).await;
    assert_has(
        &html,
        &[
            "Open Default project to assigned people only?",
            "Lose Acme Robotics: 1",
            "Jonas Lindqvist",
            "Lose Default project: 0",
            "Nobody.",
            "2 open invitations lead to no project",
            "action=\"/acme-robotics/~/settings?access=assigned%5Fonly\" method=\"post\" data-enhanced",
        ],
    );
    let assigned = OrgSettings {
        default_access: DefaultAccess::AssignedOnly,
        ..settings()
    };
    let (html, _) = render(&format!("{PAGE}?access=all_members"), ports(Ok(assigned.clone()))).await;
    assert_has(&html, &["Open Default project to all members?", "Regain Acme Robotics: 1"]);
    for nothing_to_ask in ["access=assigned_only", "access=everybody"] {
        let (html, _) = render(&format!("{PAGE}?{nothing_to_ask}"), ports(Ok(assigned.clone()))).await;
        assert!(!html.contains("<dialog"), "{nothing_to_ask}");
    }
}

#[tokio::test]
async fn errors_are_shown_where_they_belong() {
    let error = AppError::field("slug", "Another organization has, or had, this address.");
    let typed = NamesForm {
        name: "Acme <Robots>".to_owned(),
        slug: "tern".to_owned(),
        seen: "of before".to_owned(),
    };
    let (html, _) = render(&format!("{PAGE}?save=names"), ports(Ok(settings())).refusing(error, typed)).await;
    assert_has(
        &html,
        &[
            "action=\"/acme-robotics/~/settings?save=names\" method=\"post\" data-enhanced",
            "value=\"Acme &lt;Robots&gt;\"",
            "value=\"tern\"",
            "name=\"seen\" value=\"of before\"",
        ],
    );
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 1, "{html}");
    assert_eq!(focused(&html), 1, "{html}");
    assert_eq!(
        html.matches(">Another organization has, or had, this address.<").count(),
        1,
        "{html}"
    );
    let refused = ports(Ok(settings())).refusing(AppError::Internal, ExternalForm::default());
    let (html, _) = render(PAGE, refused).await;
    assert_eq!(html.matches("Something went wrong on the server.").count(), 1, "{html}");
    let (html, _) = render(&failed::<RemoveLogo>(PAGE, AppError::Internal), ports(Ok(settings()))).await;
    assert_eq!(html.matches("Something went wrong on the server.").count(), 1, "{html}");
    let refused = ports(Ok(settings())).refusing(AppError::Internal, AccessForm::default());
    let (html, _) = render(&format!("{PAGE}?access=assigned_only"), refused).await;
    let (_, dialog) = html.split_once("<dialog").expect("still open");
    assert_has(
        dialog,
        &[
            "Something went wrong on the server.",
            "?access=assigned%5Fonly\" method=\"post\"",
            "name=\"seen\" value=\"main all_members\"",
        ],
    );
}

#[tokio::test]
async fn admins_learn_who_can_help_and_have_no_entry() {
    let denied = AppError::Forbidden {
        reason: "Only an owner of the organization can do this.".to_owned(),
    };
    let place = Place {
        standing: Standing {
            org: Some(OrgRole::Admin),
            project: None,
        },
        ..all_projects()
    };
    let ports = Ports {
        shell: Ports::at(place).shell,
        ..ports(Err(denied))
    };
    let (html, status) = render(PAGE, ports).await;
    assert_eq!(status, 403);
    assert_has(
        &html,
        &["Only an owner of the organization can do this.", "Ask an owner of Acme Robotics."],
    );
    assert!(!html.contains("Organization settings"), "left out of the navigation");
}
