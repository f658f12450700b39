use std::{net::SocketAddr, sync::Arc, time::Duration};

use app::{
    model::{
        AppError, ModelId,
        door::{Door, SignUpPolicy},
    },
    pages::keys::ExampleModel,
    port::Account,
};
use http::request::Parts;
use leptos::prelude::provide_context;
use prometheus_client::registry::Registry;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tower_sessions::Session;

use super::{Foundations, exports, forms, foundations};
use crate::{
    access::Caller,
    ambient::Ambient,
    catalog::{Catalog, ModelKind},
    cli::Failure,
    config::{Config, ConfigError, Secrets, SignUp},
    console::{Console, ConsoleParts, LiveTopics},
    enforcement::Engine,
    gateway::{Gateway, upstream::Timeouts},
    identity::{Passwords, SetupLink, session_layer},
    links::Links,
    mail::{OutboxLink, Postman, Relay},
    metering::Meter,
    store::{Store, admission, journal},
    web::{
        self, Edge, WebParts,
        serve::{Bound, bind},
    },
};

/// How long closing the database may take.
const CLOSING: Duration = Duration::from_secs(5);

/// `bailiwick serve`: takes the port first, so that a taken one changes nothing, then runs until a signal.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let bound = bind(config.listen)?;
    let Foundations { store, secrets } = foundations(&config, Ambient::system()).await?;
    run(&config, bound, store, secrets).await
}

/// Runs console and gateway on a bound port over an open store.
pub(crate) async fn run(config: &Config, bound: Bound, store: Store, secrets: Secrets) -> Result<(), Failure> {
    check_plans(config, &store).await?;
    let House {
        server,
        meter,
        setup,
        outbox,
        watches,
        postman,
        stopping,
    } = build(config, bound.address, &store, secrets).await?;
    if !store.has_accounts().await.map_err(Failure::run)? {
        println!(
            "set-up link: {}/setup?token={}",
            config.public_url(bound.address).origin(),
            setup.token()
        );
    }
    println!("outbox link: {}", outbox.reveal());
    let posting = postman.start(stopping.clone());
    let ended = bound.serve(server, stopping.clone()).await;
    drop(watches);
    // The mail that is under way is finished, so that it is not sent again after the next start.
    stopping.cancel();
    let _ = tokio::time::timeout(CLOSING, posting).await;
    let written = meter.shutdown().await;
    // A database that hangs must not hold up the end.
    let _ = tokio::time::timeout(CLOSING, store.db.close()).await;
    ended.map_err(Failure::run)?;
    written.map_err(Failure::run)
}

/// An org's plan is its ceiling: one that left the configuration must not become another one silently.
async fn check_plans(config: &Config, store: &Store) -> Result<(), Failure> {
    let mut reader = store.db.read().await.map_err(Failure::run)?;
    let plans = admission::plans_in_use(&mut reader).await.map_err(Failure::run)?;
    for (plan, orgs) in plans {
        if !config.catalog.plans.contains_key(&plan) {
            let problem = format!("is not configured, but is the plan of organizations: {orgs}; add it to bailiwick.toml again");
            return Err(ConfigError::at(format!("plans.{plan}"), problem).into());
        }
    }
    Ok(())
}

/// The composed server.
pub(crate) struct House {
    pub server: Edge,
    pub meter: Arc<Meter>,
    pub setup: SetupLink,
    pub outbox: OutboxLink,
    /// Look for changes of other processes and write down who was here, for as long as they are held.
    pub watches: [AbortOnDropHandle<()>; 2],
    /// Not started yet.
    pub postman: Postman,
    /// To be cancelled when the server begins to stop.
    pub stopping: CancellationToken,
}

/// Composes console and gateway over one store.
pub(crate) async fn build(config: &Config, address: SocketAddr, store: &Store, secrets: Secrets) -> Result<House, Failure> {
    let catalog = Arc::new(config.catalog.clone());
    let ambient = store.ambient.clone();
    let engine = Arc::new(Engine::new());
    let levels = journal::bucket_levels(&mut store.db.read().await.map_err(Failure::run)?)
        .await
        .map_err(Failure::run)?;
    engine.restore(levels, ambient.now());
    let meter = Meter::start(&store.db, Arc::clone(&engine), config.durability)
        .await
        .map_err(Failure::run)?;
    meter.watch_budgets(store.clone(), Arc::clone(&engine));
    let mut registry = Registry::default();
    meter.counters().register(&mut registry);
    let gateway = Gateway::new(
        ambient.clone(),
        Arc::clone(&catalog),
        store,
        secrets.pepper.clone(),
        Arc::clone(&engine),
        Arc::clone(&meter),
        Timeouts::default(),
    )
    .map_err(Failure::run)?;
    gateway.register(&mut registry);
    let setup = SetupLink::new(&ambient);
    let public_url = config.public_url(address);
    let outbox = OutboxLink::new(&ambient, &public_url, config.mail.is_some());
    let links = Links::new(&secrets.pepper);
    let postman = Postman {
        store: store.clone(),
        links: links.clone(),
        origin: public_url.origin().to_owned(),
        relay: config.mail.as_ref().map(|server| Relay::new(server, &public_url)).transpose()?,
        counters: Arc::default(),
    };
    postman.counters.register(&mut registry);
    let parts = Arc::new(ConsoleParts {
        store: store.clone(),
        catalog,
        links,
        pepper: secrets.pepper,
        passwords: Passwords::new(&ambient).map_err(Failure::run)?,
        setup: setup.clone(),
        sign_up: config.sign_up.clone(),
        operator_contact: config.operator_contact.clone(),
        outbox: Some(outbox.clone()),
        engine,
        pulse: Arc::clone(meter.pulse()),
    });
    let stopping = CancellationToken::new();
    let server = web::server(WebParts {
        sessions: session_layer(store.clone(), &secrets.cookie_key, public_url.is_https()),
        trusted_proxies: config.trusted_proxies.clone(),
        metrics_allow: config.metrics_allow.clone(),
        registry,
        gateway,
        console: console(&parts),
        store: store.clone(),
        public_url,
        stopping: stopping.clone(),
    });
    let watches = [store.versions.watch(store.db.clone(), ambient), store.keep_visits()];
    Ok(House {
        server,
        meter,
        setup,
        outbox,
        watches,
        postman,
        stopping,
    })
}

