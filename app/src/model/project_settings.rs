//! The details of a project that its admins edit.

use serde::{Deserialize, Serialize};

use super::{AccountId, Money, Name, Slug, project::Environment, words::words};

/// The service tier of requests that name none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultTier {
    /// The best of the plan.
    Auto,
    #[default]
    Default,
    Flex,
    Priority,
}

words!(
    DefaultTier,
    "auto, default, flex or priority",
    Auto = "auto",
    Default = "default",
    Flex = "flex",
    Priority = "priority",
);

/// Everything that the page Project settings edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDetails {
    pub name: Name,
    pub slug: Slug,
    pub description: String,
    pub environment: Environment,
    /// One of the project's admins.
    pub owner: Option<AccountId>,
    /// Who is asked about the project's keys; one of its admins.
    pub key_owner: Option<AccountId>,
    pub workload: String,
    /// What a month is expected to cost.
    pub expected_spend: Option<Money>,
    /// Whom to reach when something goes wrong: an address, a number, a channel.
    pub escalation: String,
    pub tier: DefaultTier,
    /// Whether people from outside the organization may be collaborators, if the organization allows it, too.
    pub external_allowed: bool,
}

impl ProjectDetails {
    /// The details as one text, by which a form tells what it was filled from.
    pub fn version(&self) -> String {
        // Plain strings and numbers have no way to fail; an empty text would only be refused as changed meanwhile.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// One of the people who may be chosen for a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub account: AccountId,
    /// Name and e-mail address.
    pub label: String,
}

/// What the page Project settings shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub details: ProjectDetails,
    /// The admins of the project. Somebody from outside the organization sees those from its collaborators only.
    pub admins: Vec<Candidate>,
    /// The tiers of the organization's plan.
    pub tiers: Vec<DefaultTier>,
    /// Whether the organization allows external collaborators.
    pub org_allows_external: bool,
    pub archived: bool,
}
