mod entry;

use app::model::{
    Money,
    limit::{Metric, ModelScope, Window},
};

use super::*;
use crate::catalog::{Tier, UpstreamKind};

/// A start in a folder that holds this file, with these variables.
fn start(file: &str, environment: &[(&str, &str)], flags: Settings) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bailiwick.toml"), file).expect("written");
    Config::load(&Sources {
        flags,
        file: None,
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        working_directory: folder.path().to_owned(),
    })
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    let error = start(file, environment, Settings::default()).expect_err("is refused").to_string();
    assert!(!error.contains('\n'), "one line: {error:?}");
    error
}

fn listen_flag(text: &str) -> Settings {
    Settings {
        listen: Some(text.to_owned()),
        ..Settings::default()
    }
}

#[test]
fn nothing_set_is_a_local_server_on_sqlite_with_the_built_in_offer() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::load(&Sources {
        working_directory: folder.path().to_owned(),
        ..Sources::default()
    })
    .expect("defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.database_url.reveal(), "sqlite://data/bailiwick.db");
    assert_eq!(config.public_url(config.listen).origin(), "http://127.0.0.1:3000");
    assert_eq!(config.durability, Durability::Fsync);
    assert_eq!(config.catalog.default_plan, "standard");
    assert_eq!((config.operator_contact, config.sign_up), (None, SignUp::Closed));
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\n";
    let variable = [("BAILIWICK_LISTEN", "127.0.0.1:2")];
    let port = |environment: &[(&str, &str)], flags| start(file, environment, flags).expect("valid").listen.port();
    assert_eq!(port(&[], Settings::default()), 1);
    assert_eq!(port(&variable, Settings::default()), 2);
    assert_eq!(port(&variable, listen_flag("localhost:3")), 3);
    assert_eq!(port(&variable, listen_flag(":0")), 0);
}

#[test]
fn every_setting_is_read_from_the_file() {
    let file = r#"
        data = "/srv/bailiwick"
        database_url = "postgres://user:hidden@db.example/bailiwick"
        public_url = "https://Bailiwick.example/"
        trusted_proxies = ["10.0.0.0/8", "::1"]
        metrics_allow = ["192.0.2.7"]
        log_format = "json"
        [metering]
        durability = "written"
    "#;
    let config = start(file, &[], Settings::default()).expect("valid");
    assert_eq!(config.data, Path::new("/srv/bailiwick"));
    assert!(!format!("{config:?}").contains("hidden"));
    let public = config.public_url(config.listen);
    assert_eq!((public.origin(), public.is_https()), ("https://bailiwick.example", true));
    assert_eq!(config.trusted_proxies.len(), 2);
    assert!(config.metrics_allow[0].contains(&std::net::IpAddr::from([192, 0, 2, 7])));
    assert_eq!((config.log_format, config.durability), (LogFormat::Json, Durability::Written));
}

#[test]
fn the_example_of_the_readme_is_a_configuration() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let config = start(
        example,
        &[("LOCAL_API_KEY", "secret"), ("SMTP_PASSWORD", "secret")],
        Settings::default(),
    )
    .expect("valid");
    assert_eq!(config.public_url(config.listen).origin(), "https://ai.acme.example");
    let plan = &config.catalog.plans["standard"];
    assert_eq!((plan.quotas.len(), plan.flex_permille), (2, 1_500));
}

#[test]
fn a_list_in_a_variable_is_separated_by_commas() {
    let environment = [("BAILIWICK_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")];
    assert_eq!(
        start("", &environment, Settings::default()).expect("valid").trusted_proxies.len(),
        2
    );
}

#[test]
fn a_bad_value_names_where_it_came_from() {
    assert_eq!(
        start("", &[], listen_flag("nowhere")).expect_err("refused").to_string(),
        "--listen: “nowhere” is not an address and port such as 127.0.0.1:3000"
    );
    assert_eq!(
        refusal("", &[("BAILIWICK_LOG_FORMAT", "xml")]),
        "BAILIWICK_LOG_FORMAT: “xml” is not one of text, json"
    );
    assert!(
        refusal("trusted_proxies = [\"10.0.0.0/8\", \"x\"]", &[])
            .ends_with("bailiwick.toml: trusted_proxies: “x” is not an address or network such as 10.0.0.0/8")
    );
    assert!(
        refusal("[metering]\ndurability = \"never\"", &[]).ends_with("metering.durability: “never” is not one of fsync, written, relaxed")
    );
    assert!(
        refusal("database_url = \"mysql://user:hidden@db\"", &[])
            .ends_with("database_url: must be sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE")
    );
    for url in [
        "bailiwick.example",
        "https://bailiwick.example/console",
        "ftp://bailiwick.example",
        "https://user@bailiwick.example",
    ] {
        let error = refusal("", &[("BAILIWICK_PUBLIC_URL", url)]);
        assert!(error.starts_with("BAILIWICK_PUBLIC_URL: “"), "{error}");
    }
}

