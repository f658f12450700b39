//! The only composition root: opens what the configuration names and puts the parts together, once per command.

mod bootstrap;
mod exports;
mod forms;
mod organization;
mod serve;
#[cfg(test)]
mod tests;
mod verify;

pub use crate::demo::run as demo;
pub use bootstrap::bootstrap;
pub use organization::organization;
pub(crate) use serve::run;
pub use serve::serve;
pub use verify::verify_audit;

use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::Path};

use crate::{
    ambient::Ambient,
    cli::Failure,
    config::{Config, Secrets},
    store::{
        Store,
        db::{Db, Sync},
    },
};

/// What every command starts from.
pub(crate) struct Foundations {
    pub store: Store,
    pub secrets: Secrets,
}

/// Makes the data directory with its secrets, and opens the database.
pub(crate) async fn foundations(config: &Config, ambient: Ambient) -> Result<Foundations, Failure> {
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700);
    private
        .create(&config.data)
        .map_err(|error| Failure::run(format!("{}: {error}", config.data.display())))?;
    let secrets = config.secrets(&*ambient.entropy)?;
    let db = Db::open(config.database_url.reveal(), Sync::Full).await.map_err(Failure::run)?;
    Ok(Foundations {
        store: Store::new(db, ambient),
        secrets,
    })
}

/// A command that only reads must not make an empty database out of a mistyped path.
pub(crate) fn must_exist(config: &Config) -> Result<(), Failure> {
    match config.database_url.reveal().strip_prefix("sqlite://") {
        Some(path) if !Path::new(path.split('?').next().unwrap_or(path)).exists() => Err(Failure::run(format!(
            "there is no database at {path}; name its directory with --data"
        ))),
        _ => Ok(()),
    }
}
