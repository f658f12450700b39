//! Renders pages on fake ports: `render("/acme/prod/keys", Ports { keys: Some(Arc::new(…)), ..Ports::at(place) })`.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{body::Body, http::Request};
use leptos::{
    prelude::provide_context,
    server_fn::{ServerFn, error::ServerFnUrlError},
};

use crate::{
    model::{
        AccountId, AppError, OrgId, OrgRole, ProjectId, ProjectRole, Standing, TypedId,
        branding::Branding,
        place::{Home, OrgRef, Place, Places, ProjectRef, SwitcherOrg, Viewer, VisibleProject},
        preferences::Preferences,
        project::Environment,
    },
    port::{
        Account, Audit, Budgets, Collaborators, EmailChange, Entry, Finder, Founding, Identity, Invitations, Keys, Limits, Members,
        Organization, Outbox, ProjectLife, ProjectSettings, Projects, Receipts, Requests, Shell, Usage,
    },
    ui::{Assets, RefusedForm, shell},
};

/// The ports of one request. A page that asks for one that is missing shows the failure page of a server fault.
#[derive(Clone, Default)]
pub struct Ports {
    pub shell: Option<Arc<dyn Shell>>,
    pub identity: Option<Arc<dyn Identity>>,
    pub account: Option<Arc<dyn Account>>,
    pub entry: Option<Arc<dyn Entry>>,
    pub email_change: Option<Arc<dyn EmailChange>>,
    pub outbox: Option<Arc<dyn Outbox>>,
    pub keys: Option<Arc<dyn Keys>>,
    pub projects: Option<Arc<dyn Projects>>,
    pub members: Option<Arc<dyn Members>>,
    pub invitations: Option<Arc<dyn Invitations>>,
    pub project_life: Option<Arc<dyn ProjectLife>>,
    pub project_settings: Option<Arc<dyn ProjectSettings>>,
    pub organization: Option<Arc<dyn Organization>>,
    pub limits: Option<Arc<dyn Limits>>,
    pub budgets: Option<Arc<dyn Budgets>>,
    pub receipts: Option<Arc<dyn Receipts>>,
    pub usage: Option<Arc<dyn Usage>>,
    pub requests: Option<Arc<dyn Requests>>,
    pub audit: Option<Arc<dyn Audit>>,
    pub collaborators: Option<Arc<dyn Collaborators>>,
    pub finder: Option<Arc<dyn Finder>>,
    pub founding: Option<Arc<dyn Founding>>,
    pub preferences: Preferences,
    /// Provides further contexts, such as the answer of a form that was posted.
    pub contexts: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Ports {
    /// Every address inside the shell resolves to `place`.
    pub fn at(place: Place) -> Self {
        Self::answering(Ok(place))
    }

    /// The shell gives this answer for every address.
    pub fn answering(place: Result<Place, AppError>) -> Self {
        Self {
            shell: Some(Arc::new(FakeShell { place })),
            ..Self::default()
        }
    }

    /// The answer of a page form that was refused, with what was typed.
    #[must_use]
    pub fn refusing<F: Clone + Send + Sync + 'static>(self, error: AppError, typed: F) -> Self {
        Self {
            contexts: Some(Arc::new(move || provide_context(RefusedForm(error.clone(), typed.clone())))),
            ..self
        }
    }

    fn provide(&self) {
        fn one<P: ?Sized + Send + Sync + 'static>(port: Option<&Arc<P>>) {
            if let Some(port) = port {
                provide_context(Arc::clone(port));
            }
        }
        one(self.shell.as_ref());
        one(self.identity.as_ref());
        one(self.account.as_ref());
        one(self.entry.as_ref());
        one(self.email_change.as_ref());
        one(self.outbox.as_ref());
        one(self.keys.as_ref());
        one(self.projects.as_ref());
        one(self.members.as_ref());
        one(self.invitations.as_ref());
        one(self.project_life.as_ref());
        one(self.project_settings.as_ref());
        one(self.organization.as_ref());
        one(self.limits.as_ref());
        one(self.budgets.as_ref());
        one(self.receipts.as_ref());
        one(self.usage.as_ref());
        one(self.requests.as_ref());
        one(self.audit.as_ref());
        one(self.collaborators.as_ref());
        one(self.finder.as_ref());
        one(self.founding.as_ref());
        provide_context(self.preferences.clone());
        if let Some(contexts) = &self.contexts {
            contexts();
        }
        provide_context(Assets {
            icons: "/icons.svg".to_owned(),
            ..Assets::default()
        });
    }
}

