//! What the fields of the Members page mean.

use serde::Deserialize;

use crate::model::{AccountId, AppError, OrgRole, ProjectRole, error::Fields, member::Transfer};

/// Parses the field `role` of a member.
///
/// # Errors
/// `Invalid` on `role`.
pub fn parse_role(role: &str) -> Result<OrgRole, AppError> {
    role.parse::<OrgRole>().map_err(|error| AppError::field("role", error.to_string()))
}

/// Parses the field `project_role` of an assignment.
///
/// # Errors
/// `Invalid` on `project_role`.
pub fn parse_project_role(role: &str) -> Result<ProjectRole, AppError> {
    role.parse::<ProjectRole>()
        .map_err(|error| AppError::field("project_role", error.to_string()))
}

/// What is typed to give the ownership to another member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TransferForm {
    /// Who becomes an owner, as the dry run found them.
    pub account: String,
    /// The name of the organization.
    pub confirmation: String,
    /// Never shown again.
    pub password: String,
}

impl TransferForm {
    /// What the fields mean. Whether name and password are right, the server knows.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<Transfer, AppError> {
        let mut fields = Fields::default();
        let account = fields.parse("account", self.account.parse::<AccountId>());
        if self.confirmation.trim().is_empty() {
            fields.refuse("confirmation", "Type the name of the organization.");
        }
        if self.password.is_empty() {
            fields.refuse("password", "Enter your password.");
        }
        match account {
            Some(account) if fields.is_empty() => Ok(Transfer {
                account,
                confirmation: self.confirmation.clone(),
                password: self.password.clone(),
            }),
            _ => Err(fields.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    #[test]
    fn every_wrong_field_of_a_transfer_is_named_at_once() {
        let typed = |account: &str, confirmation: &str, password: &str| TransferForm {
            account: account.to_owned(),
            confirmation: confirmation.to_owned(),
            password: password.to_owned(),
        };
        let error = typed("noor", " ", "").parse().expect_err("nothing is right");
        for field in ["account", "confirmation", "password"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
        let noor = AccountId::from_bits(7);
        let transfer = typed(noor.as_str(), "Acme", "x").parse().expect("valid");
        assert_eq!(transfer.account, noor);
    }

    #[test]
    fn a_role_is_one_of_its_words() {
        assert_eq!(parse_role("owner"), Ok(OrgRole::Owner));
        assert!(parse_role("root").expect_err("no role").on_field("role").is_some());
        assert!(
            parse_project_role("owner")
                .expect_err("no role of a project")
                .on_field("project_role")
                .is_some()
        );
    }
}
