//! What the fields of the Members page mean.

use crate::model::{AppError, Email, OrgRole, ProjectRole, error::Fields, member::Transfer};

/// Parses the field `role` of a member.
///
/// # Errors
/// `Invalid` on `role`.
pub fn parse_role(role: &str) -> Result<OrgRole, AppError> {
    role.parse::<OrgRole>().map_err(|error| AppError::field("role", error.to_string()))
}

/// Parses the field `role` of an assignment.
///
/// # Errors
/// `Invalid` on `role`.
pub fn parse_project_role(role: &str) -> Result<ProjectRole, AppError> {
    role.parse::<ProjectRole>()
        .map_err(|error| AppError::field("role", error.to_string()))
}

/// Parses the form that transfers the ownership. Whether name and password are right, the server knows.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse_transfer(email: &str, confirmation: String, password: String) -> Result<Transfer, AppError> {
    let mut fields = Fields::default();
    let email = fields.parse("email", email.parse::<Email>());
    if confirmation.trim().is_empty() {
        fields.refuse("confirmation", "Type the name of the organization.");
    }
    if password.is_empty() {
        fields.refuse("password", "Enter your password.");
    }
    match email {
        Some(email) if fields.is_empty() => Ok(Transfer {
            email,
            confirmation,
            password,
        }),
        _ => Err(fields.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_of_a_transfer_is_named_at_once() {
        let error = parse_transfer("noor", " ".to_owned(), String::new()).expect_err("nothing is right");
        for field in ["email", "confirmation", "password"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
        let transfer = parse_transfer(" Noor.Haddad@acme.example", "Acme".to_owned(), "x".to_owned()).expect("valid");
        assert_eq!(transfer.email.as_str(), "noor.haddad@acme.example");
    }

    #[test]
    fn a_role_is_one_of_its_words() {
        assert_eq!(parse_role("owner"), Ok(OrgRole::Owner));
        assert!(parse_role("root").expect_err("no role").on_field("role").is_some());
        assert!(
            parse_project_role("owner")
                .expect_err("no role of a project")
                .on_field("role")
                .is_some()
        );
    }
}
