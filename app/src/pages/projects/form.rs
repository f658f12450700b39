//! The create form: what its fields mean.

use crate::model::{
    AppError, Name, Slug,
    error::Fields,
    project::{Environment, MAX_DESCRIPTION, NewProject},
};

/// Parses the fields `name`, `slug`, `description` and `environment`. An empty slug takes the one that the name suggests.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(name: &str, slug: &str, description: &str, environment: &str) -> Result<NewProject, AppError> {
    let mut fields = Fields::default();
    let suggested = Slug::suggest(name).filter(|_| slug.trim().is_empty());
    let slug = match suggested {
        Some(slug) => Some(slug),
        None => fields.parse("slug", Slug::choose(slug)),
    };
    let name = fields.parse("name", name.parse::<Name>());
    let environment = fields.parse("environment", environment.parse::<Environment>());
    let description = description.trim();
    if description.chars().count() > MAX_DESCRIPTION {
        fields.refuse("description", format!("A description has at most {MAX_DESCRIPTION} characters."));
    }
    match (name, slug, environment) {
        (Some(name), Some(slug), Some(environment)) if fields.is_empty() => Ok(NewProject {
            name,
            slug,
            description: description.to_owned(),
            environment,
        }),
        _ => Err(fields.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_slug_follows_the_name() {
        let new = parse("Support Bot", " ", " Help desk ", "production").expect("valid");
        assert_eq!(new.slug.as_str(), "support-bot");
        assert_eq!(new.description, "Help desk");
    }

    #[test]
    fn a_typed_slug_is_not_mended() {
        let error = parse("Support Bot", "Support Bot", "", "production").expect_err("a slug has no spaces");
        assert!(error.on_field("slug").is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse("", "", &"x".repeat(MAX_DESCRIPTION + 1), "moon").expect_err("nothing is right");
        for field in ["name", "slug", "description", "environment"] {
            assert!(error.on_field(field).is_some(), "{field}: {error:?}");
        }
    }
}
