//! The colour scheme that the person chose. It lives in the cookie `theme`, so that the first byte of a page is right.

use std::{convert::Infallible, str::FromStr};

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// What the operating system says.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value in the cookie, in the form and in `<html data-theme>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl FromStr for Theme {
    type Err = Infallible;
    /// Unknown words are `System`: a stale cookie is no error.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default())
    }
}
