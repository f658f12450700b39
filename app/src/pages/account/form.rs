//! What the fields of the account page mean.

use crate::model::{
    AppError,
    account::Profile,
    error::Fields,
    names::{Name, check_password},
    preferences::Preferences,
};

/// Parses the fields of the profile.
///
/// # Errors
/// `Invalid` with a message for each wrong field.
pub fn parse_profile(name: &str, zone: &str, theme: &str, density: &str) -> Result<Profile, AppError> {
    let mut fields = Fields::default();
    let name = fields.parse("name", name.parse::<Name>());
    let zone = fields.parse("zone", zone.parse());
    let theme = fields.parse("theme", theme.parse());
    let density = fields.parse("density", density.parse());
    match (name, zone, theme, density) {
        (Some(name), Some(zone), Some(theme), Some(density)) => Ok(Profile {
            name,
            preferences: Preferences { zone, theme, density },
        }),
        _ => Err(fields.into_error()),
    }
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
        let profile = parse_profile(" Ada Osei ", "Europe/Berlin", "dark", "compact").expect("valid");
        assert_eq!(profile.name.as_str(), "Ada Osei");
        assert_eq!(profile.preferences.zone.as_str(), "Europe/Berlin");
        let error = parse_profile(" ", "Mars/Olympus", "pink", "airy").expect_err("all are wrong");
        for field in ["name", "zone", "theme", "density"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
    }
}
