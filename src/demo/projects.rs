//! The projects of the demo and their keys.

use app::{
    model::{
        AppError, ModelId, Page, ProjectId, Slug,
        key::{CreatedKey, KeyLifetime, NewKey},
        project::{Environment, NewProject, ProjectFilter},
        template::{FromTemplate, Template},
        time::HOUR,
    },
    port::{Keys, Projects},
};

use super::{Demo, refused, traffic::Source};
use crate::console::Console;

/// What comes from templates.
const TEMPLATES: [(Template, &str); 2] = [
    (Template::Environment, "prod\nstaging\ndev"),
    (Template::Workload, "Support bot\nSearch ranking"),
];

/// A project with traffic: its address, the share of each of its keys, and their names.
type Plot = (&'static str, u64, &'static [&'static str]);

/// The first one is the largest, the last one ends.
const PLOTS: [Plot; 6] = [
    ("prod", 45, &["checkout-api", "storefront", "back-office"]),
    ("staging", 12, &["release-tests"]),
    ("dev", 8, &["ada-local", "notebooks"]),
    ("support-bot", 15, &["help-desk"]),
    ("search-ranking", 15, &["ranker"]),
    ("summer-campaign", 10, &["catalogue-writer"]),
];

impl Demo {
    /// Makes the projects and their keys. Returns who sends requests, and the first key.
    pub(super) async fn projects(&self, console: &Console) -> Result<(Vec<Source>, CreatedKey), AppError> {
        for (template, names) in TEMPLATES {
            self.clock.advance(2 * HOUR);
            let from = FromTemplate {
                template,
                names: names.to_owned(),
                models: self.models()?,
            };
            console.create_from_template(self.founded.org.clone(), &from).await?;
        }
        self.clock.advance(2 * HOUR);
        let campaign = NewProject {
            name: "summer campaign".parse().map_err(refused)?,
            slug: "summer-campaign".parse().map_err(refused)?,
            description: "Product texts for the summer catalogue".to_owned(),
            environment: Environment::Other,
            workload: String::new(),
            models: self.models()?,
        };
        Projects::create(console, self.founded.org.clone(), campaign).await?;

        let mut sources = Vec::new();
        let mut first = None;
        for (slug, share, keys) in PLOTS {
            let project = self.project(console, slug).await?;
            for (number, name) in keys.iter().enumerate() {
                self.clock.advance(HOUR / 3);
                let new = NewKey {
                    name: name.parse().map_err(refused)?,
                    lifetime: if number == 0 { KeyLifetime::Never } else { KeyLifetime::Days90 },
                    idempotency: String::new(),
                };
                let key = Keys::create(console, project.clone(), new).await?;
                sources.push(Source {
                    project: project.clone(),
                    key: key.id.clone(),
                    share,
                });
                first.get_or_insert(key);
            }
        }
        Ok((sources, first.ok_or(AppError::Internal)?))
    }

    /// The active project with this address.
    pub(super) async fn project(&self, console: &Console, slug: &str) -> Result<ProjectId, AppError> {
        let slug: Slug = slug.parse().map_err(refused)?;
        let list = Projects::list(console, self.founded.org.clone(), ProjectFilter::default(), Page::default());
        let found = list.await?.listing.rows.into_iter().find(|project| project.slug == slug);
        found.map(|project| project.id).ok_or(AppError::NotFound)
    }

    /// Those of the plan.
    fn models(&self) -> Result<Vec<ModelId>, AppError> {
        let catalog = &self.parts.catalog;
        let plan = catalog.plan(&catalog.default_plan).ok_or(AppError::Internal)?;
        Ok(plan.models.clone())
    }
}
