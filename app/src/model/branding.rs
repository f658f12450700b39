//! How an organization looks: its colour and its logo.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    names::InvalidName,
    words::{checked_text, words},
};

/// The largest logo, in bytes.
pub const MAX_LOGO_BYTES: usize = 48 * 1024;
/// The widest and highest PNG, in pixels.
pub const MAX_LOGO_PIXELS: u32 = 1024;

checked_text!(
    /// A colour as `#rrggbb`, in lower case.
    Colour,
    InvalidName
);

impl FromStr for Colour {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let is_colour = text
            .strip_prefix('#')
            .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if is_colour {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidName(
                "Enter a colour as # and six digits or letters from a to f, such as #1f6feb.",
            ))
        }
    }
}

/// What a logo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoKind {
    Svg,
    Png,
}

words!(LogoKind, "svg or png", Svg = "svg", Png = "png");

/// What an organization has set of its look; nothing of it is the look of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branding {
    pub colour: Option<Colour>,
    /// The hash of the logo, in hex.
    pub logo: Option<String>,
}

impl Branding {
    /// The address of the style sheet that sets the colour. It is another one for each colour, so that browsers may keep it.
    pub fn sheet_href(&self, org: &str) -> Option<String> {
        let colour = self.colour.as_ref()?;
        Some(format!("/{org}/branding.css?v={}", colour.as_str().trim_start_matches('#')))
    }

    /// The address of the logo, another one for each logo.
    pub fn logo_href(&self, org: &str) -> Option<String> {
        let hash = self.logo.as_ref()?;
        Some(format!("/{org}/branding.logo?v={}", hash.get(..16).unwrap_or(hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        assert_eq!(" #1F6feb ".parse::<Colour>().map(String::from), Ok("#1f6feb".to_owned()));
        for bad in [
            "",
            "#",
            "1f6feb",
            "#1f6fe",
            "#1f6febb",
            "#12345g",
            "red",
            "#fff;}*{x:y",
            "#１２３４５６",
        ] {
            assert!(bad.parse::<Colour>().is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_change_with_what_they_lead_to() {
        let branding = Branding {
            colour: Some("#1f6feb".parse().unwrap()),
            logo: Some("ab".repeat(32)),
        };
        assert_eq!(branding.sheet_href("acme").as_deref(), Some("/acme/branding.css?v=1f6feb"));
        assert_eq!(
            branding.logo_href("acme").as_deref(),
            Some("/acme/branding.logo?v=abababababababab")
        );
        assert_eq!(Branding::default().sheet_href("acme"), None);
    }
}
