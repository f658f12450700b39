//! The invite form: what its fields mean.

use crate::model::{AppError, Email, OrgRole, ProjectId, ProjectRole, error::Fields, invitation::NewInvitations};

/// The fields of the form, as they are posted. `projects` stands there once for each ticked box.
#[derive(Clone, Debug, Default)]
pub struct InviteForm {
    pub emails: String,
    pub role: String,
    pub projects: Vec<String>,
    pub project_role: String,
    /// Part of the names of the projects to show.
    pub find: String,
    /// Projects are looked for, and nobody is invited yet.
    pub look: bool,
}

impl InviteForm {
    /// Takes the fields out of the pairs of a body.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "emails" => form.emails = value,
                "role" => form.role = value,
                "projects" => form.projects.push(value),
                "project_role" => form.project_role = value,
                "find" => form.find = value,
                "look" => form.look = true,
                _ => {}
            }
        }
        form
    }

    /// What the fields mean. Addresses stand on lines of their own, or behind commas, semicolons or spaces; each counts once.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field; that of the addresses names the wrong ones.
    pub fn parse(&self) -> Result<NewInvitations, AppError> {
        let mut fields = Fields::default();
        let emails = parse_emails(&mut fields, &self.emails);
        let role = fields.parse("role", self.role.parse::<OrgRole>());
        let project_role = fields.parse("project_role", self.project_role.parse::<ProjectRole>());
        let projects: Result<Vec<_>, _> = self.projects.iter().map(|id| id.parse::<ProjectId>()).collect();
        let projects = fields.parse("projects", projects);
        match (role, project_role, projects) {
            (Some(role), Some(project_role), Some(projects)) if fields.is_empty() => Ok(NewInvitations {
                emails,
                role,
                projects,
                project_role,
            }),
            _ => Err(fields.into_error()),
        }
    }
}

fn parse_emails(fields: &mut Fields, text: &str) -> Vec<Email> {
    let mut emails: Vec<Email> = Vec::new();
    let mut wrong = Vec::new();
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    for word in text.split(separator).filter(|word| !word.is_empty()) {
        match word.parse::<Email>() {
            Ok(email) if emails.contains(&email) => {}
            Ok(email) => emails.push(email),
            Err(_) => wrong.push(format!("“{}”", word.chars().take(80).collect::<String>())),
        }
    }
    if wrong.len() > 3 {
        let more = wrong.len() - 3;
        wrong.truncate(3);
        wrong.push(format!("{more} more"));
    }
    if !wrong.is_empty() {
        let message = format!("These are no e-mail addresses: {}. Nobody was invited.", wrong.join(", "));
        fields.refuse("emails", message);
    } else if emails.is_empty() {
        fields.refuse("emails", "Enter one e-mail address at least.");
    } else if emails.len() > NewInvitations::MOST {
        fields.refuse(
            "emails",
            format!("Enter at most {} e-mail addresses at once.", NewInvitations::MOST),
        );
    }
    emails
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    fn form(emails: &str) -> InviteForm {
        InviteForm {
            emails: emails.to_owned(),
            role: "member".to_owned(),
            projects: vec![ProjectId::from_bits(3).to_string()],
            project_role: "member".to_owned(),
            ..InviteForm::default()
        }
    }

    #[test]
    fn addresses_are_separated_by_anything_and_count_once() {
        let new = form(" Noor.Haddad@acme.example,\r\njonas@acme.example; noor.haddad@ACME.example ")
            .parse()
            .expect("valid");
        let emails: Vec<_> = new.emails.iter().map(Email::as_str).collect();
        assert_eq!(emails, ["noor.haddad@acme.example", "jonas@acme.example"]);
        assert_eq!((new.role, new.projects.len()), (OrgRole::Member, 1));
    }

    #[test]
    fn wrong_addresses_are_named_and_nothing_is_sent() {
        let error = form("noor@acme.example nоor@acme.example jonas")
            .parse()
            .expect_err("two wrong ones");
        let message = error.on_field("emails").expect("an error");
        assert!(
            message.contains("“nоor@acme.example”, “jonas”"),
            "a look-alike is no address: {message}"
        );
        assert!(form(" ,;\n").parse().expect_err("none").on_field("emails").is_some());
        let many: Vec<_> = (0..101).map(|n| format!("a{n}@acme.example")).collect();
        assert!(form(&many.join("\n")).parse().expect_err("too many").on_field("emails").is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let form = InviteForm::from_pairs(vec![
            ("role".to_owned(), "root".to_owned()),
            ("projects".to_owned(), "everything".to_owned()),
        ]);
        let error = form.parse().expect_err("nothing is right");
        for field in ["emails", "role", "projects", "project_role"] {
            assert!(error.on_field(field).is_some(), "{field}");
        }
    }
}