#[test]
fn unknown_keys_and_variables_are_refused() {
    let error = refusal("data = \"x\"\nlisten_on = \"127.0.0.1:1\"\n", &[]);
    assert!(error.starts_with("bailiwick.toml: line 2: unknown field `listen_on`"), "{error}");
    let error = refusal("[upstreams.x]\nbase_url = \"https://x.example\"\ntoken = \"t\"\n", &[]);
    assert!(error.contains("unknown field `token`"), "{error}");
    assert!(refusal("", &[("BAILIWICK_LISTNE", ":1")]).starts_with("BAILIWICK_LISTNE: unknown variable; known are BAILIWICK_LISTEN"));
    assert!(start("", &[("BAILIWICK_LOG", "debug"), ("HOME", "/")], Settings::default()).is_ok());
}

#[test]
fn a_broken_file_names_the_line_and_a_named_file_must_exist() {
    assert!(refusal("data = \"x\"\n\nlisten = \n", &[]).starts_with("bailiwick.toml: line 3: "));
    let error = refusal("", &[("BAILIWICK_CONFIG", "/nonexistent/b.toml")]);
    assert!(error.starts_with("/nonexistent/b.toml: cannot be read: "), "{error}");
}

const OFFER: &str = r#"
    [upstreams.main]
    base_url = "https://api.example/v1/"
    secret_env = "BAILIWICK_MAIN_SECRET"
    concurrency = 8
    [models."acme/small"]
    upstream = "main"
    upstream_id = "small-2026"
    context = 32000
    price_input = 0.15
    price_output = "12.5"
    [models.echo]
    upstream = "loopback"
    context = 100
    [plans.standard]
    name = "Standard"
    models = ["acme/small", "echo"]
    tiers = ["priority", "default"]
    quotas = [
        { metric = "requests", window = "minute", limit = 100 },
        { model = "echo", metric = "tokens", window = "day", limit = 5 },
    ]
"#;
const SECRET: [(&str, &str); 1] = [("BAILIWICK_MAIN_SECRET", "s3cret")];

#[test]
fn an_offer_becomes_a_catalog() {
    let config = start(OFFER, &SECRET, Settings::default()).expect("valid");
    assert!(!format!("{config:?}").contains("s3cret"));
    let catalog = config.catalog;
    let UpstreamKind::OpenAi { base_url, secret } = &catalog.upstreams["main"].kind else {
        panic!("an OpenAI-compatible upstream");
    };
    assert_eq!(base_url.to_string(), "https://api.example/v1");
    assert_eq!(secret.as_ref().expect("read").0, "s3cret");
    let small = &catalog.models[&"acme/small".parse().expect("an id")];
    assert_eq!((small.upstream_id.as_str(), small.default_output), ("small-2026", 1_024));
    assert_eq!(
        (small.price.input, small.price.cached, small.price.output),
        (Money(150_000), Money(150_000), Money(12_500_000))
    );
    let echo = "echo".parse().expect("an id");
    assert!(catalog.is_simulated(&echo));
    assert_eq!(catalog.models[&echo].default_output, 100, "never more than the context");
    let plan = catalog.plan("standard").expect("named");
    assert_eq!(plan.tiers, [Tier::Default, Tier::Priority]);
    assert_eq!(plan.quota(&ModelScope::One(echo), Metric::Tokens, Window::Day), Some(5));
    assert_eq!(
        plan.quota(&ModelScope::All, Metric::Requests, Window::Minute),
        Some(100),
        "no model is all models"
    );
    assert_eq!(catalog.default_plan, "standard");
}

