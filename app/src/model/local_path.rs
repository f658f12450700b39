//! A place in this console to go to next, as a form or a link names it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A path with optional query on this origin: it starts with one `/`, so that a form can never send a person elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalPath(String);

/// The text leads elsewhere, or is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a path on this server that starts with one “/”")]
pub struct InvalidLocalPath;

impl LocalPath {
    /// Longer than any address that the console makes.
    const MAX_LEN: usize = 1_000;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LocalPath {
    type Err = InvalidLocalPath;

    /// Browsers read `//host` and `/\host` as another host and drop tabs and line breaks, so none of these pass.
    /// Anything beyond visible ASCII is percent-encoded in an address, and has no place in a `Location` header.
    fn from_str(text: &str) -> Result<Self, InvalidLocalPath> {
        let local = text.starts_with('/') && !text.starts_with("//");
        let plain = text.len() <= Self::MAX_LEN && text.chars().all(|c| c != '\\' && c.is_ascii_graphic());
        if local && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLocalPath)
        }
    }
}

impl TryFrom<String> for LocalPath {
    type Error = InvalidLocalPath;
    fn try_from(text: String) -> Result<Self, InvalidLocalPath> {
        text.parse()
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> String {
        path.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_origin_pass() {
        for good in ["/", "/acme/prod/keys?q=a%2Fb", "/a//b"] {
            assert!(good.parse::<LocalPath>().is_ok(), "{good}");
        }
        let long = format!("/{}", "a".repeat(LocalPath::MAX_LEN));
        for bad in [
            "",
            "acme",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/a\n/b",
            "/\t/evil.example",
            "/é",
            &long,
        ] {
            assert!(bad.parse::<LocalPath>().is_err(), "{bad:?}");
        }
    }
}
