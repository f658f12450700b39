//! What changes of a project's state would do to keys and people: the dry runs.

use serde::{Deserialize, Serialize};

use super::{Email, Name, ProjectId, Timestamp, organization::DefaultAccess, project::StoppingKey};

/// Somebody that a dry run names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    pub name: Name,
    pub email: Email,
}

/// The people that a change concerns: the first [`People::MOST`] by name, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    pub first: Vec<Concerned>,
    pub total: u64,
}

impl People {
    /// How many are named.
    pub const MOST: u8 = 50;

    /// The people as one text, for a record: see [`in_words`].
    pub fn in_words(&self) -> Option<String> {
        in_words(self.first.iter().map(|person| person.email.as_str()), self.total)
    }

    /// How many are counted, but not named.
    pub fn unnamed(&self) -> u64 {
        self.total.saturating_sub(self.first.len() as u64)
    }
}

/// Things that a record names, as one text: `ada@acme.example, noor@acme.example and 3 more`. At most [`People::MOST`] are
/// named of the `total`; `None` for nothing.
pub fn in_words<'a>(names: impl Iterator<Item = &'a str>, total: u64) -> Option<String> {
    let first: Vec<&str> = names.take(usize::from(People::MOST)).collect();
    let text = first.join(", ");
    match total.saturating_sub(first.len() as u64) {
        _ if total == 0 => None,
        0 => Some(text),
        more => Some(format!("{text} and {more} more")),
    }
}

/// The dry run of a restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestorePreview {
    pub id: ProjectId,
    pub name: Name,
    /// Keys that were active when the project was archived: they come back disabled.
    pub keys: Vec<StoppingKey>,
    /// How many collaborators have the project again.
    pub collaborators: u64,
    /// Members without any project, who have the organization again.
    pub regaining: People,
    /// When the server counted.
    pub now: Timestamp,
    /// Why it cannot be restored, if it cannot.
    pub obstacle: Option<String>,
}

/// The dry run of making a project the Default Project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultPreview {
    pub id: ProjectId,
    pub name: Name,
    /// The Default Project until then.
    pub from: Name,
    /// Who reaches the Default Project decides whether anybody gains or loses access.
    pub access: DefaultAccess,
    /// What it was worked out from: see [`default_version`].
    pub seen: String,
    /// Members who reach the project then, and do not now.
    pub gaining: People,
    /// Members who reach the old Default Project now, and would not then.
    pub losing: People,
    /// Why it cannot become the Default Project, if it cannot.
    pub obstacle: Option<String>,
}

/// The dry run of another Default Project access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPreview {
    pub from: DefaultAccess,
    pub to: DefaultAccess,
    pub default_project: Name,
    /// What it was worked out from: see [`default_version`].
    pub seen: String,
    /// Members without a project of their own: they lose the organization, or have it again.
    pub organization: People,
    /// Members who are not assigned to the Default Project: they lose it, or gain it.
    pub project: People,
    /// Open invitations of members that lead to no active project.
    pub invitations: u64,
}

/// The Default Project and who reaches it as one text, by which a form tells what its dry run was worked out from.
pub fn default_version(project: &ProjectId, access: DefaultAccess) -> String {
    format!("{project} {}", access.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_beyond_those_named() {
        let ada = Concerned {
            name: "Ada Osei".parse().expect("valid"),
            email: "ada.osei@acme.example".parse().expect("valid"),
        };
        assert_eq!(People::default().in_words(), None);
        let one = People {
            first: vec![ada.clone()],
            total: 1,
        };
        assert_eq!(one.in_words().as_deref(), Some("ada.osei@acme.example"));
        let many = People {
            first: vec![ada],
            total: 4,
        };
        assert_eq!(many.in_words().as_deref(), Some("ada.osei@acme.example and 3 more"));
    }
}
