//! What the sign-in form checks, and where it leads.

use serde::Deserialize;

use crate::model::{AppError, LocalPath, error::Fields};

/// The fields as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    pub email: String,
    /// Never shown again.
    pub password: String,
}

impl SignInForm {
    /// Address and password. Only emptiness is checked: everything else about them would tell who has an account.
    ///
    /// # Errors
    /// `Invalid` with one message for every empty field.
    pub fn check(&self) -> Result<(&str, &str), AppError> {
        let mut fields = Fields::default();
        let email = self.email.trim();
        if email.is_empty() {
            fields.refuse("email", "Enter your e-mail address.");
        }
        if self.password.is_empty() {
            fields.refuse("password", "Enter your password.");
        }
        if fields.is_empty() {
            Ok((email, &self.password))
        } else {
            Err(fields.into_error())
        }
    }
}

/// Where to go after sign-in: `next`, unless it leads off this origin or back here.
pub fn destination(next: &str) -> String {
    match next.parse::<LocalPath>() {
        Ok(path) if !next.starts_with("/signin") => path.to_string(),
        _ => "/".to_owned(),
    }
}

/// `prod · keys` for `/acme/prod/keys?q=1`; nothing for an address that is no page of a place.
pub fn describe(next: &str) -> Option<String> {
    let path = next.split('?').next()?;
    let mut segments = path.split('/').skip(2);
    let project = segments.next().map(|slug| if slug == "~" { "All projects" } else { slug })?;
    let page = match segments.next()? {
        "keys" => "API Keys",
        "limits" => "Limits",
        "usage" => "Usage & Analytics",
        "audit" => "Audit Logs",
        "projects" => "Projects",
        "members" => "Members",
        "settings" if project == "All projects" => "Organization settings",
        "settings" if segments.next() == Some("collaborators") => "Collaborators",
        "settings" => "Project settings",
        _ => return None,
    };
    Some(format!("{project} · {page}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_never_leads_off_the_origin_or_in_a_circle() {
        assert_eq!(destination("/acme/prod/keys?q=a"), "/acme/prod/keys?q=a");
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "/é",
            "/signin?next=/",
        ] {
            assert_eq!(destination(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn both_empty_fields_are_named_at_once() {
        let typed = |email: &str, password: &str| SignInForm {
            email: email.to_owned(),
            password: password.to_owned(),
        };
        let error = typed(" ", "").check().unwrap_err();
        assert!(error.on_field("email").is_some() && error.on_field("password").is_some());
        assert_eq!(typed(" ada@acme.example ", " x ").check(), Ok(("ada@acme.example", " x ")));
    }

    #[test]
    fn the_way_back_is_named() {
        assert_eq!(describe("/acme/prod/audit?q=x"), Some("prod · Audit Logs".to_owned()));
        assert_eq!(describe("/acme/~/projects"), Some("All projects · Projects".to_owned()));
        assert_eq!(describe("/acme/prod/settings"), Some("prod · Project settings".to_owned()));
        assert_eq!(
            describe("/acme/~/settings"),
            Some("All projects · Organization settings".to_owned())
        );
        assert_eq!(
            describe("/acme/prod/settings/collaborators"),
            Some("prod · Collaborators".to_owned())
        );
        assert_eq!(describe("/"), None);
        assert_eq!(describe("/acme/prod/call-this-number"), None);
    }
}
