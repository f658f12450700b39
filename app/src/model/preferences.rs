//! How a person sees the console. It stands with the account, so it is the same in every browser.

use serde::{Deserialize, Serialize};

use super::{words::words, zone::Zone};

/// The colour scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// What the operating system says.
    #[default]
    System,
    Light,
    Dark,
}

words!(Theme, "System, Light or Dark", System = "system", Light = "light", Dark = "dark");

impl Theme {
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// How much stands on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Density {
    #[default]
    Comfortable,
    /// Lower rows and controls.
    Compact,
}

words!(Density, "Comfortable or Compact", Comfortable = "comfortable", Compact = "compact");

impl Density {
    pub fn label(self) -> &'static str {
        match self {
            Self::Comfortable => "Comfortable",
            Self::Compact => "Compact",
        }
    }
}

/// The choices of one person. The server provides them as context, those of a stranger by default; pages are drawn with
/// them from the first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// In which times are shown.
    pub zone: Zone,
    pub theme: Theme,
    pub density: Density,
}
