//! The fields of the form.

use crate::model::{AppError, Name, Slug, error::Fields};

/// Parses the fields `name` and `slug`. An empty slug takes the one that the name suggests.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(name: &str, slug: &str) -> Result<(Name, Slug), AppError> {
    let mut fields = Fields::default();
    let suggested = Slug::suggest(name).filter(|_| slug.trim().is_empty());
    let slug = match suggested {
        Some(slug) => Some(slug),
        None => fields.parse("slug", Slug::choose(slug)),
    };
    match (fields.parse("name", name.parse::<Name>()), slug) {
        (Some(name), Some(slug)) => Ok((name, slug)),
        _ => Err(fields.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
