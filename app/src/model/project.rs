//! Projects.

use serde::{Deserialize, Serialize};

use super::{
    KeyId, Listing, ModelId, Money, Name, ProjectId, Slug, Timestamp, organization::DefaultAccess, project_life::People, words::words,
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
    pub active_keys: u64,
    /// Cost of the current month (UTC).
    pub month_cost: Money,
    /// What a month is expected to cost.
    pub expected_spend: Option<Money>,
    /// 429 answers of the last 24 hours.
    pub refused_24h: u64,
    /// Set when the project is archived.
    pub archived_at: Option<Timestamp>,
}

/// What the Projects page shows: one page of the list, and what holds for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectList {
    pub listing: Listing<ProjectRow>,
    /// Who reaches the Default Project.
    pub default_access: DefaultAccess,
    /// Early access: why the organization has its Default Project only, and whom to ask for more. `None` where it may have
    /// several.
    pub held_back: Option<String>,
    /// The models of the organization's plan, of which new projects have those that are ticked.
    pub models: Vec<ModelId>,
}

/// Which projects the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProjectFilter {
    #[default]
    Active,
    Archived,
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
