//! Templates: several projects at once, from a list of names.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    AppError, ModelId, Name, Slug,
    project::{Environment, NewProject},
    words::words,
};

/// The most projects that one template makes.
pub const MAX_PROJECTS: usize = 20;

/// What each of the projects is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    #[default]
    Environment,
    Team,
    Workload,
    Customer,
}

words!(
    Template,
    "environment, team, workload or customer",
    Environment = "environment",
    Team = "team",
    Workload = "workload",
    Customer = "customer",
);

impl Template {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Environment => "By environment",
            Self::Team => "By team",
            Self::Workload => "By workload",
            Self::Customer => "By customer",
        }
    }

    /// What one project of it is like.
    pub fn text(self) -> &'static str {
        match self {
            Self::Environment => "Development, Staging, Production: each name chooses the environment",
            Self::Team => "One for each team, in development",
            Self::Workload => "One for each workload, in production",
            Self::Customer => "One for each customer, in production",
        }
    }

    /// The project of one name. `None` if no address can be made of the name.
    fn project(self, name: Name, models: &[ModelId]) -> Option<NewProject> {
        let slug = Slug::suggest(name.as_str())?;
        let (environment, description, workload) = match self {
            Self::Environment => (environment_of(name.as_str()), String::new(), String::new()),
            Self::Team => (Environment::Development, format!("Team: {name}"), String::new()),
            Self::Workload => (Environment::Production, String::new(), name.to_string()),
            Self::Customer => (Environment::Production, format!("Customer: {name}"), String::new()),
        };
        Some(NewProject {
            name,
            slug,
            description,
            environment,
            workload,
            models: models.to_vec(),
        })
    }
}

/// The environment that the first word of a name says.
fn environment_of(name: &str) -> Environment {
    let word = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    match word.to_lowercase().as_str() {
        "dev" | "development" => Environment::Development,
        "stage" | "staging" => Environment::Staging,
        "live" | "prod" | "production" => Environment::Production,
        _ => Environment::Other,
    }
}

/// What the buttons of the template form ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Says what would be made.
    #[default]
    Preview,
    /// Goes back from there to the form.
    Edit,
    /// Makes it.
    Create,
}

words!(
    Step,
    "preview, edit or create",
    Preview = "preview",
    Edit = "edit",
    Create = "create"
);

/// A list of names, and what is to become of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromTemplate {
    pub template: Template,
    /// A name on each line; empty lines count for nothing.
    pub names: String,
    /// What each of the projects may call.
    pub models: Vec<ModelId>,
}

/// A project that a template makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The line of its name, counted from 1.
    pub line: usize,
    pub new: NewProject,
}

/// The projects of a template, in the order of the lines. Preview and creation both come from here.
///
/// # Errors
/// `Invalid` on the field `names`, which tells each wrong line.
pub fn expand(from: &FromTemplate) -> Result<Vec<Planned>, AppError> {
    let lines = from.names.lines().map(str::trim).enumerate();
    let lines: Vec<(usize, &str)> = lines
        .filter(|(_, text)| !text.is_empty())
        .map(|(index, text)| (index + 1, text))
        .collect();
    if lines.is_empty() {
        return Err(AppError::field("names", "Enter at least one name, each on a line of its own."));
    }
    if lines.len() > MAX_PROJECTS {
        let message = format!("At most {MAX_PROJECTS} projects at once; these are {}.", lines.len());
        return Err(AppError::field("names", message));
    }
    let mut planned = Vec::new();
    let mut wrong = Vec::new();
    let mut first = HashMap::new();
    for (line, text) in lines {
        let made = text
            .parse::<Name>()
            .map_err(|error| error.to_string())
            .and_then(|name| from.template.project(name, &from.models).ok_or_else(|| no_address(text)));
        match made {
            Err(problem) => wrong.push((line, problem)),
            Ok(new) => {
                if let Some(before) = first.get(&new.slug) {
                    wrong.push((line, format!("This is the address {} again, as on line {before}.", new.slug)));
                } else {
                    first.insert(new.slug.clone(), line);
                    planned.push(Planned { line, new });
                }
            }
        }
    }
    refuse(wrong)?;
    Ok(planned)
}

fn no_address(text: &str) -> String {
    format!("No address can be made of “{text}”: use at least two Latin letters or digits, and no reserved word.")
}

/// Refuses the names if any line of them is wrong.
///
/// # Errors
/// `Invalid` on the field `names` with a sentence for each of the lines.
pub fn refuse(wrong: Vec<(usize, String)>) -> Result<(), AppError> {
    if wrong.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = wrong.into_iter().map(|(line, problem)| format!("Line {line}: {problem}")).collect();
    Err(AppError::field("names", sentences.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(template: Template, names: &str) -> FromTemplate {
        FromTemplate {
            template,
            names: names.to_owned(),
            models: vec!["bailiwick/echo".parse().unwrap()],
        }
    }

    /// `line name slug environment description workload` of each project.
    fn lines(template: Template, names: &str) -> Vec<String> {
        let describe = |planned: Planned| {
            let Planned { line, new } = planned;
            assert_eq!(new.models.len(), 1);
            let environment = new.environment.as_str();
            format!(
                "{line}|{}|{}|{environment}|{}|{}",
                new.name, new.slug, new.description, new.workload
            )
        };
        expand(&from(template, names)).expect("valid").into_iter().map(describe).collect()
    }

    fn problem(names: &str) -> String {
        let error = expand(&from(Template::Team, names)).expect_err("refused");
        error.on_field("names").expect("on the names")
    }

    #[test]
    fn each_line_is_a_project_of_its_template() {
        assert_eq!(
            lines(Template::Environment, "Dev\r\n\r\n  Staging EU \nprod\nLoad test"),
            [
                "1|Dev|dev|development||",
                "3|Staging EU|staging-eu|staging||",
                "4|prod|prod|production||",
                "5|Load test|load-test|other||"
            ]
        );
        assert_eq!(
            lines(Template::Team, "Research"),
            ["1|Research|research|development|Team: Research|"]
        );
        assert_eq!(
            lines(Template::Workload, "Nightly eval"),
            ["1|Nightly eval|nightly-eval|production||Nightly eval"]
        );
        assert_eq!(
            lines(Template::Customer, "Müller & Co"),
            ["1|Müller & Co|m-ller-co|production|Customer: Müller & Co|"]
        );
    }

    #[test]
    fn every_wrong_line_is_named() {
        let problem = problem(&format!("Research\n日本\n\nresearch!\n{}\nSettings", "x".repeat(81)));
        for part in [
            "Line 2: No address can be made of “日本”",
            "Line 4: This is the address research again, as on line 1.",
            "Line 5: A name has at most 80 characters.",
            "Line 6: No address can be made of “Settings”",
        ] {
            assert!(problem.contains(part), "{part}: {problem}");
        }
        assert!(!problem.contains("Line 1:"), "{problem}");
    }

    #[test]
    fn there_is_at_least_one_name_and_not_too_many() {
        assert_eq!(problem(" \n\n"), "Enter at least one name, each on a line of its own.");
        let names = |count: usize| (0..count).map(|number| format!("team {number}")).collect::<Vec<_>>().join("\n");
        assert_eq!(problem(&names(21)), "At most 20 projects at once; these are 21.");
        assert_eq!(lines(Template::Team, &names(20)).len(), 20);
    }
}
