use super::{Foundations, foundations, must_exist};
use crate::{
    ambient::Ambient,
    cli::{EarlyAccess, Failure, OrganizationArgs},
    config::{Config, ConfigError},
};

/// `bailiwick operator organization`: what the operator grants one organization. It holds from the next request on, also of a
/// server that runs meanwhile.
pub async fn organization(config: Config, args: OrganizationArgs) -> Result<(), Failure> {
    must_exist(&config)?;
    let Foundations { store, .. } = foundations(&config, Ambient::system()).await?;
    let (granted, words) = match args.multi_project {
        EarlyAccess::On => (Some(true), "may have several projects"),
        EarlyAccess::Off => (Some(false), "has its Default Project only, besides those that it has already"),
        EarlyAccess::Plan => (None, "may have several projects if its plan says so"),
    };
    let changed = store.grant_multi_project(&args.org, granted).await.map_err(Failure::run)?;
    store.db.close().await;
    let name = changed.ok_or_else(|| ConfigError::at("--org", format!("no organization has the address {}", args.org)))?;
    println!("{name} {words}.");
    Ok(())
}
