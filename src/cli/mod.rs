//! The command line: what can be typed, and how its errors are said.

#![expect(clippy::doc_markdown, reason = "the documentation of an argument is the text of --help")]

use std::{collections::BTreeMap, path::PathBuf};

use app::model::{Email, Name, Slug};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{ConfigError, Settings, Sources};

/// A self-hosted control plane for AI platforms: who may use what, how much, what it cost and who changed it.
#[derive(Debug, Parser)]
#[command(
    name = "bailiwick",
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = "Examples:
  bailiwick serve                                  console and gateway on http://127.0.0.1:3000, SQLite in ./data
  bailiwick serve --listen :0 --data /srv/bailiwick
  BAILIWICK_DATABASE_URL=postgres://… bailiwick serve --public-url https://bailiwick.example
  bailiwick demo                                   a throw-away installation with believable data

Every setting can be a flag, a variable BAILIWICK_… or a key of bailiwick.toml; the first of them wins."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub settings: SettingArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the console and the gateway until interrupted
    #[command(after_help = "Example:\n  bailiwick serve --listen 127.0.0.1:8080 --data /srv/bailiwick --trusted-proxy 127.0.0.1")]
    Serve,
    /// Run a throw-away installation filled with believable data
    #[command(after_help = "Example:\n  bailiwick demo --listen :0")]
    Demo(DemoArgs),
    /// Manage the installation itself
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Work with the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the version
    Version,
}

#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Create the first owner, organization, Default Project and API key without a browser
    #[command(
        after_help = "Example:\n  printf '%s' \"$PASSWORD\" | bailiwick operator bootstrap --email ada@acme.example --name 'Ada Osei' --org 'Acme Robotics' --password-stdin --json"
    )]
    Bootstrap(BootstrapArgs),
    /// Grant an organization several projects, or hold them back
    #[command(after_help = "Example:\n  bailiwick operator organization --org acme-robotics --multi-project on")]
    Organization(OrganizationArgs),
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute every hash chain of the audit log and report the first record that does not hold
    #[command(after_help = "Example:\n  bailiwick audit verify --data /srv/bailiwick && echo intact")]
    Verify(VerifyArgs),
}

#[derive(Args, Clone, Debug, Default)]
pub struct DemoArgs {
    /// Seed of the demo data: the same seed makes the same data
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Args, Clone, Debug)]
pub struct BootstrapArgs {
    /// E-mail address of the first owner
    #[arg(long)]
    pub email: Email,
    /// Name of the first owner
    #[arg(long)]
    pub name: Name,
    /// Name of the organization
    #[arg(long, value_name = "NAME")]
    pub org: Name,
    /// Address of the organization; made from its name when left out
    #[arg(long, value_parser = Slug::choose)]
    pub slug: Option<Slug>,
    /// Read the owner's password from standard input instead of asking on the terminal
    #[arg(long)]
    pub password_stdin: bool,
    /// Print {"org_id","project_id","account_id","api_key"} and nothing else
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Clone, Debug)]
pub struct OrganizationArgs {
    /// Address of the organization
    #[arg(long, value_name = "SLUG")]
    pub org: Slug,
    /// Whether it may have projects besides its Default Project
    #[arg(long, value_name = "WHETHER")]
    pub multi_project: EarlyAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EarlyAccess {
    /// It may
    On,
    /// It may not; those that it has stay
    Off,
    /// As its plan says
    Plan,
}

#[derive(Args, Clone, Debug, Default)]
pub struct VerifyArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// The settings, accepted before and after the command.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct SettingArgs {
    /// Address and port; `:0` lets the system choose [BAILIWICK_LISTEN] [default: 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Directory of database and secrets [BAILIWICK_DATA] [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// sqlite://PATH or postgres://… [BAILIWICK_DATABASE_URL] [default: SQLite in the data directory]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Origin that people type into the browser [BAILIWICK_PUBLIC_URL] [default: http://LISTEN]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Configuration file [BAILIWICK_CONFIG] [default: bailiwick.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Proxy whose X-Forwarded-For is believed; repeatable [BAILIWICK_TRUSTED_PROXIES]
    #[arg(long, global = true, value_name = "CIDR")]
    trusted_proxy: Option<Vec<String>>,
    /// Client that may read /metrics, besides loopback; repeatable [BAILIWICK_METRICS_ALLOW]
    #[arg(long, global = true, value_name = "CIDR")]
    metrics_allow: Option<Vec<String>>,
    /// text or json [BAILIWICK_LOG_FORMAT] [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// fsync, written or relaxed: when usage counts as kept [BAILIWICK_METERING_DURABILITY] [default: fsync]
    #[arg(long, global = true, value_name = "WHEN")]
    metering_durability: Option<String>,
    /// closed, domains or open: who may make an account without an invitation [BAILIWICK_SIGN_UP] [default: closed]
    #[arg(long, global = true, value_name = "POLICY")]
    sign_up: Option<String>,
    /// Domain whose addresses may sign up, with --sign-up domains; repeatable [BAILIWICK_SIGN_UP_DOMAINS]
    #[arg(long, global = true, value_name = "DOMAIN")]
    sign_up_domain: Option<Vec<String>>,
    /// Whom people ask about this installation: an address, a team [BAILIWICK_OPERATOR_CONTACT]
    #[arg(long, global = true, value_name = "TEXT")]
    operator_contact: Option<String>,
}

