//! How people come in, as far as everybody may know it.

use super::Name;

/// Provided to every page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    pub sign_up: SignUpPolicy,
    /// Whom people ask about this installation.
    pub contact: Option<Name>,
}

/// Who may make an account without an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUpPolicy {
    #[default]
    Closed,
    /// Who has a mailbox in one of the operator's domains.
    Domains,
    Open,
}

impl Door {
    /// Whether somebody may make an organization. Where nobody may sign up, only who owns one does.
    pub fn admits_organizations(&self, owns_one: bool) -> bool {
        owns_one || self.sign_up != SignUpPolicy::Closed
    }

    /// Whom to ask for an account.
    pub fn whom_to_ask(&self) -> String {
        match &self.contact {
            Some(contact) => format!("Ask an owner of your organization, or {contact}."),
            None => "Ask an owner of your organization.".to_owned(),
        }
    }
}
