//! Every setting, typed and checked once: a flag wins over the environment, that over `bailiwick.toml`, that over the default.

mod entry;
mod file;
mod mail;
pub mod secrets;
mod source;
mod values;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use app::model::{Name, names::InvalidName};
use ipnet::IpNet;

use crate::{ambient::Entropy, catalog::Catalog, metering::Durability};
pub use entry::SignUp;
pub use mail::{Encryption, MailServer, Sender};
pub use secrets::Secrets;
pub use values::{DatabaseUrl, LogFormat, PublicUrl};

/// Prefix of every environment variable that is a setting.
const PREFIX: &str = "BAILIWICK_";
/// The file that is read when no other is named.
const DEFAULT_FILE: &str = "bailiwick.toml";
/// Variables with our prefix that are no settings of the table below: secrets, the log filter, and what the build and the tests use.
const OTHER_VARIABLES: &[&str] = &[
    secrets::COOKIE_KEY,
    secrets::KEY_PEPPER,
    LOG_FILTER,
    "BAILIWICK_CONFIG",
    "BAILIWICK_BIN",
    "BAILIWICK_CHROMIUM",
    "BAILIWICK_CLIENT_DIR",
    "BAILIWICK_SHOTS",
    "BAILIWICK_TEST_PG_BIN",
];
/// What is logged, in the syntax of `tracing_subscriber::EnvFilter`.
pub const LOG_FILTER: &str = "BAILIWICK_LOG";

/// A setting that cannot be used. The message is one line and starts with where the value came from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// `place` is a flag, a variable, or a path in the file.
    pub fn at(place: impl std::fmt::Display, problem: impl std::fmt::Display) -> Self {
        let text = format!("{place}: {problem}");
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// The settings as text, as flags, environment and file give them alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub listen: Option<String>,
    pub data: Option<String>,
    pub database_url: Option<String>,
    pub public_url: Option<String>,
    pub trusted_proxies: Option<Vec<String>>,
    pub metrics_allow: Option<Vec<String>>,
    pub log_format: Option<String>,
    pub metering_durability: Option<String>,
    pub sign_up: Option<String>,
    pub sign_up_domains: Option<Vec<String>>,
    pub operator_contact: Option<String>,
}

/// Everything that settings come from; a value of its own, so that tests need no process environment.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub flags: Settings,
    /// `--config`.
    pub file: Option<PathBuf>,
    pub environment: BTreeMap<String, String>,
    /// Where `bailiwick.toml` is looked for.
    pub working_directory: PathBuf,
}

impl Sources {
    fn named_file(&self) -> Option<PathBuf> {
        let variable = || self.environment.get("BAILIWICK_CONFIG").map(PathBuf::from);
        self.file.clone().or_else(variable)
    }
}

/// The configuration of one start, immutable.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port 0 lets the system choose.
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub database_url: DatabaseUrl,
    /// What was set; [`Config::public_url`] knows the default.
    pub public_url: Option<PublicUrl>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Clients that may read `/metrics`, besides loopback.
    pub metrics_allow: Vec<IpNet>,
    pub log_format: LogFormat,
    pub durability: Durability,
    pub catalog: Catalog,
    /// Who may make an account without an invitation.
    pub sign_up: SignUp,
    /// Whom people ask about this installation, such as an address or the name of a team.
    pub operator_contact: Option<Name>,
    /// Where mail goes out; `None` leaves it in the outbox.
    pub mail: Option<MailServer>,
    given_secrets: secrets::Given,
}

/// One value with the place that it came from.
struct Sourced<T> {
    place: String,
    value: T,
}

/// Picks the first of flag, environment and file.
struct Layers<'a> {
    flags: &'a Settings,
    environment: &'a BTreeMap<String, String>,
    file: &'a Settings,
    file_name: &'a str,
}

impl Layers<'_> {
    fn text(&self, name: &str, field: impl Fn(&Settings) -> Option<String>) -> Option<Sourced<String>> {
        let list = |settings: &Settings| field(settings).map(|text| vec![text]);
        self.pick(name, list, |text| vec![text.to_owned()]).map(|found| Sourced {
            place: found.place,
            value: found.value.concat(),
        })
    }

    /// In the environment a list is separated by commas.
    fn list(&self, name: &str, field: impl Fn(&Settings) -> Option<Vec<String>>) -> Option<Sourced<Vec<String>>> {
        let split = |text: &str| {
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        self.pick(name, field, split)
    }

    fn pick(
        &self,
        name: &str,
        field: impl Fn(&Settings) -> Option<Vec<String>>,
        split: impl Fn(&str) -> Vec<String>,
    ) -> Option<Sourced<Vec<String>>> {
        let flag = || field(self.flags).map(|value| (format!("--{}", flag_of(name)), value));
        let variable = || {
            let variable = variable_of(name);
            self.environment.get(&variable).map(|text| (variable, split(text)))
        };
        let file = || field(self.file).map(|value| (format!("{}: {}", self.file_name, key_of(name)), value));
        flag()
            .or_else(variable)
            .or_else(file)
            .map(|(place, value)| Sourced { place, value })
    }
}

/// The settings by their name in code; flag, variable and key follow from it.
const NAMES: &[&str] = &[
    "listen",
    "data",
    "database_url",
    "public_url",
    "trusted_proxies",
    "metrics_allow",
    "log_format",
    "metering_durability",
    "sign_up",
    "sign_up_domains",
    "operator_contact",
];

