//! Invitations into an organization.

use serde::{Deserialize, Serialize};

use super::{Email, InvitationId, Name, OrgRole, ProjectId, ProjectRole, Timestamp, choice::Choices, time::DAY};

/// How long an invitation can be accepted after it was sent, in milliseconds.
pub const LIFETIME: i64 = 7 * DAY;

/// An invitation that was neither accepted, declined nor revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: Email,
    pub role: OrgRole,
    /// Names of the active projects that it leads to.
    pub projects: Vec<String>,
    /// Display name of who sent it last.
    pub invited_by: String,
    /// False when that person may not grant the role any more: then nobody can accept it.
    pub holds: bool,
    pub expires_at: Timestamp,
}

impl Invitation {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

/// What an invitation can lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteOptions {
    pub projects: Choices,
    /// True while members reach assigned projects only: then an invitation of a member names one at least.
    pub needs_project: bool,
}

/// Invitations to be sent, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitations {
    /// Each once.
    pub emails: Vec<Email>,
    pub role: OrgRole,
    /// First projects; of no meaning for owners and admins, who are in all of them.
    pub projects: Vec<ProjectId>,
    /// The role in them.
    pub project_role: ProjectRole,
}

impl NewInvitations {
    /// The most at once.
    pub const MOST: usize = 100;
    /// First projects of one invitation.
    pub const MOST_PROJECTS: usize = 20;
}

/// What the holder of a link sees of the invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Invited {
    Open(Box<OpenInvitation>),
    /// Another account is signed in. The address is masked: this person is not meant.
    SomebodyElse {
        email: String,
    },
}

/// An invitation that can be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    pub org: Name,
    pub email: Email,
    pub role: OrgRole,
    pub projects: Vec<String>,
    pub invited_by: String,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
    pub now: Timestamp,
    pub guest: Guest,
}

/// Whether the invited person has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guest {
    /// There is none with this address: accepting makes it.
    New,
    /// There is one: sign in first.
    SignedOut,
    /// It is signed in.
    SignedIn,
}

/// The account that accepting an invitation makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub name: Name,
    pub password: String,
}

/// `r…@acme.example`: enough to recognise an own address.
pub fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().split_once('@').unwrap_or_default();
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}…@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_shows_one_letter_and_the_domain() {
        let email = "rafael.quintero@acme.example".parse().expect("an address");
        assert_eq!(masked(&email), "r…@acme.example");
    }
}
