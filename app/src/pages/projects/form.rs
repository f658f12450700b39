//! The forms that make projects: what their fields mean.

use serde::Deserialize;

use crate::model::{
    AppError, ModelId, Name, Slug,
    error::Fields,
    project::{Environment, MAX_DESCRIPTION, NewProject},
    template::{FromTemplate, Step, Template},
};

/// The fields of a new project, as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectForm {
    pub name: String,
    pub slug: String,
    pub description: String,
    pub environment: String,
    /// Those that are ticked.
    pub models: Vec<String>,
}

impl From<Vec<(String, String)>> for ProjectForm {
    /// Unknown fields count for nothing.
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "name" => form.name = value,
                "slug" => form.slug = value,
                "description" => form.description = value,
                "environment" => form.environment = value,
                "models[]" => form.models.push(value),
                _ => {}
            }
        }
        form
    }
}

impl ProjectForm {
    /// What the fields mean. An empty slug takes the one that the name suggests.
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<NewProject, AppError> {
        let mut fields = Fields::default();
        let models = parse_models(&mut fields, &self.models);
        let suggested = Slug::suggest(&self.name).filter(|_| self.slug.trim().is_empty());
        let slug = match suggested {
            Some(slug) => Some(slug),
            None => fields.parse("slug", Slug::choose(&self.slug)),
        };
        let name = fields.parse("name", self.name.parse::<Name>());
        let environment = fields.parse("environment", self.environment.parse::<Environment>());
        let description = self.description.trim();
        if description.chars().count() > MAX_DESCRIPTION {
            fields.refuse("description", format!("A description has at most {MAX_DESCRIPTION} characters."));
        }
        match (name, slug, environment) {
            (Some(name), Some(slug), Some(environment)) if fields.is_empty() => Ok(NewProject {
                name,
                slug,
                description: description.to_owned(),
                environment,
                workload: String::new(),
                models,
            }),
            _ => Err(fields.into_error()),
        }
    }
}

/// What is typed to archive a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ArchiveForm {
    /// The name of the project.
    pub confirmation: String,
    /// Never shown again.
    pub password: String,
}

/// The models that are ticked, each once.
fn parse_models(fields: &mut Fields, ticked: &[String]) -> Vec<ModelId> {
    let parsed = ticked.iter().filter_map(|model| fields.parse("models", model.parse::<ModelId>()));
    let mut models: Vec<ModelId> = parsed.collect();
    models.sort();
    models.dedup();
    models
}

/// The fields of the template form, as they are posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateForm {
    pub step: Step,
    pub template: String,
    /// A name on each line.
    pub names: String,
    /// Those that are ticked.
    pub models: Vec<String>,
}

impl From<Vec<(String, String)>> for TemplateForm {
    /// Unknown fields and steps count for nothing.
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "step" => form.step = value.parse().unwrap_or_default(),
                "template" => form.template = value,
                "names" => form.names = value,
                "models[]" => form.models.push(value),
                _ => {}
            }
        }
        form
    }
}

impl TemplateForm {
    /// What the fields mean. The names are left to [`expand`](crate::model::template::expand).
    ///
    /// # Errors
    /// `Invalid` with one message for every wrong field.
    pub fn parse(&self) -> Result<FromTemplate, AppError> {
        let mut fields = Fields::default();
        let models = parse_models(&mut fields, &self.models);
        match fields.parse("template", self.template.parse::<Template>()) {
            Some(template) if fields.is_empty() => Ok(FromTemplate {
                template,
                names: self.names.clone(),
                models,
            }),
            _ => Err(fields.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, slug: &str) -> ProjectForm {
        ProjectForm {
            name: name.to_owned(),
            slug: slug.to_owned(),
            description: " Help desk ".to_owned(),
            environment: "production".to_owned(),
            models: ["b", "a", "b"].map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn an_empty_slug_follows_the_name() {
        let new = typed("Support Bot", " ").parse().expect("valid");
        assert_eq!(new.slug.as_str(), "support-bot");
        assert_eq!(new.description, "Help desk");
        assert_eq!(new.models.len(), 2, "each once");
    }

    #[test]
    fn a_typed_slug_is_not_mended() {
        let error = typed("Support Bot", "Support Bot").parse().expect_err("a slug has no spaces");
        assert!(error.on_field("slug").is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = ProjectForm {
            description: "x".repeat(MAX_DESCRIPTION + 1),
            environment: "moon".to_owned(),
            models: vec!["a b".to_owned()],
            ..ProjectForm::default()
        };
        let error = wrong.parse().expect_err("nothing is right");
        for field in ["name", "slug", "description", "environment", "models"] {
            assert!(error.on_field(field).is_some(), "{field}: {error:?}");
        }
    }

    #[test]
    fn the_template_form_is_read_as_a_browser_sends_it() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sent = vec![
            pair("template", "team"),
            pair("names", "Research\r\nSales"),
            pair("models[]", "b"),
            pair("models[]", "a"),
            pair("step", "create"),
            pair("planted", "1"),
        ];
        let form = TemplateForm::from(sent);
        assert_eq!((form.step, form.models.len()), (Step::Create, 2));
        let from = form.parse().expect("valid");
        assert_eq!((from.template, from.names.as_str()), (Template::Team, "Research\r\nSales"));
        let wrong = TemplateForm {
            template: "moon".to_owned(),
            ..form
        };
        assert!(wrong.parse().expect_err("refused").on_field("template").is_some());
    }
}
