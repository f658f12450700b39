//! Projects.

use serde::{Deserialize, Serialize};

use super::{
    AccountId, KeyId, Listing, ModelId, Money, Name, ProjectId, Slug, Sort, SortColumn, Timestamp, ids::InvalidId,
    organization::DefaultAccess, project_life::People, words::words,
};

/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 500;

/// What a project is for. The first letter stands in its API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Development,
    Staging,
    Production,
    Other,
}

words!(
    Environment,
    "development, staging, production or other",
    Development = "development",
    Staging = "staging",
    Production = "production",
    Other = "other",
);

impl Environment {
    /// The letter in `bw_<letter>_…`.
    pub fn letter(self) -> char {
        match self {
            Self::Development => 'd',
            Self::Staging => 's',
            Self::Production => 'p',
            Self::Other => 'o',
        }
    }
}

/// One row of the Projects page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    pub id: ProjectId,
    pub name: Name,
    pub slug: Slug,
    pub description: String,
    pub environment: Environment,
    pub is_default: bool,
    /// Display name of the project's owner, if it has one.
    pub owner: Option<String>,
    pub created_at: Timestamp,
    pub active_keys: u64,
    /// Cost of the current month (UTC).
    pub month_cost: Money,
    /// What a month is expected to cost.
    pub expected_spend: Option<Money>,
    /// 429 answers of the last 24 hours.
    pub refused_24h: u64,
    /// Set when the project is archived.
    pub archived_at: Option<Timestamp>,
    /// Display name of who archived it, where it is known. Only owners and admins of the organization read this list.
    pub archived_by: Option<String>,
}

/// What the Projects page shows: one page of the list, and what holds for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectList {
    pub listing: Listing<ProjectRow>,
    /// Who owns a project of the state that is shown, by name.
    pub owners: Vec<(AccountId, String)>,
    /// Who reaches the Default Project.
    pub default_access: DefaultAccess,
    /// Early access: why the organization has its Default Project only, and whom to ask for more. `None` where it may have
    /// several.
    pub held_back: Option<String>,
    /// The models of the organization's plan, of which new projects have those that are ticked.
    pub models: Vec<ModelId>,
}

/// The two lists of projects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    #[default]
    Active,
    Archived,
}

/// Whose projects the list shows. In the address it is an account id, or `nobody`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OwnedBy {
    /// Projects without an owner.
    Nobody,
    Account(AccountId),
}

impl OwnedBy {
    const NOBODY: &str = "nobody";
}

impl std::str::FromStr for OwnedBy {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == Self::NOBODY {
            return Ok(Self::Nobody);
        }
        text.parse().map(Self::Account)
    }
}

impl TryFrom<String> for OwnedBy {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<OwnedBy> for String {
    fn from(owner: OwnedBy) -> Self {
        match owner {
            OwnedBy::Nobody => OwnedBy::NOBODY.to_owned(),
            OwnedBy::Account(account) => account.into(),
        }
    }
}

/// The columns that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectColumn {
    Name,
    Created,
    /// Active keys.
    Keys,
    /// Cost of the current month.
    Cost,
    /// 429 answers of the last 24 hours.
    Refused,
}

words!(
    ProjectColumn,
    "name, created, keys, cost or refused",
    Name = "name",
    Created = "created",
    Keys = "keys",
    Cost = "cost",
    Refused = "refused",
);

impl SortColumn for ProjectColumn {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn begins_descending(self) -> bool {
        self != Self::Name
    }

    fn stands_still(self) -> bool {
        matches!(self, Self::Name | Self::Created)
    }
}

/// Which projects the list shows, and in which order; `None` filters nothing, and has the Default Project first, then names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectFilter {
    pub state: ProjectState,
    pub environment: Option<Environment>,
    pub owner: Option<OwnedBy>,
    pub sort: Option<Sort<ProjectColumn>>,
}

/// A project to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProject {
    pub name: Name,
    pub slug: Slug,
    pub description: String,
    pub environment: Environment,
    /// What it is mainly for, or empty.
    pub workload: String,
    /// What it may call; models that join the plan later start off.
    pub models: Vec<ModelId>,
}

/// A key that stops when the project is archived, and comes back disabled when it is restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppingKey {
    pub id: KeyId,
    pub name: String,
    pub hint: String,
    pub last_used: Option<Timestamp>,
    pub requests_24h: u64,
}

/// The dry run of an archive: what stops, before anything does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivePreview {
    pub id: ProjectId,
    pub name: Name,
    pub slug: Slug,
    pub keys: Vec<StoppingKey>,
    pub requests_24h: u64,
    /// Members who would be left without any project, and so lose the organization.
    pub stranded: People,
    /// Everybody in the organization: owners, admins and members.
    pub members: u64,
    /// When the server counted.
    pub now: Timestamp,
    /// Why it cannot be archived, if it cannot (last active project, Default Project).
    pub obstacle: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    #[test]
    fn an_order_is_a_word_of_the_address() {
        for text in ["name", "-name", "cost", "-refused"] {
            let sort: Sort<ProjectColumn> = text.parse().expect("an order");
            assert_eq!(sort.param(), text);
        }
        for nonsense in ["", "-", "--cost", "Cost", "cost-", "id"] {
            assert!(nonsense.parse::<Sort<ProjectColumn>>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn an_owner_is_an_account_or_nobody() {
        let account = AccountId::from_bits(7);
        assert_eq!(account.as_str().parse(), Ok(OwnedBy::Account(account.clone())));
        assert_eq!("nobody".parse(), Ok(OwnedBy::Nobody));
        assert_eq!(String::from(OwnedBy::Account(account.clone())), account.as_str());
        assert_eq!(String::from(OwnedBy::Nobody).parse(), Ok(OwnedBy::Nobody));
        assert!("proj_1".parse::<OwnedBy>().is_err());
    }
}
