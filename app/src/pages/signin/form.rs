//! What the sign-in form checks, and where it leads.

use crate::model::{AppError, LocalPath, error::Fields};

/// Only emptiness is checked: everything else about the address or the password would tell who has an account.
pub fn check<'a>(email: &'a str, password: &'a str) -> Result<(&'a str, &'a str), AppError> {
    let mut fields = Fields::default();
    let email = email.trim();
    if email.is_empty() {
        fields.refuse("email", "Enter your e-mail address.");
    }
    if password.is_empty() {
        fields.refuse("password", "Enter your password.");
    }
    if fields.is_empty() {
        Ok((email, password))
    } else {
        Err(fields.into_error())
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
        let error = check(" ", "").unwrap_err();
        assert!(error.on_field("email").is_some() && error.on_field("password").is_some());
        assert_eq!(check(" ada@acme.example ", " x "), Ok(("ada@acme.example", " x ")));
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