impl SettingArgs {
    /// Everything that the configuration is made of, with this environment.
    pub fn sources(self, environment: BTreeMap<String, String>, working_directory: PathBuf) -> Sources {
        Sources {
            flags: Settings {
                listen: self.listen,
                data: self.data,
                database_url: self.database_url,
                public_url: self.public_url,
                trusted_proxies: self.trusted_proxy,
                metrics_allow: self.metrics_allow,
                log_format: self.log_format,
                metering_durability: self.metering_durability,
                sign_up: self.sign_up,
                sign_up_domains: self.sign_up_domain,
                operator_contact: self.operator_contact,
            },
            file: self.config,
            environment,
            working_directory,
        }
    }
}

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Exit code 2: the person can mend it by changing a setting or an argument.
    #[error(transparent)]
    Usage(#[from] ConfigError),
    /// Exit code 1: the work itself failed.
    #[error("{0}")]
    Run(String),
}

impl Failure {
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Run(_) => 1,
        }
    }

    /// The failure of a command's work.
    pub fn run(error: impl std::fmt::Display) -> Self {
        Self::Run(error.to_string())
    }
}

/// One line for a refused command line; clap's own message spans several.
pub fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} (try --help)", line.strip_prefix("error: ").unwrap_or(&line))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, String> {
        Cli::try_parse_from(line.split(' ')).map_err(|error| one_line(&error))
    }

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_stand_before_or_after_the_command() {
        for line in [
            "bailiwick --listen :1 serve --trusted-proxy 10.0.0.1",
            "bailiwick serve --listen :1 --trusted-proxy 10.0.0.1",
        ] {
            let sources = parse(line).expect(line).settings.sources(BTreeMap::new(), PathBuf::new());
            assert_eq!(sources.flags.listen.as_deref(), Some(":1"));
            assert_eq!(sources.flags.trusted_proxies, Some(vec!["10.0.0.1".to_owned()]));
        }
    }

    #[test]
    fn a_wrong_line_is_refused_in_one_line() {
        let bootstrap = "bailiwick operator bootstrap --email x --name Ada --org Acme";
        for (line, expected) in [
            ("bailiwick serve --listne :1", "unexpected argument '--listne' found"),
            (
                "bailiwick operator bootstrap --name Ada",
                "the following required arguments were not provided: --email <EMAIL> --org <NAME>",
            ),
            (bootstrap, "invalid value 'x' for '--email <EMAIL>': "),
            (
                "bailiwick operator organization --org acme --multi-project maybe",
                "invalid value 'maybe' for '--multi-project <WHETHER>' [possible values: on, off, plan]",
            ),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.starts_with(expected) && !error.contains('\n'), "{error:?}");
        }
    }

    #[test]
    fn every_command_teaches_by_example() {
        for path in [
            &["serve"][..],
            &["demo"],
            &["operator", "bootstrap"],
            &["operator", "organization"],
            &["audit", "verify"],
        ] {
            let mut command = &mut Cli::command();
            for name in path {
                command = command.find_subcommand_mut(name).expect("exists");
            }
            let help = command.render_help().to_string();
            assert!(help.contains("Example:\n  "), "{help}");
        }
    }
}
