//! `bailiwick demo`: a throw-away installation with believable data. Everything is made through the product's own use
//! cases under a clock that walks from 45 days ago to now, so the audit log, the keys and the usage fit together.

mod people;
mod projects;
mod receipts;
mod traffic;

use std::{net::SocketAddr, path::Path, sync::Arc};

use app::{
    model::{
        AppError, Money, Page, ProjectId, Timestamp,
        budget::{Budget, BudgetEdit, BudgetScope},
        key::CreatedKey,
        limit::ModelScope,
        limits_table::{LimitEdit, PerRate, Rate},
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
use people::People;
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
    println!("demo: {} have the same password", people::OTHERS);
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
        let session = Session::new(None, Arc::new(Sessions(self.parts.store.clone())), None);
        Console::new(
            Arc::clone(&self.parts),
            Caller {
                person: Some(self.founded.person.clone()),
                ..in_the_office()
            },
            session,
        )
    }

    /// Waits until so many milliseconds before now.
    fn wait_until(&self, before_now: i64) {
        self.clock.advance(self.now.plus(-before_now).since(self.clock.now()));
    }

    async fn build(&self, random: &SeededEntropy) -> Result<CreatedKey, Failure> {
        let console = self.console();
        let (sources, first) = self.projects(&console).await.map_err(Failure::run)?;
        let prod = &sources[0].project;
        self.limits(&console, prod, 700_000).await.map_err(Failure::run)?;
        let people = self.people(&console, prod).await.map_err(Failure::run)?;
        self.clock.advance(DAY);
        traffic::write(&self.parts, &self.founded, &sources, random, self.clock.now(), self.now).await?;
        self.settle_down(&console, &sources, &people).await.map_err(Failure::run)?;
        self.budgets(&console, prod).await.map_err(Failure::run)?;
        self.seen(&self.founded.person.id).await.map_err(Failure::run)?;
        Ok(first)
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
        self.wait_until(HOUR);
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

    /// The last days: people come and go, a key is disabled for some hours, and the finished project is archived.
    async fn settle_down(&self, console: &Console, sources: &[Source], people: &People) -> Result<(), AppError> {
        self.wait_until(11 * DAY);
        self.seen(&people.tomasz).await?;
        self.newcomers(console).await?;
        self.wait_until(3 * DAY);
        if let Some(key) = sources
            .iter()
            .find(|source| source.project == sources[0].project && source.key != sources[0].key)
        {
            console.disable(key.project.clone(), key.key.clone()).await?;
            self.clock.advance(4 * HOUR);
            console.enable(key.project.clone(), key.key.clone()).await?;
        }
        self.wait_until(2 * DAY);
        self.seen(&people.kwabena).await?;
        if let Some(finished) = sources.last() {
            console.archive(finished.project.clone(), "summer campaign", PASSWORD).await?;
        }
        self.wait_until(26 * HOUR);
        self.seen(&people.jonas).await?;
        self.wait_until(5 * HOUR);
        self.seen(&people.ines).await?;
        self.wait_until(2 * HOUR);
        self.seen(&people.noor).await
    }
}

/// Nobody yet, at a browser in the office.
fn in_the_office() -> Caller {
    Caller::anonymous(Origin {
        interface: Interface::Console,
        address: Some([192, 0, 2, 24].into()),
        request: None,
        agent: String::new(),
    })
}

/// A value of the demo's own that a form would refuse.
fn refused(error: app::model::names::InvalidName) -> AppError {
    AppError::field("demo", error.to_string())
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