/// The address that a form leads back to when it was posted without script and its server function failed.
pub fn failed<S: ServerFn>(page: &str, error: AppError) -> String {
    let url = ServerFnUrlError::new(S::PATH, error)
        .to_url(&format!("http://localhost{page}"))
        .expect("valid");
    url.as_str().trim_start_matches("http://localhost").to_owned()
}

/// Asserts that every part stands in the HTML.
pub fn assert_has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

/// How many controls of the page itself, without its frame, take the focus when it opens.
pub fn focused(html: &str) -> usize {
    let main = html.split_once("<main").map_or(html, |(_, main)| main);
    main.matches(" autofocus").count()
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub html: String,
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
}

/// Requests `path` as a browser does on a navigation. Returns the HTML and the status.
pub async fn render(path: &str, ports: Ports) -> (String, u16) {
    let answer = request(path, ports).await;
    (answer.html, answer.status)
}

/// Like [`render`], with the redirect.
pub async fn request(path: &str, ports: Ports) -> Answer {
    // Refused when another test set it already: it is one per process.
    let _ = any_spawner::Executor::init_tokio();
    let page = leptos_axum::render_app_async_with_context(move || ports.provide(), shell);
    let request = Request::get(path).header("accept", "text/html").body(Body::empty()).expect("valid");
    let response = page(request).await;
    let status = response.status().as_u16();
    let location = response
        .headers()
        .get("location")
        .map(|value| value.to_str().expect("valid").to_owned());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("valid");
    let html = String::from_utf8(body.to_vec()).expect("valid");
    Answer {
        // Empty comments stand between views; they mean nothing to the reader of a page.
        html: html.replace("<!>", ""),
        status,
        location,
    }
}

pub fn owner() -> Standing {
    Standing {
        org: Some(OrgRole::Owner),
        project: None,
    }
}

pub fn member() -> Standing {
    Standing {
        org: Some(OrgRole::Member),
        project: Some(ProjectRole::Member),
    }
}

/// `prod` of Acme Robotics.
pub fn project() -> ProjectRef {
    ProjectRef {
        id: ProjectId::from_bits(3),
        name: "prod".parse().expect("valid"),
        slug: "prod".parse().expect("valid"),
        environment: Environment::Production,
        is_default: true,
        archived: false,
    }
}

/// `/acme-robotics/prod`, seen by Ada Osei with this standing.
pub fn place(standing: Standing) -> Place {
    Place {
        viewer: Viewer {
            account: AccountId::from_bits(1),
            name: "Ada Osei".parse().expect("valid"),
            email: "ada.osei@acme.example".parse().expect("valid"),
        },
        org: OrgRef {
            id: OrgId::from_bits(2),
            name: "Acme Robotics".parse().expect("valid"),
            slug: "acme-robotics".parse().expect("valid"),
        },
        project: Some(project()),
        standing,
        branding: Branding::default(),
        spend_marks: Vec::new(),
    }
}

/// `/acme-robotics/~`, seen by an owner.
pub fn all_projects() -> Place {
    Place {
        project: None,
        ..place(owner())
    }
}

struct FakeShell {
    place: Result<Place, AppError>,
}

#[async_trait]
impl Shell for FakeShell {
    async fn place(&self, _org: &str, _project: Option<&str>) -> Result<Place, AppError> {
        self.place.clone()
    }

    async fn switcher(&self, _query: &str, _recent: &[ProjectId]) -> Result<Places, AppError> {
        let place = self.place.clone()?;
        let at = VisibleProject {
            project: project(),
            standing: place.standing,
        };
        Ok(Places {
            orgs: vec![SwitcherOrg {
                org: place.org,
                role: place.standing.org,
                logo: None,
                matching: 1,
                projects: vec![at],
            }],
            ..Places::default()
        })
    }

    async fn home(&self) -> Result<Option<Home>, AppError> {
        let place = self.place.clone()?;
        Ok(place.project.map(|project| Home {
            org: place.org.slug,
            project: project.slug,
        }))
    }
}
