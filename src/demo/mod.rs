//! `bailiwick demo`: a throw-away installation with believable data. Everything is made through the product's own use
//! cases under a clock that walks from 45 days ago to now, so the audit log, the keys and the usage fit together.

mod receipts;
mod traffic;

use std::{net::SocketAddr, path::Path, sync::Arc};

use app::{
    model::{
        AppError, ModelId, Money, Page, ProjectId, Timestamp,
        budget::{Budget, BudgetEdit, BudgetScope},
        key::{CreatedKey, KeyLifetime, NewKey},
        limit::ModelScope,
        limits_table::{LimitEdit, PerRate, Rate},
        project::{Environment, NewProject},
        time::{DAY, HOUR},
    },
    port::{Budgets, Keys, Limits, Projects},
};
use tower_sessions::Session;

use crate::{
    access::{Caller, Interface, Origin, api_key::Pepper},
    ambient::{Ambient, Clock, FrozenClock, SeededEntropy},
    cli::{DemoArgs, Failure},
    compose::{self, Foundations, foundations},
    config::{Config, ConfigError, SignUp},
    console::{Console, ConsoleParts},
    enforcement::Engine,
    identity::{Foundation, Founded, Passwords, SetupLink, found},
    links::Links,
    store::{Store, sessions::Sessions},
    web::serve::bind,
};
use traffic::Source;

const EMAIL: &str = "ada.osei@acme.example";
const PASSWORD: &str = "demo-console-2026";
/// How far back the installation began.
const AGE: i64 = 45 * DAY;

/// Everybody knows the demo's password, so nobody else may reach it.
fn on_this_machine_only(listen: SocketAddr) -> Result<(), ConfigError> {
    if listen.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(ConfigError::at(
        format!("listen {listen}"),
        "the demo's password is public, so it listens on this machine alone: use an address such as 127.0.0.1:3000",
    ))
}

/// Fills a temporary directory, serves it, and removes it at the end.
pub async fn run(config: Config, args: DemoArgs) -> Result<(), Failure> {
    on_this_machine_only(config.listen)?;
    let bound = bind(config.listen)?;
    let folder = tempfile::tempdir().map_err(Failure::run)?;
    let config = config.in_directory(folder.path());
    let ambient = Ambient::system();
    let key = fill(&config, folder.path(), &ambient, args.seed).await?;
    let Foundations { store, secrets } = foundations(&config, ambient).await?;
    println!(
        "demo: sign in at {} as {EMAIL} with the password {PASSWORD}",
        config.public_url(bound.address).origin()
    );
    println!("demo: an API key of the project prod: {}", key.secret);
    compose::run(&config, bound, store, secrets).await
}

async fn fill(config: &Config, folder: &Path, ambient: &Ambient, seed: u64) -> Result<CreatedKey, Failure> {
    let now = ambient.now();
    let clock = FrozenClock::at(now.plus(-AGE));
    let past = Ambient {
        clock: Arc::new(clock.clone()),
        entropy: Arc::clone(&ambient.entropy),
    };
    let Foundations { store, secrets } = foundations(config, past).await?;
    tracing::debug!(folder = %folder.display(), "filling the demo installation");
    let demo = Demo::found(config, store, secrets.pepper, clock, now).await?;
    let key = demo.build(&SeededEntropy::new(seed)).await?;
    demo.parts.store.db.close().await;
    Ok(key)
}

struct Demo {
    parts: Arc<ConsoleParts>,
    founded: Founded,
    clock: FrozenClock,
    now: Timestamp,
}

