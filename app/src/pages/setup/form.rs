//! The fields of the set-up form.

use crate::{
    model::{
        AppError, Email, Name, Slug,
        error::Fields,
        names::{InvalidName, check_password},
    },
    port::Setup,
};

/// Parses all fields; every error comes back at once. `org` is the name of the organization, `slug` its address.
pub fn parse(token: String, name: &str, email: &str, password: String, org: &str, slug: &str) -> Result<Setup, AppError> {
    let mut fields = Fields::default();
    let person = fields.parse("name", name.parse::<Name>());
    let email = fields.parse("email", email.parse::<Email>());
    let strong: Result<(), InvalidName> = check_password(&password, email.as_ref().map_or("", Email::as_str));
    let strong = fields.parse("password", strong);
    let org = fields.parse("org", org.parse::<Name>());
    let slug = fields.parse("slug", Slug::choose(slug));
    match (person, email, strong, org, slug) {
        (Some(name), Some(email), Some(()), Some(org), Some(slug)) => Ok(Setup {
            token,
            name,
            email,
            password,
            org,
            slug,
        }),
        _ => Err(fields.into_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse(String::new(), "", "ada", "short".to_owned(), " ", "api").err().unwrap();
        for field in ["name", "email", "password", "org", "slug"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn the_password_must_differ_from_the_address() {
        let address = "ada.osei@acme.example";
        let error = parse(String::new(), "Ada Osei", address, address.to_owned(), "Acme Robotics", "acme")
            .err()
            .unwrap();
        assert!(error.on_field("password").is_some());
        assert!(error.on_field("email").is_none());
    }
}