/// How the web layer reaches the use cases: the ports of each request, and the forms whose answer is a page.
fn console(parts: &Arc<ConsoleParts>) -> web::Console {
    let example = ExampleModel(example_model(&parts.catalog));
    let door = door(parts);
    let (for_pages, for_forms, for_theme, for_streams) = (Arc::clone(parts), Arc::clone(parts), Arc::clone(parts), Arc::clone(parts));
    let (for_branding, for_exports) = (Arc::clone(parts), Arc::clone(parts));
    web::Console {
        provide: Arc::new(move |request| {
            provide_context(example.clone());
            provide_context(door.clone());
            if let Some(console) = console_of(&for_pages, request) {
                console.provide();
            }
        }),
        submit: Arc::new(move |form, request, body| {
            let parts = Arc::clone(&for_forms);
            Box::pin(async move { forms::submit(&parts, form, &request, &body).await })
        }),
        set_theme: Arc::new(move |request, theme| {
            let console = console_of(&for_theme, &request);
            Box::pin(async move {
                let console = console.ok_or(AppError::SignedOut)?;
                console.set_theme(theme).await
            })
        }),
        watch: Arc::new(move |request, topics| {
            let caller = request.extensions.get::<Caller>()?.clone();
            let session = request.extensions.get::<Session>()?.clone();
            Some(Arc::new(LiveTopics::new(Arc::clone(&for_streams), caller, session, topics)))
        }),
        export: Arc::new(move |request, list| {
            let console = console_of(&for_exports, &request);
            Box::pin(async move { exports::open(console.ok_or(AppError::SignedOut)?, request, list).await })
        }),
        brand_file: Arc::new(move |request, asset| {
            let console = console_of(&for_branding, &request);
            Box::pin(async move {
                let console = console.ok_or(AppError::NotFound)?;
                let org = request.uri.path().trim_start_matches('/').split('/').next();
                console.brand_file(org.unwrap_or_default(), asset).await
            })
        }),
    }
}

/// What everybody may know of how one comes in.
fn door(parts: &ConsoleParts) -> Door {
    Door {
        sign_up: match parts.sign_up {
            SignUp::Closed => SignUpPolicy::Closed,
            SignUp::Domains(_) => SignUpPolicy::Domains,
            SignUp::Open => SignUpPolicy::Open,
        },
        contact: parts.operator_contact.clone(),
    }
}

/// The first chat model of the default plan; an offer without one has no example.
fn example_model(catalog: &Catalog) -> String {
    let is_chat = |id: &&ModelId| catalog.models.get(*id).is_some_and(|model| model.kind == ModelKind::Chat);
    let models = catalog
        .plan(&catalog.default_plan)
        .map(|plan| plan.models.iter())
        .into_iter()
        .flatten();
    models.into_iter().find(is_chat).map(ToString::to_string).unwrap_or_default()
}

/// The console of this request; `authenticate` left its caller and session.
pub(super) fn console_of(parts: &Arc<ConsoleParts>, request: &Parts) -> Option<Console> {
    let caller = request.extensions.get::<Caller>()?.clone();
    let session = request.extensions.get::<Session>()?.clone();
    Some(Console::new(Arc::clone(parts), caller, session))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gateway::testing::Seed, store::testing::sqlite};

    #[tokio::test]
    async fn a_plan_that_left_the_configuration_is_named_with_its_orgs() {
        let db = sqlite().await;
        let seed = Seed::new(&db.db).await;
        let store = Store::new(db.db.clone(), seed.ambient.clone());
        let sources = crate::config::Sources {
            working_directory: "/nonexistent".into(),
            ..Default::default()
        };
        let config = Config::load(&sources).expect("defaults");
        assert!(check_plans(&config, &store).await.is_ok());
        seed.sql("UPDATE orgs SET plan = 'gold'").await;
        let failure = check_plans(&config, &store).await.expect_err("refused");
        assert_eq!(failure.exit_code(), 2);
        assert_eq!(
            failure.to_string(),
            "plans.gold: is not configured, but is the plan of organizations: 1; add it to bailiwick.toml again"
        );
    }
}
