//! The create form: what its fields mean.

use serde::Deserialize;

use crate::model::{
    AppError, Name,
    error::Fields,
    key::{KeyLifetime, NewKey},
};

/// The fields of the form, as they are posted.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct KeyForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub lifetime: String,
    #[serde(default)]
    pub idempotency: String,
}

/// Parses the fields `name`, `lifetime` and `idempotency`.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(name: &str, lifetime: &str, idempotency: String) -> Result<NewKey, AppError> {
    let mut fields = Fields::default();
    let name = fields.parse("name", name.parse::<Name>());
    let lifetime = fields.parse("lifetime", lifetime.parse::<KeyLifetime>());
    match (name, lifetime) {
        (Some(name), Some(lifetime)) => Ok(NewKey {
            name,
            lifetime,
            idempotency,
        }),
        _ => Err(fields.into_error()),
    }
}

/// The words of a lifetime in the form.
pub fn lifetime_label(lifetime: KeyLifetime) -> &'static str {
    match lifetime {
        KeyLifetime::Days30 => "30 days",
        KeyLifetime::Days90 => "90 days",
        KeyLifetime::Days365 => "One year",
        KeyLifetime::Never => "Never",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_form_is_a_new_key() {
        let new = parse(" checkout-canary ", "never", "once".to_owned()).expect("valid");
        assert_eq!(new.name.as_str(), "checkout-canary");
        assert_eq!(new.lifetime, KeyLifetime::Never);
        assert_eq!(new.idempotency, "once");
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse("", "31", String::new()).expect_err("two wrong fields");
        assert!(
            error.on_field("name").is_some() && error.on_field("lifetime").is_some(),
            "{error:?}"
        );
    }
}
