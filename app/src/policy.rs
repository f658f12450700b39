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
    /// Create, archive and restore projects; move the Default flag, and a project to another address.
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

    /// The row of the matrix in the words of the product rules.
    pub fn label(self) -> &'static str {
        match self {
            Self::ManageOrg => {
                "Change org settings, branding, security policy, finance contacts, the plan (among those the operator offers; quotas are the operator’s); see and regenerate the Organization Default Key"
            }
            Self::ViewBilling => "See billing",
            Self::ManageMembers => "See and manage org members and invitations (only an owner touches owners)",
            Self::ManageProjects => "Create, archive, restore projects; move the Default flag",
            Self::SetLimits => "Set project rate limits, budgets and model access",
            Self::ViewOrg => "Select “All projects”; org-wide usage and audit",
            Self::ViewProject => "See a project",
            Self::ManageProject => "Edit project details, manage collaborators and their roles",
            Self::ManageKeys => "Create, rotate, disable, revoke API keys",
            Self::ViewKeys => "See API keys (prefix, never the secret); use keys, playground",
            Self::ViewUsage => "See limits, usage, request log",
            Self::ViewAudit => "See a project’s audit log",
        }
    }
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

/// Who the columns of the printed matrix are.
pub const COLUMNS: [&str; 5] = ["Owner", "Org admin", "Project admin", "Project member", "External collaborator"];

/// A row of the printed matrix, in the order of [`COLUMNS`]: `yes` or `no` for what concerns the organization; `all`, `own` (in
/// projects that the person is assigned to) or `no` for what is done in a project; and `as role` where an external
/// collaborator may do what the project role may.
pub fn words(action: Action) -> [&'static str; 5] {
    // What no role in a project allows concerns the organization.
    let of_org = reach(Role::ProjectAdmin, action) == Reach::No;
    let word = |role| match reach(role, action) {
        Reach::No => "no",
        Reach::Own => "own",
        Reach::All if of_org => "yes",
        Reach::All => "all",
    };
    let [owner, admin, project_admin, member] = Role::ALL.map(word);
    let external = match action {
        _ if of_org => "no",
        // They are in it, or there is none for them.
        Action::ViewProject => "own",
        _ => "as role",
    };
    [owner, admin, project_admin, member, external]
}

/// May somebody with the role `actor` take a person from the one role in the organization to the other? `None` is outside of
/// it: an invitation comes from there, a removal leads there. Only an owner touches owners.
pub fn may_grant(actor: OrgRole, from: Option<OrgRole>, to: Option<OrgRole>) -> bool {
    match actor {
        OrgRole::Owner => true,
        OrgRole::Admin => from != Some(OrgRole::Owner) && to != Some(OrgRole::Owner),
        OrgRole::Member => false,
    }
}

/// Why [`may_grant`] says no to somebody who manages members.
pub const ONLY_OWNERS: &str = "Only an owner of the organization can invite, change or remove an owner.";

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
        let mut table = String::new();
        for action in Action::ALL {
            let [owner, admin, project_admin, member, external] = words(action);
            let label = action.label();
            writeln!(table, "{owner:5}{admin:5}{project_admin:5}{member:5}{external:9}{label}").expect("memory");
        }
        insta::assert_snapshot!(table, @r"
        yes  no   no   no   no       Change org settings, branding, security policy, finance contacts, the plan (among those the operator offers; quotas are the operator’s); see and regenerate the Organization Default Key
        yes  yes  no   no   no       See billing
        yes  yes  no   no   no       See and manage org members and invitations (only an owner touches owners)
        yes  yes  no   no   no       Create, archive, restore projects; move the Default flag
        yes  yes  no   no   no       Set project rate limits, budgets and model access
        yes  yes  no   no   no       Select “All projects”; org-wide usage and audit
        all  all  own  own  own      See a project
        all  all  own  no   as role  Edit project details, manage collaborators and their roles
        all  all  own  no   as role  Create, rotate, disable, revoke API keys
        all  all  own  own  as role  See API keys (prefix, never the secret); use keys, playground
        all  all  own  own  as role  See limits, usage, request log
        all  all  own  no   as role  See a project’s audit log
        ");
    }

    #[test]
    fn only_an_owner_touches_owners() {
        let roles = [None, Some(OrgRole::Owner), Some(OrgRole::Admin), Some(OrgRole::Member)];
        for (from, to) in roles.into_iter().flat_map(|from| roles.map(|to| (from, to))) {
            let touches = from == Some(OrgRole::Owner) || to == Some(OrgRole::Owner);
            assert!(may_grant(OrgRole::Owner, from, to));
            assert_eq!(may_grant(OrgRole::Admin, from, to), !touches, "{from:?} {to:?}");
            assert!(!may_grant(OrgRole::Member, from, to));
        }
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
