//! `bailiwick`: reads the command line and the configuration, then hands over to the composition root.

use std::process::ExitCode;

use bailiwick::{
    cli::{AuditCommand, Cli, Command, Failure, OperatorCommand, one_line},
    compose,
    config::Config,
    web::logging,
};
use clap::{Parser, error::ErrorKind};
use mimalloc::MiMalloc;

/// Many small blocks that live as long as a request: the C library's allocator took a quarter of a request's processor time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help) if is_help(&help) => help.exit(),
        Err(error) => return fail(&one_line(&error), 2),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure.to_string(), failure.exit_code()),
    }
}

fn is_help(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

fn fail(line: &str, code: u8) -> ExitCode {
    eprintln!("bailiwick: {line}");
    ExitCode::from(code)
}

#[tokio::main]
async fn run(cli: Cli) -> Result<(), Failure> {
    if matches!(cli.command, Command::Version) {
        println!("bailiwick {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let working_directory = std::env::current_dir().map_err(Failure::run)?;
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let sources = cli.settings.sources(environment, working_directory);
    let config = Config::load(&sources)?;
    logging::start(config.log_format, &sources.environment)?;
    match cli.command {
        Command::Serve => compose::serve(config).await,
        Command::Demo(args) => compose::demo(config, args).await,
        Command::Operator(OperatorCommand::Bootstrap(args)) => compose::bootstrap(config, args).await,
        Command::Operator(OperatorCommand::Organization(args)) => compose::organization(config, args).await,
        Command::Audit(AuditCommand::Verify(args)) => compose::verify_audit(config, args).await,
        Command::Version => Ok(()),
    }
}