/// A project of the demo: name, address, description, environment, its share of the traffic, and its keys.
type Plot = (&'static str, &'static str, &'static str, Environment, u64, &'static [&'static str]);

const PROJECTS: [Plot; 4] = [
    (
        "prod",
        "prod",
        "Checkout and storefront",
        Environment::Production,
        60,
        &["checkout-api", "search-ranking", "support-bot"],
    ),
    (
        "staging",
        "staging",
        "What ships next week",
        Environment::Staging,
        12,
        &["release-tests"],
    ),
    (
        "dev",
        "dev",
        "Shared sandbox",
        Environment::Development,
        8,
        &["ada-local", "notebooks"],
    ),
    (
        "summer campaign",
        "summer-campaign",
        "Product texts for the summer catalogue",
        Environment::Other,
        10,
        &["catalogue-writer"],
    ),
];

impl Demo {
    async fn found(config: &Config, store: Store, pepper: Pepper, clock: FrozenClock, now: Timestamp) -> Result<Self, Failure> {
        let parts = Arc::new(ConsoleParts {
            catalog: Arc::new(config.catalog.clone()),
            links: Links::new(&pepper),
            pepper,
            passwords: Passwords::new(&store.ambient).map_err(Failure::run)?,
            setup: SetupLink::new(&store.ambient),
            sign_up: SignUp::Closed,
            operator_contact: None,
            outbox: None,
            pulse: Arc::default(),
            engine: Arc::new(Engine::new()),
            store,
        });
        let foundation = Foundation {
            name: "Ada Osei".parse().map_err(Failure::run)?,
            email: EMAIL.parse().map_err(Failure::run)?,
            password: PASSWORD.to_owned(),
            org: "Acme Robotics".parse().map_err(Failure::run)?,
            slug: "acme-robotics".parse().map_err(Failure::run)?,
            with_key: true,
        };
        let founded = found(
            &parts.store,
            &parts.passwords,
            &parts.catalog,
            &parts.pepper,
            Origin::cli(),
            foundation,
        )
        .await
        .map_err(Failure::run)?;
        Ok(Self {
            parts,
            founded,
            clock,
            now,
        })
    }

    /// The console of the owner, as if she sat in the office.
    fn console(&self) -> Console {
        let origin = Origin {
            interface: Interface::Console,
            address: Some([192, 0, 2, 24].into()),
            request: None,
            agent: String::new(),
        };
        let session = Session::new(None, Arc::new(Sessions(self.parts.store.clone())), None);
        Console::new(
            Arc::clone(&self.parts),
            Caller {
                person: Some(self.founded.person.clone()),
                ..Caller::anonymous(origin)
            },
            session,
        )
    }

    async fn build(&self, random: &SeededEntropy) -> Result<CreatedKey, Failure> {
        let console = self.console();
        let mut sources = Vec::new();
        let mut first = None;
        for plot in PROJECTS {
            let (project, keys) = self.plot(&console, plot).await.map_err(Failure::run)?;
            sources.extend(keys.iter().map(|key| Source {
                project: project.clone(),
                key: key.id.clone(),
                share: plot.4,
            }));
            first = first.or_else(|| keys.into_iter().next());
        }
        let prod = &sources[0].project;
        self.limits(&console, prod, 700_000).await.map_err(Failure::run)?;
        self.clock.advance(DAY);
        traffic::write(&self.parts, &self.founded, &sources, random, self.clock.now(), self.now).await?;
        self.settle_down(&console, &sources).await.map_err(Failure::run)?;
        self.budgets(&console, prod).await.map_err(Failure::run)?;
        first.ok_or_else(|| Failure::run("the demo made no key"))
    }

    /// Those of the plan.
    fn models(&self) -> Result<Vec<ModelId>, AppError> {
        let catalog = &self.parts.catalog;
        let plan = catalog.plan(&catalog.default_plan).ok_or(AppError::Internal)?;
        Ok(plan.models.clone())
    }

    async fn plot(&self, console: &Console, plot: Plot) -> Result<(ProjectId, Vec<CreatedKey>), AppError> {
        let (name, slug, description, environment, _, keys) = plot;
        let text = |error: app::model::names::InvalidName| AppError::field("name", error.to_string());
        self.clock.advance(2 * HOUR);
        let new = NewProject {
            name: name.parse().map_err(text)?,
            slug: slug.parse().map_err(text)?,
            description: description.to_owned(),
            environment,
            workload: String::new(),
            models: self.models()?,
        };
        let project = Projects::create(console, self.founded.org.clone(), new).await?.id;
        let mut made = Vec::new();
        for key in keys {
            self.clock.advance(HOUR / 3);
            let lifetime = if made.is_empty() { KeyLifetime::Never } else { KeyLifetime::Days90 };
            let new = NewKey {
                name: key.parse().map_err(text)?,
                lifetime,
                idempotency: String::new(),
            };
            made.push(Keys::create(console, project.clone(), new).await?);
        }
        Ok((project, made))
    }

    async fn limits(&self, console: &Console, project: &ProjectId, tokens: u64) -> Result<(), AppError> {
        let Some(model) = self.parts.catalog.models.keys().next().cloned() else {
            return Ok(());
        };
        let mut values = PerRate::default();
        values[Rate::RequestsMinute] = Some(1_200);
        values[Rate::TokensMinute] = Some(tokens);
        let edit = LimitEdit {
            model: ModelScope::One(model),
            values,
            seen: None,
        };
        self.clock.advance(HOUR);
        console.set(project.clone(), edit).await
    }

    /// So little of the project's budget is left that the pages warn of it.
    async fn budgets(&self, console: &Console, project: &ProjectId) -> Result<(), AppError> {
        self.clock.advance(self.now.since(self.clock.now()) - HOUR);
        let spent = console.spending(project.clone(), Page::default()).await?.project.spent;
        let little = spent.0 / 8 * 9 / 1_000_000 + 1;
        for (scope, amount, hard_stop) in [(BudgetScope::Org, 400, false), (BudgetScope::Project, little, true)] {
            self.clock.advance(HOUR / 4);
            let budget = Budget {
                amount: Money(amount * 1_000_000),
                warn_percents: vec![50, 80, 100],
                hard_stop,
            };
            let edit = BudgetEdit {
                scope,
                budget: Some(budget),
                seen: None,
            };
            console.set_budget(project.clone(), edit).await?;
        }
        Ok(())
    }

    /// The last days: a key is disabled, one is revoked, and the finished project is archived.
    async fn settle_down(&self, console: &Console, sources: &[Source]) -> Result<(), AppError> {
        self.clock.advance(self.now.since(self.clock.now()) - 3 * DAY);
        if let Some(key) = sources
            .iter()
            .find(|source| source.project == sources[0].project && source.key != sources[0].key)
        {
            console.disable(key.project.clone(), key.key.clone()).await?;
            self.clock.advance(4 * HOUR);
            console.enable(key.project.clone(), key.key.clone()).await?;
        }
        self.clock.advance(DAY);
        if let Some(finished) = sources.last() {
            console.archive(finished.project.clone(), "summer campaign", PASSWORD).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_for_this_machine_alone() {
        let check = |text: &str| on_this_machine_only(text.parse().expect("an address"));
        for local in ["127.0.0.1:3000", "127.9.9.9:0", "[::1]:3000"] {
            assert!(check(local).is_ok(), "{local}");
        }
        for open in ["0.0.0.0:3000", "[::]:3000", "192.0.2.7:80"] {
            let error = check(open).expect_err(open).to_string();
            assert!(
                error.starts_with(&format!("listen {open}: the demo's password is public")),
                "{error}"
            );
        }
    }
}
