//! Secrets that the file names: a variable, or a file beside it.

use std::{collections::BTreeMap, path::Path};

use super::ConfigError;
use crate::catalog::{Secret, SecretSource};

/// The secret of a table with `secret_env` or `secret_file`, a path in the folder of the file.
pub(super) fn secret(
    place: &str,
    variable: Option<&str>,
    file: Option<&Path>,
    environment: &BTreeMap<String, String>,
    folder: &Path,
) -> Result<Option<Secret>, ConfigError> {
    let source = match (variable, file) {
        (Some(_), Some(_)) => return Err(ConfigError::at(place, "secret_env and secret_file exclude each other")),
        (Some(name), None) => SecretSource::Environment(name.to_owned()),
        (None, Some(path)) => SecretSource::File(folder.join(path)),
        (None, None) => return Ok(None),
    };
    read_secret(place, &source, environment).map(Some)
}

fn read_secret(place: &str, source: &SecretSource, environment: &BTreeMap<String, String>) -> Result<Secret, ConfigError> {
    let (place, text) = match source {
        SecretSource::Environment(name) => {
            let place = format!("{place}.secret_env");
            let text = environment.get(name).cloned();
            (
                place.clone(),
                text.ok_or_else(|| ConfigError::at(place, format!("the variable {name} is not set")))?,
            )
        }
        SecretSource::File(path) => {
            let place = format!("{place}.secret_file");
            let text = std::fs::read_to_string(path);
            (
                place.clone(),
                text.map_err(|error| ConfigError::at(place, format!("{}: {error}", path.display())))?,
            )
        }
    };
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError::at(place, "the secret must be one line of visible ASCII characters"));
    }
    Ok(Secret(text.to_owned()))
}
