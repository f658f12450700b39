//! The add form: what its fields mean.

use serde::Deserialize;

use crate::model::{AppError, Email, ProjectRole, collaborator::NewCollaborator, error::Fields};

/// The fields of the form, as they are posted.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AddForm {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub role: String,
    /// The id of the account that the form announced as external.
    #[serde(default)]
    pub announced: String,
}

impl AddForm {
    /// The chosen role; the member role when none was chosen.
    pub fn role(&self) -> ProjectRole {
        self.role.parse().unwrap_or(ProjectRole::Member)
    }

    /// What the fields mean. Without a role it is the member role, and an announcement that is no account announced nobody.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<NewCollaborator, AppError> {
        let mut fields = Fields::default();
        let email = fields.parse("email", self.email.parse::<Email>());
        let role = if self.role.is_empty() {
            Some(ProjectRole::Member)
        } else {
            fields.parse("role", self.role.parse::<ProjectRole>())
        };
        match (email, role) {
            (Some(email), Some(role)) => Ok(NewCollaborator {
                email,
                role,
                announced: self.announced.parse().ok(),
            }),
            _ => Err(fields.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, TypedId};

    #[test]
    fn who_chooses_no_role_adds_a_member() {
        let form = AddForm {
            email: " Noor.Haddad@Acme.Example ".to_owned(),
            announced: AccountId::from_bits(7).to_string(),
            ..AddForm::default()
        };
        let new = form.parse().expect("valid");
        assert_eq!(new.email.as_str(), "noor.haddad@acme.example");
        assert_eq!(new.role, ProjectRole::Member);
        assert_eq!(new.announced, Some(AccountId::from_bits(7)));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let form = AddForm {
            email: "noor".to_owned(),
            role: "owner".to_owned(),
            announced: "everybody".to_owned(),
        };
        let error = form.parse().expect_err("two wrong fields");
        assert!(error.on_field("email").is_some() && error.on_field("role").is_some(), "{error:?}");
    }
}
