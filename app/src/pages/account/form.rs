//! What the fields of the account page mean.

use serde::Deserialize;

use crate::model::{
    AppError,
    account::Profile,
    error::Fields,
    names::{Name, check_password},
    preferences::Preferences,
};

/// The parameter of the address that says which form was sent: without it, the profile.
pub const SAVE: &str = "save";
/// A new address.
pub const EMAIL: &str = "email";

/// The fields of the profile, as they are typed and chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub name: String,
    pub zone: String,
    pub theme: String,
    pub density: String,
}

impl ProfileForm {
    pub fn new(name: &Name, preferences: &Preferences) -> Self {
        Self {
            name: name.to_string(),
            zone: preferences.zone.to_string(),
            theme: preferences.theme.as_str().to_owned(),
            density: preferences.density.as_str().to_owned(),
        }
    }

    /// What the fields mean.
    ///
    /// # Errors
    /// `Invalid` with a message for each wrong field.
    pub fn parse(&self) -> Result<Profile, AppError> {
        let mut fields = Fields::default();
        let name = fields.parse("name", self.name.parse::<Name>());
        let zone = fields.parse("zone", self.zone.parse());
        let theme = fields.parse("theme", self.theme.parse());
        let density = fields.parse("density", self.density.parse());
        match (name, zone, theme, density) {
            (Some(name), Some(zone), Some(theme), Some(density)) => Ok(Profile {
                name,
                preferences: Preferences { zone, theme, density },
            }),
            _ => Err(fields.into_error()),
        }
    }
}

/// What is typed to get another address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    pub email: String,
    /// Never shown again.
    pub password: String,
}

/// Checks the shape of the fields `current` and `new`. What else a new password must be, the server knows.
///
/// # Errors
/// `Invalid` with a message for each wrong field.
pub fn check_change(current: &str, new: &str) -> Result<(), AppError> {
    let mut fields = Fields::default();
    if current.is_empty() {
        fields.refuse("current", "Enter your current password.");
    }
    fields.parse("new", check_password(new, ""));
    if fields.is_empty() { Ok(()) } else { Err(fields.into_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wrong_passwords_are_named_at_once() {
        let error = check_change("", "short").expect_err("both are wrong");
        assert!(error.on_field("current").is_some() && error.on_field("new").is_some());
        assert_eq!(check_change("x", "correct-horse-9"), Ok(()));
    }

    #[test]
    fn every_field_of_the_profile_is_checked() {
        let typed = |[name, zone, theme, density]: [&str; 4]| ProfileForm {
            name: name.to_owned(),
            zone: zone.to_owned(),
            theme: theme.to_owned(),
            density: density.to_owned(),
        };
        let profile = typed([" Ada Osei ", "Europe/Berlin", "dark", "compact"]).parse().expect("valid");
        assert_eq!(profile.name.as_str(), "Ada Osei");
        assert_eq!(profile.preferences.zone.as_str(), "Europe/Berlin");
        assert_eq!(
            ProfileForm::new(&profile.name, &profile.preferences).parse(),
            Ok(profile),
            "what it is filled from"
        );
        let error = typed([" ", "Mars/Olympus", "pink", "airy"]).parse().expect_err("all are wrong");
        for field in ["name", "zone", "theme", "density"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
    }
}
