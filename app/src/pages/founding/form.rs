//! The fields of the form.

use serde::Deserialize;

use crate::model::{AppError, Name, Slug, error::Fields};

/// The fields as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FoundingForm {
    pub name: String,
    pub slug: String,
}

impl FoundingForm {
    /// What the fields mean. An empty slug takes the one that the name suggests.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<(Name, Slug), AppError> {
        let mut fields = Fields::default();
        let suggested = Slug::suggest(&self.name).filter(|_| self.slug.trim().is_empty());
        let slug = match suggested {
            Some(slug) => Some(slug),
            None => fields.parse("slug", Slug::choose(&self.slug)),
        };
        match (fields.parse("name", self.name.parse::<Name>()), slug) {
            (Some(name), Some(slug)) => Ok((name, slug)),
            _ => Err(fields.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, slug: &str) -> Result<(Name, Slug), AppError> {
        let typed = FoundingForm {
            name: name.to_owned(),
            slug: slug.to_owned(),
        };
        typed.parse()
    }

    #[test]
    fn an_empty_address_follows_the_name_and_a_typed_one_is_not_mended() {
        let (name, slug) = parse("Tern & Hollow", " ").expect("valid");
        assert_eq!((name.as_str(), slug.as_str()), ("Tern & Hollow", "tern-hollow"));
        assert!(parse("Tern", "Tern Hollow").expect_err("no slug").on_field("slug").is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse("", "api").expect_err("nothing is right");
        assert!(error.on_field("name").is_some() && error.on_field("slug").is_some(), "{error:?}");
    }
}