fn flag_of(name: &str) -> String {
    match name {
        "trusted_proxies" => "trusted-proxy".to_owned(),
        "sign_up_domains" => "sign-up-domain".to_owned(),
        other => other.replace('_', "-"),
    }
}

fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase())
}

fn key_of(name: &str) -> &str {
    match name {
        "metering_durability" => "metering.durability",
        other => other,
    }
}

impl Config {
    /// Reads the file, if there is one, and settles every value.
    ///
    /// # Errors
    /// An unknown key or variable, a bad value, a reference that leads nowhere, a named file that cannot be read.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let (path, file) = read_file(sources)?;
        let file_name = sources
            .named_file()
            .map_or_else(|| DEFAULT_FILE.to_owned(), |path| path.display().to_string());
        refuse_unknown_variables(&sources.environment, &file)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let catalog = file
            .catalog(&sources.environment, folder)
            .map_err(|error| ConfigError::at(&file_name, error))?;
        let mail = file
            .mail(&sources.environment, folder)
            .map_err(|error| ConfigError::at(&file_name, error))?;
        let layers = Layers {
            flags: &sources.flags,
            environment: &sources.environment,
            file: &file.settings(),
            file_name: &file_name,
        };
        settle(&layers, catalog, mail, secrets::Given::read(&sources.environment)?)
    }

    /// The installation's secrets: those of the environment, else those of the data directory; both are made when missing.
    ///
    /// # Errors
    /// A file that others may read or that is damaged, a folder that cannot be written.
    pub fn secrets(&self, entropy: &dyn Entropy) -> Result<Secrets, ConfigError> {
        Secrets::load(&self.given_secrets, &self.data, entropy)
    }

    /// The same settings over a database and secrets of their own in this directory, without a way out for mail: what is
    /// tried out there reaches nobody.
    pub fn in_directory(self, data: &Path) -> Self {
        Self {
            database_url: DatabaseUrl::in_directory(data),
            data: data.to_owned(),
            mail: None,
            ..self
        }
    }

    /// The address under which people reach the console: the one that was set, or that of the listener.
    pub fn public_url(&self, bound: SocketAddr) -> PublicUrl {
        self.public_url.clone().unwrap_or_else(|| PublicUrl::of_listener(bound))
    }
}

fn settle(layers: &Layers<'_>, catalog: Catalog, mail: Option<MailServer>, given_secrets: secrets::Given) -> Result<Config, ConfigError> {
    let data = layers
        .text("data", |settings| settings.data.clone())
        .map_or_else(|| PathBuf::from("data"), |found| PathBuf::from(found.value));
    Ok(Config {
        listen: parse(layers.text("listen", |settings| settings.listen.clone()), values::listen)?.unwrap_or_else(values::default_listen),
        database_url: parse(
            layers.text("database_url", |settings| settings.database_url.clone()),
            DatabaseUrl::parse,
        )?
        .unwrap_or_else(|| DatabaseUrl::in_directory(&data)),
        public_url: parse(layers.text("public_url", |settings| settings.public_url.clone()), PublicUrl::parse)?,
        trusted_proxies: networks(layers.list("trusted_proxies", |settings| settings.trusted_proxies.clone()))?,
        metrics_allow: networks(layers.list("metrics_allow", |settings| settings.metrics_allow.clone()))?,
        log_format: parse(layers.text("log_format", |settings| settings.log_format.clone()), LogFormat::parse)?.unwrap_or_default(),
        durability: parse(
            layers.text("metering_durability", |settings| settings.metering_durability.clone()),
            values::durability,
        )?
        .unwrap_or_default(),
        sign_up: entry::sign_up(layers)?,
        operator_contact: parse(
            layers.text("operator_contact", |settings| settings.operator_contact.clone()),
            |text| text.parse().map_err(|error: InvalidName| error.to_string()),
        )?,
        mail,
        data,
        given_secrets,
        catalog,
    })
}

fn parse<T>(found: Option<Sourced<String>>, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
    found
        .map(|found| parse(&found.value).map_err(|problem| ConfigError::at(found.place, problem)))
        .transpose()
}

fn networks(found: Option<Sourced<Vec<String>>>) -> Result<Vec<IpNet>, ConfigError> {
    let Some(Sourced { place, value }) = found else {
        return Ok(Vec::new());
    };
    value
        .iter()
        .map(|text| values::network(text).map_err(|problem| ConfigError::at(&place, problem)))
        .collect()
}

/// The path and content of the file; without any file, an empty one.
fn read_file(sources: &Sources) -> Result<(PathBuf, file::File), ConfigError> {
    let named = sources.named_file();
    let path = named.clone().unwrap_or_else(|| sources.working_directory.join(DEFAULT_FILE));
    let shown = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let file = match std::fs::read_to_string(&path) {
        Ok(text) => file::File::parse(&text).map_err(|error| ConfigError::at(shown.display(), error))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => file::File::default(),
        Err(error) => return Err(ConfigError::at(shown.display(), format!("cannot be read: {error}"))),
    };
    Ok((path, file))
}

fn refuse_unknown_variables(environment: &BTreeMap<String, String>, file: &file::File) -> Result<(), ConfigError> {
    let known = |name: &str| {
        NAMES.iter().any(|setting| variable_of(setting) == name) || OTHER_VARIABLES.contains(&name) || file.names_variable(name)
    };
    match environment.keys().find(|name| name.starts_with(PREFIX) && !known(name)) {
        Some(name) => {
            let allowed: Vec<String> = NAMES.iter().map(|name| variable_of(name)).collect();
            Err(ConfigError::at(name, format!("unknown variable; known are {}", allowed.join(", "))))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
