//! The one permission matrix: role x action -> reach, pure and exhaustive (product rules, section 2).
//! The console disables with it, the server enforces with it, and a snapshot test prints it as a table.

use serde::{Deserialize, Serialize};

use crate::model::{OrgRole, ProjectRole, Standing};

/// What somebody may want to do. One variant per row of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Change org settings, branding, security policy, finance contacts, the plan; see and regenerate the Organization Default Key.
    ManageOrg,
    /// See billing.
    ViewBilling,
    /// See and manage org members and invitations.
    ManageMembers,
    /// Create, archive and restore projects; move the Default flag.
    ManageProjects,
    /// Set project rate limits, budgets and model access.
    SetLimits,
    /// Select "All projects"; org-wide usage and audit.
    ViewOrg,
    /// See a project.
    ViewProject,
    /// Edit project details, manage collaborators and their roles.
    ManageProject,
    /// Create, rotate, disable and revoke API keys.
    ManageKeys,
    /// See API keys (prefix, never the secret); use keys and the playground.
    ViewKeys,
    /// See limits, usage and the request log.
    ViewUsage,
    /// See a project's audit log.
    ViewAudit,
}

impl Action {
    pub const ALL: [Self; 12] = [
        Self::ManageOrg,
        Self::ViewBilling,
        Self::ManageMembers,
        Self::ManageProjects,
        Self::SetLimits,
        Self::ViewOrg,
        Self::ViewProject,
        Self::ManageProject,
        Self::ManageKeys,
        Self::ViewKeys,
        Self::ViewUsage,
        Self::ViewAudit,
    ];
}

/// The columns of the matrix. An external collaborator has the reach of the project role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    Owner,
    OrgAdmin,
    ProjectAdmin,
    ProjectMember,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::OrgAdmin, Self::ProjectAdmin, Self::ProjectMember];

    /// For sentences: "you are … here".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Owner => "an owner",
            Self::OrgAdmin => "an organization admin",
            Self::ProjectAdmin => "a project admin",
            Self::ProjectMember => "a member",
        }
    }
}

/// How far a role reaches with an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    No,
    /// Only in projects that the person is assigned to.
    Own,
    All,
}

/// The matrix itself.
#[expect(clippy::match_same_arms, reason = "one block a role reads like the table")]
pub fn reach(role: Role, action: Action) -> Reach {
    use Action as A;
    match (role, action) {
        (Role::Owner, _) => Reach::All,
        (Role::OrgAdmin, A::ManageOrg) => Reach::No,
        (Role::OrgAdmin, _) => Reach::All,
        (
            Role::ProjectAdmin | Role::ProjectMember,
            A::ManageOrg | A::ViewBilling | A::ManageMembers | A::ManageProjects | A::SetLimits | A::ViewOrg,
        ) => Reach::No,
        (Role::ProjectAdmin, A::ViewProject | A::ManageProject | A::ManageKeys | A::ViewKeys | A::ViewUsage | A::ViewAudit)
        | (Role::ProjectMember, A::ViewProject | A::ViewKeys | A::ViewUsage) => Reach::Own,
        (Role::ProjectMember, A::ManageProject | A::ManageKeys | A::ViewAudit) => Reach::No,
    }
}

impl Standing {
    /// The strongest role that this standing amounts to in its place, if any.
    pub fn role(self) -> Option<Role> {
        match (self.org, self.project) {
            (Some(OrgRole::Owner), _) => Some(Role::Owner),
            (Some(OrgRole::Admin), _) => Some(Role::OrgAdmin),
            (_, Some(ProjectRole::Admin)) => Some(Role::ProjectAdmin),
            (_, Some(ProjectRole::Member)) => Some(Role::ProjectMember),
            (Some(OrgRole::Member) | None, None) => None,
        }
    }

    /// May this standing do `action` here? `Own` is satisfied because a project role is held in exactly this place.
    pub fn may(self, action: Action) -> bool {
        self.role().is_some_and(|role| reach(role, action) != Reach::No)
    }
}

/// Why a role may not do something: shown beside the disabled control, and as the answer of the server.
pub fn reason(action: Action) -> &'static str {
    match action {
        Action::ManageOrg => "Only an owner of the organization can do this.",
        Action::ViewBilling | Action::ManageMembers | Action::ManageProjects | Action::SetLimits | Action::ViewOrg => {
            "Only an owner or admin of the organization can do this."
        }
        Action::ManageProject | Action::ManageKeys | Action::ViewAudit => "Only an admin of the project can do this.",
        Action::ViewProject | Action::ViewKeys | Action::ViewUsage => "Only a collaborator of the project can do this.",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// The matrix as the product rules print it (section 2). Changing a right changes this text, in front of a reviewer.
    #[test]
    fn the_matrix_reads_as_the_product_rules_say() {
        let cell = |role, action| match reach(role, action) {
            Reach::No => "no",
            Reach::Own => "own",
            Reach::All => "all",
        };
        let mut table = format!(
            "{:14} {:6} {:9} {:13} {}\n",
            "", "owner", "org admin", "project admin", "project member"
        );
        for action in Action::ALL {
            let [owner, admin, project_admin, member] = Role::ALL.map(|role| cell(role, action));
            let action = format!("{action:?}");
            writeln!(table, "{action:14} {owner:6} {admin:9} {project_admin:13} {member}").expect("memory");
        }
        insta::assert_snapshot!(table, @r"
                       owner  org admin project admin project member
        ManageOrg      all    no        no            no
        ViewBilling    all    all       no            no
        ManageMembers  all    all       no            no
        ManageProjects all    all       no            no
        SetLimits      all    all       no            no
        ViewOrg        all    all       no            no
        ViewProject    all    all       own           own
        ManageProject  all    all       own           no
        ManageKeys     all    all       own           no
        ViewKeys       all    all       own           own
        ViewUsage      all    all       own           own
        ViewAudit      all    all       own           no
        ");
    }

    #[test]
    fn an_external_collaborator_has_the_reach_of_the_project_role() {
        for project in [ProjectRole::Admin, ProjectRole::Member] {
            let external = Standing {
                org: None,
                project: Some(project),
            };
            let member = Standing {
                org: Some(OrgRole::Member),
                project: Some(project),
            };
            for action in Action::ALL {
                assert_eq!(external.may(action), member.may(action), "{project:?} {action:?}");
            }
        }
    }

    #[test]
    fn a_member_without_a_project_may_nothing_here() {
        let standing = Standing {
            org: Some(OrgRole::Member),
            project: None,
        };
        assert!(Action::ALL.into_iter().all(|action| !standing.may(action)));
        assert!(Action::ALL.into_iter().all(|action| !Standing::default().may(action)));
    }
}
