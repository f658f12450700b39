//! The fields of the entry forms.

use serde::Deserialize;

use crate::model::{
    AppError, Name,
    error::Fields,
    names::{InvalidName, check_password},
};

/// What a form posted; each of them has some of these fields.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    pub email: String,
    pub name: String,
    /// Never shown again.
    pub password: String,
}

/// What became of the form of a page.
#[derive(Clone)]
pub enum EntryOutcome {
    Done(EntryForm),
    Refused(AppError, EntryForm),
}

impl EntryOutcome {
    /// What was typed, and why it was refused, if it was. Nothing before a form was posted.
    pub fn refused(outcome: Option<Self>) -> (EntryForm, Option<AppError>) {
        match outcome {
            Some(Self::Refused(error, typed)) => (typed, Some(error)),
            Some(Self::Done(_)) | None => (EntryForm::default(), None),
        }
    }
}

/// The name and the password of a new account; what the address forbids is checked where the address is known.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse_account(form: &EntryForm) -> Result<Name, AppError> {
    let mut fields = Fields::default();
    let name = fields.parse("name", form.name.parse::<Name>());
    let strong: Result<(), InvalidName> = check_password(&form.password, "");
    let strong = fields.parse("password", strong);
    match (name, strong) {
        (Some(name), Some(())) => Ok(name),
        _ => Err(fields.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wrong_fields_are_named_at_once() {
        let error = parse_account(&EntryForm::default()).expect_err("both are empty");
        assert!(error.on_field("name").is_some() && error.on_field("password").is_some());
        let form = EntryForm {
            name: " Noor Haddad ".to_owned(),
            password: "correct-horse-9".to_owned(),
            ..EntryForm::default()
        };
        assert_eq!(parse_account(&form).map(String::from), Ok("Noor Haddad".to_owned()));
    }
}
