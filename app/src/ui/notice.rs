//! What a change has done, said on the page that it leads to.

use leptos::prelude::*;

use super::query;
use crate::islands::Toast;

/// The parameter of the address that names the notice.
const PARAMETER: &str = "done";

/// A closed set: the address chooses one of these sentences, and can never bring its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    AccountSaved,
    BudgetRemoved,
    BudgetSaved,
    CollaboratorAdded,
    CollaboratorRemoved,
    DefaultMoved,
    EmailRequested,
    InvitationDeclined,
    InvitationRevoked,
    InvitationsSent,
    Joined,
    KeyDisabled,
    KeyEnabled,
    KeyRevoked,
    LimitsSaved,
    MailRequeued,
    MemberAssigned,
    MemberRemoved,
    OrgLeft,
    OrganizationSaved,
    OwnershipTransferred,
    PageNotForRole,
    PageNotHere,
    PasswordChanged,
    ProjectArchived,
    ProjectRestored,
    ProjectSaved,
    ProjectsCreated,
    RoleChanged,
    SessionEnded,
}

impl Notice {
    const ALL: [Self; 30] = [
        Self::AccountSaved,
        Self::BudgetRemoved,
        Self::BudgetSaved,
        Self::CollaboratorAdded,
        Self::CollaboratorRemoved,
        Self::DefaultMoved,
        Self::EmailRequested,
        Self::InvitationDeclined,
        Self::InvitationRevoked,
        Self::InvitationsSent,
        Self::Joined,
        Self::KeyDisabled,
        Self::KeyEnabled,
        Self::KeyRevoked,
        Self::LimitsSaved,
        Self::MailRequeued,
        Self::MemberAssigned,
        Self::MemberRemoved,
        Self::OrgLeft,
        Self::OrganizationSaved,
        Self::OwnershipTransferred,
        Self::PageNotForRole,
        Self::PageNotHere,
        Self::PasswordChanged,
        Self::ProjectArchived,
        Self::ProjectRestored,
        Self::ProjectSaved,
        Self::ProjectsCreated,
        Self::RoleChanged,
        Self::SessionEnded,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::AccountSaved => "account-saved",
            Self::BudgetRemoved => "budget-removed",
            Self::BudgetSaved => "budget-saved",
            Self::CollaboratorAdded => "collaborator-added",
            Self::CollaboratorRemoved => "collaborator-removed",
            Self::DefaultMoved => "default-moved",
            Self::EmailRequested => "e-mail-requested",
            Self::InvitationDeclined => "invitation-declined",
            Self::InvitationRevoked => "invitation-revoked",
            Self::InvitationsSent => "invitations-sent",
            Self::Joined => "joined",
            Self::KeyDisabled => "key-disabled",
            Self::KeyEnabled => "key-enabled",
            Self::KeyRevoked => "key-revoked",
            Self::LimitsSaved => "limits-saved",
            Self::MailRequeued => "mail-requeued",
            Self::MemberAssigned => "member-assigned",
            Self::MemberRemoved => "member-removed",
            Self::OrgLeft => "organization-left",
            Self::OrganizationSaved => "organization-saved",
            Self::OwnershipTransferred => "ownership-transferred",
            Self::PageNotForRole => "page-not-for-role",
            Self::PageNotHere => "page-not-here",
            Self::PasswordChanged => "password-changed",
            Self::ProjectArchived => "project-archived",
            Self::ProjectRestored => "project-restored",
            Self::ProjectSaved => "project-saved",
            Self::ProjectsCreated => "projects-created",
            Self::RoleChanged => "role-changed",
            Self::SessionEnded => "session-ended",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::AccountSaved => "Profile saved.",
            Self::BudgetRemoved => "Budget removed.",
            Self::BudgetSaved => "Budget saved. It holds from the next request on.",
            Self::CollaboratorAdded => "Collaborator added. They can open the project now.",
            Self::CollaboratorRemoved => "Collaborator removed. It holds from their next request on.",
            Self::DefaultMoved => "The Default Project is another one now.",
            Self::EmailRequested => "A mail is on its way to the new address. Confirm it there: only then it is yours here.",
            Self::InvitationDeclined => "Invitation declined. Its link opens nothing any more.",
            Self::InvitationRevoked => "Invitation revoked. Its link opens nothing any more.",
            Self::InvitationsSent => "Invitations sent.",
            Self::Joined => "Welcome. You are a member now.",
            Self::KeyDisabled => "Key disabled. It is refused from the next request on.",
            Self::KeyEnabled => "Key enabled.",
            Self::KeyRevoked => "Key revoked.",
            Self::LimitsSaved => "Limits saved. They hold from the next request on.",
            Self::MailRequeued => "The mail waits again. It is tried within seconds.",
            Self::MemberAssigned => "Added to the projects. They can open them now.",
            Self::MemberRemoved => "Removed from the organization. Their rights ended.",
            Self::OrgLeft => "You have left the organization.",
            Self::OrganizationSaved => "Organization settings saved.",
            Self::OwnershipTransferred => "Ownership transferred. You are an admin now.",
            Self::PageNotForRole => "The page that you were on is not for your role here. This is the first one.",
            Self::PageNotHere => "The page that you were on does not exist here. This is the first one.",
            Self::PasswordChanged => "Password changed. All your other sessions have ended.",
            Self::ProjectArchived => "Project archived. Its keys are refused from now on.",
            Self::ProjectRestored => "Project restored. Its keys are disabled until you enable them.",
            Self::ProjectSaved => "Project settings saved.",
            Self::ProjectsCreated => "Projects created.",
            Self::RoleChanged => "Role changed. It holds from their next request on.",
            Self::SessionEnded => "Session ended.",
        }
    }

    /// The parameter that shows this notice on the page it is appended to.
    pub fn param(self) -> (&'static str, &'static str) {
        (PARAMETER, self.code())
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.code() == code)
    }
}

/// Where notices appear; once per document.
#[component]
pub fn Toasts() -> impl IntoView {
    let notice = query().get_str(PARAMETER).and_then(Notice::from_code);
    view! {
        <div class="toasts" role="status">
            {notice.map(|notice| view! { <Toast text=notice.text() parameter=PARAMETER /> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_a_code_of_its_own() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_code(notice.param().1), Some(notice));
        }
        assert_eq!(Notice::from_code("Call this number"), None);
    }
}
