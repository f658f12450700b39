//! The form that accepts an invitation: what its fields mean.

use serde::Deserialize;

use crate::model::{AppError, Name, error::Fields, invitation::Newcomer, names::check_password};

/// The fields of the form, as they are posted. Who has an account sends none.
#[derive(Clone, Default, Deserialize)]
pub struct AcceptForm {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub password: String,
}

impl AcceptForm {
    /// The account to be made, if any.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field. What else a password must be, the server knows.
    pub fn parse(&self) -> Result<Option<Newcomer>, AppError> {
        let Some(name) = &self.name else { return Ok(None) };
        let mut fields = Fields::default();
        let name = fields.parse("name", name.parse::<Name>());
        let strong = fields.parse("password", check_password(&self.password, ""));
        match (name, strong) {
            (Some(name), Some(())) => Ok(Some(Newcomer {
                name,
                password: self.password.clone(),
            })),
            _ => Err(fields.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wrong_fields_are_named_at_once() {
        let form = AcceptForm {
            name: Some(" ".to_owned()),
            password: "short".to_owned(),
        };
        let error = form.parse().expect_err("both are wrong");
        assert!(error.on_field("name").is_some() && error.on_field("password").is_some());
        assert_eq!(AcceptForm::default().parse(), Ok(None), "an account that is there");
    }
}