#[test]
fn a_reference_that_leads_nowhere_names_its_path() {
    let broken = |from: &str, to: &str| {
        assert!(OFFER.contains(from));
        refusal(&OFFER.replace(from, to), &SECRET)
    };
    for (from, to, expected) in [
        (
            "upstream = \"main\"",
            "upstream = \"gone\"",
            "models.\"acme/small\".upstream: unknown upstream \"gone\"",
        ),
        (
            "\"acme/small\", \"echo\"]",
            "\"acme/small\", \"x\"]",
            "plans.standard.models[1]: unknown model \"x\"",
        ),
        (
            "\"acme/small\", \"echo\"]",
            "\"echo\", \"echo\"]",
            "plans.standard.models[1]: repeats \"echo\"",
        ),
        (
            "\"echo\"]",
            "]",
            "plans.standard.quotas[1].model: \"echo\" is not in the plan's models",
        ),
        (
            "\"minute\"",
            "\"week\"",
            "plans.standard.quotas[0].window: Choose minute, hour or day.",
        ),
        (
            "limit = 100",
            "limit = 0",
            "plans.standard.quotas[0].limit: must be from 1 to 1000000000000",
        ),
        (
            "\"priority\", \"default\"",
            "\"turbo\"",
            "plans.standard.tiers[0]: “turbo” is not one of flex, default, priority",
        ),
        (
            "\"priority\", \"default\"",
            "\"flex\"",
            "plans.standard.tiers: must contain \"default\"",
        ),
        (
            "concurrency = 8",
            "concurrency = 0",
            "upstreams.main.concurrency: must be from 1 to 10000",
        ),
        (
            "concurrency = 8",
            "queue = 100001",
            "upstreams.main.queue: must be from 0 to 100000",
        ),
        (
            "0.15",
            "-0.15",
            "models.\"acme/small\".price_input: must be an amount such as \"0.15\" (at most 6 decimals, below 1000000)",
        ),
        (
            "context = 100",
            "context = 0",
            "models.\"echo\".default_output: must fit into context, which is at least 1",
        ),
        (
            "[plans.standard]",
            "[plans.standard]\nflex_multiple = 0",
            "plans.standard.flex_multiple: \"0\" is no multiple from 0.001 to 1000",
        ),
        (
            "[plans.standard]",
            "[plans.standard]\nflex_multiple = \"1.2345\"",
            "plans.standard.flex_multiple: \"1.2345\" is no multiple from 0.001 to 1000",
        ),
        (
            "[plans.standard]",
            "default_plan = \"x\"\n[plans.standard]",
            "line 15: unknown field `default_plan`",
        ),
    ] {
        let error = broken(from, to);
        assert!(error.starts_with(&format!("bailiwick.toml: {expected}")), "{error}");
    }
    assert!(refusal(&format!("default_plan = \"x\"\n{OFFER}"), &SECRET).ends_with("default_plan: unknown plan \"x\""));
    assert!(refusal("operator_contact = \" \"", &[]).ends_with("operator_contact: Enter a name."));
    assert!(refusal(&format!("{OFFER}\n[plans.other]\nmodels = []"), &SECRET).contains("default_plan: several plans exist"));
    assert!(refusal(&OFFER[..OFFER.find("[plans").expect("plans")], &SECRET).contains("plans: a file with models needs a plan"));
}

#[test]
fn an_upstream_needs_a_plain_address_and_a_readable_secret() {
    assert!(refusal(OFFER, &[]).ends_with("upstreams.main.secret_env: the variable BAILIWICK_MAIN_SECRET is not set"));
    assert!(refusal(OFFER, &[("BAILIWICK_MAIN_SECRET", "two\nlines")]).contains("one line of visible ASCII"));
    let named = "[upstreams.loopback]\nbase_url = \"http://x.example\"";
    assert!(refusal(named, &[]).ends_with("upstreams.loopback: the name belongs to the built-in simulator"));
    let both = "[upstreams.x]\nbase_url = \"http://x.example\"\nsecret_env = \"A\"\nsecret_file = \"b\"";
    assert!(refusal(both, &[]).ends_with("upstreams.x: secret_env and secret_file exclude each other"));
    for url in [
        "file:///etc/passwd",
        "x.example",
        "https://user:p@x.example",
        "https://x.example/?a=b",
        "https://x.example/#a",
    ] {
        let error = refusal(&format!("[upstreams.x]\nbase_url = \"{url}\""), &[]);
        assert!(error.contains("upstreams.x.base_url: must be an http or https address"), "{error}");
    }
}

#[test]
fn a_secret_file_lies_beside_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), "t0ken\n").expect("written");
    let path = folder.path().join("own.toml");
    std::fs::write(
        &path,
        "[upstreams.x]\nbase_url = \"http://127.0.0.1:9/v1\"\nsecret_file = \"token\"",
    )
    .expect("written");
    let config = Config::load(&Sources {
        file: Some(path),
        ..Sources::default()
    })
    .expect("valid");
    let UpstreamKind::OpenAi { secret, .. } = &config.catalog.upstreams["x"].kind else {
        panic!("an OpenAI-compatible upstream");
    };
    assert_eq!(secret.as_ref().expect("read").0, "t0ken");
}
