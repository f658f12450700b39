//! The forms of the page: what their fields mean.

use serde::Deserialize;

use crate::model::{
    AppError, Name, Slug,
    branding::Colour,
    error::Fields,
    organization::{DefaultAccess, OrgNames},
};

/// The parameter of the address that says which form was sent.
pub const SAVE: &str = "save";
/// Name and address.
pub const NAMES: &str = "names";
pub const COLOUR: &str = "colour";
/// The policy on collaborators from outside.
pub const EXTERNAL: &str = "external";
/// The parameter of the address that asks for another Default Project access: first for its dry run, then for itself.
pub const ACCESS: &str = "access";

/// Name and address, as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NamesForm {
    pub name: String,
    pub slug: String,
    /// The version of both that the form was filled from.
    pub seen: String,
}

impl From<&OrgNames> for NamesForm {
    fn from(names: &OrgNames) -> Self {
        Self {
            name: names.name.to_string(),
            slug: names.slug.to_string(),
            seen: names.version(),
        }
    }
}

impl NamesForm {
    /// What the fields mean. A reserved word as address is left to the use case: the organization may have it already.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<OrgNames, AppError> {
        let mut fields = Fields::default();
        let name = fields.parse("name", self.name.parse::<Name>());
        let slug = fields.parse("slug", self.slug.parse::<Slug>());
        match (name, slug) {
            (Some(name), Some(slug)) => Ok(OrgNames { name, slug }),
            _ => Err(fields.into_error()),
        }
    }
}

/// The colour, as it is typed. An empty field takes the colour away; without the field it is no form of this page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ColourForm {
    pub colour: String,
}

impl ColourForm {
    /// The colour; none for that of the product.
    ///
    /// # Errors
    /// `Invalid` on `colour`.
    pub fn parse(&self) -> Result<Option<Colour>, AppError> {
        match self.colour.trim() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|error: <Colour as std::str::FromStr>::Err| AppError::field("colour", error.to_string())),
        }
    }
}

/// Whether projects may have collaborators from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ExternalForm {
    /// `true` or `false`.
    pub allowed: String,
}

impl ExternalForm {
    /// # Errors
    /// `Invalid` on the form: nobody types it.
    pub fn parse(&self) -> Result<bool, AppError> {
        self.allowed.parse().map_err(|_| unreadable("Choose allowed or refused."))
    }
}

/// The access that the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AccessForm {
    /// Not in the body: the address names it.
    #[serde(skip)]
    pub to: String,
    /// What the dry run was worked out from.
    pub seen: String,
}

impl AccessForm {
    /// # Errors
    /// `Invalid` on the form: nobody types it.
    pub fn parse(&self) -> Result<DefaultAccess, AppError> {
        self.to
            .parse()
            .map_err(|error: <DefaultAccess as std::str::FromStr>::Err| unreadable(error.to_string()))
    }
}

fn unreadable(message: impl Into<String>) -> AppError {
    AppError::field("form", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_wrong_names_are_named_at_once() {
        let error = NamesForm::default().parse().expect_err("nothing is right");
        assert!(error.on_field("name").is_some() && error.on_field("slug").is_some(), "{error:?}");
    }

    #[test]
    fn no_colour_is_that_of_the_product_and_nonsense_is_none() {
        let typed = |colour: &str| ColourForm { colour: colour.to_owned() };
        assert_eq!(typed(" ").parse(), Ok(None));
        assert!(typed("#1f6feb").parse().expect("a colour").is_some());
        assert!(typed("red;").parse().expect_err("no colour").on_field("colour").is_some());
    }

    #[test]
    fn policies_are_words() {
        let allowed = |word: &str| ExternalForm { allowed: word.to_owned() }.parse();
        assert_eq!((allowed("true"), allowed("false")), (Ok(true), Ok(false)));
        assert!(allowed("perhaps").is_err());
        let access = |word: &str| {
            let form = AccessForm {
                to: word.to_owned(),
                ..AccessForm::default()
            };
            form.parse()
        };
        assert_eq!(access("assigned_only"), Ok(DefaultAccess::AssignedOnly));
        assert!(access("everybody").is_err());
    }
}
