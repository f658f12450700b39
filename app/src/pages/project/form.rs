//! The form of a project's details: what its fields mean.

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, AppError, Money, Name, Slug,
    error::Fields,
    project::Environment,
    project_settings::{DefaultTier, ProjectDetails},
};

/// The choice of the external switch that lets people in.
pub const ALLOWED: &str = "allowed";
/// The other one.
pub const REFUSED: &str = "refused";

/// The fields as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    pub name: String,
    pub slug: String,
    pub description: String,
    pub environment: String,
    /// An account id, or empty for nobody.
    pub owner: String,
    /// An account id, or empty for nobody.
    pub key_owner: String,
    pub workload: String,
    /// An amount, or empty for no estimate.
    pub expected_spend: String,
    pub escalation: String,
    pub tier: String,
    /// [`ALLOWED`] or [`REFUSED`].
    pub external_allowed: String,
    /// The version of the details that the form was filled from.
    pub seen: String,
}

impl From<&ProjectDetails> for SettingsForm {
    fn from(details: &ProjectDetails) -> Self {
        let chosen = |account: &Option<AccountId>| account.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            name: details.name.to_string(),
            slug: details.slug.to_string(),
            description: details.description.clone(),
            environment: details.environment.as_str().to_owned(),
            owner: chosen(&details.owner),
            key_owner: chosen(&details.key_owner),
            workload: details.workload.clone(),
            expected_spend: details.expected_spend.map(Money::plain).unwrap_or_default(),
            escalation: details.escalation.clone(),
            tier: details.tier.as_str().to_owned(),
            external_allowed: if details.external_allowed { ALLOWED } else { REFUSED }.to_owned(),
            seen: details.version(),
        }
    }
}

/// Parses all fields. A reserved word as address is left to the use case: the project may have it already.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(typed: &SettingsForm) -> Result<ProjectDetails, AppError> {
    let mut fields = Fields::default();
    let name = fields.parse("name", typed.name.parse::<Name>());
    let slug = fields.parse("slug", typed.slug.parse::<Slug>());
    let environment = fields.parse("environment", typed.environment.parse::<Environment>());
    let owner = optional(&mut fields, "owner", &typed.owner, str::parse::<AccountId>);
    let key_owner = optional(&mut fields, "key_owner", &typed.key_owner, str::parse::<AccountId>);
    let expected_spend = optional(&mut fields, "expected_spend", &typed.expected_spend, str::parse::<Money>);
    let tier = fields.parse("tier", typed.tier.parse::<DefaultTier>());
    let external_allowed = match typed.external_allowed.as_str() {
        ALLOWED => true,
        REFUSED => false,
        _ => {
            fields.refuse("external_allowed", "Choose allowed or refused.");
            false
        }
    };
    match (name, slug, environment, tier) {
        (Some(name), Some(slug), Some(environment), Some(tier)) if fields.is_empty() => Ok(ProjectDetails {
            name,
            slug,
            description: typed.description.trim().to_owned(),
            environment,
            owner,
            key_owner,
            workload: typed.workload.trim().to_owned(),
            expected_spend,
            escalation: typed.escalation.trim().to_owned(),
            tier,
            external_allowed,
        }),
        _ => Err(fields.into_error()),
    }
}

/// A field that may be empty.
fn optional<T, E: std::fmt::Display>(fields: &mut Fields, field: &str, text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
    let text = text.trim();
    if text.is_empty() { None } else { fields.parse(field, parse(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    fn typed() -> SettingsForm {
        SettingsForm {
            name: "Support Bot".to_owned(),
            slug: "support-bot".to_owned(),
            environment: "production".to_owned(),
            tier: "default".to_owned(),
            external_allowed: REFUSED.to_owned(),
            ..SettingsForm::default()
        }
    }

    #[test]
    fn a_form_that_nobody_touched_means_what_it_was_filled_from() {
        let details = parse(&SettingsForm {
            description: "one".to_owned(),
            owner: AccountId::from_bits(3).to_string(),
            expected_spend: "12.5".to_owned(),
            external_allowed: ALLOWED.to_owned(),
            ..typed()
        })
        .expect("valid");
        assert_eq!(parse(&SettingsForm::from(&details)), Ok(details));
    }

    #[test]
    fn empty_fields_mean_nobody_and_no_estimate() {
        let details = parse(&typed()).expect("valid");
        assert_eq!((details.owner, details.key_owner, details.expected_spend), (None, None, None));
        assert!(!details.external_allowed);
    }

    #[test]
    fn texts_are_trimmed_and_amounts_read() {
        let typed = SettingsForm {
            description: " Help desk ".to_owned(),
            expected_spend: "$1,000".to_owned(),
            external_allowed: ALLOWED.to_owned(),
            ..typed()
        };
        let details = parse(&typed).expect("valid");
        assert_eq!(details.description, "Help desk");
        assert_eq!(details.expected_spend, Some(Money(1_000_000_000)));
        assert!(details.external_allowed);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let typed = SettingsForm {
            owner: "acct_nonsense".to_owned(),
            key_owner: "x".to_owned(),
            expected_spend: "a lot".to_owned(),
            ..SettingsForm::default()
        };
        let error = parse(&typed).expect_err("nothing is right");
        for field in [
            "name",
            "slug",
            "environment",
            "owner",
            "key_owner",
            "expected_spend",
            "tier",
            "external_allowed",
        ] {
            assert!(error.on_field(field).is_some(), "{field}: {error:?}");
        }
    }
}
