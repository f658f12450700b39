//! The forms that make projects: what their fields mean.

use crate::model::{
    AppError, ModelId, Name, Slug,
    error::Fields,
    project::{Environment, MAX_DESCRIPTION, NewProject},
    template::{FromTemplate, Step, Template},
};

/// Parses the fields `name`, `slug`, `description`, `environment` and `models`. An empty slug takes the one that the name suggests.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(name: &str, slug: &str, description: &str, environment: &str, models: &[String]) -> Result<NewProject, AppError> {
    let mut fields = Fields::default();
    let models = parse_models(&mut fields, models);
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
            workload: String::new(),
            models,
        }),
        _ => Err(fields.into_error()),
    }
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

    #[test]
    fn an_empty_slug_follows_the_name() {
        let models = ["b".to_owned(), "a".to_owned(), "b".to_owned()];
        let new = parse("Support Bot", " ", " Help desk ", "production", &models).expect("valid");
        assert_eq!(new.slug.as_str(), "support-bot");
        assert_eq!(new.description, "Help desk");
        assert_eq!(new.models.len(), 2, "each once");
    }

    #[test]
    fn a_typed_slug_is_not_mended() {
        let error = parse("Support Bot", "Support Bot", "", "production", &[]).expect_err("a slug has no spaces");
        assert!(error.on_field("slug").is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse("", "", &"x".repeat(MAX_DESCRIPTION + 1), "moon", &["a b".to_owned()]).expect_err("nothing is right");
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
