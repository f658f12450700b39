//! The boxes of projects in a form, and the way to those that are not shown.

use leptos::prelude::*;

use crate::{
    icon::Icon,
    model::choice::{Choices, Choosing, ProjectChoice},
    ui::Badge,
};

/// Finds projects by name, where there are more than the form offers. The child is the button of the form that asks again with
/// all that was typed and ticked; it is the first one, so that Enter in the field presses it.
#[component]
pub fn FindProjects(
    /// Projects that match `text`.
    matching: u64,
    /// All of them.
    total: u64,
    text: String,
    /// Whether somebody looks for projects just now.
    looking: bool,
    children: Children,
) -> impl IntoView {
    let all_are_shown = total <= u64::from(Choices::OFFERED);
    if all_are_shown && text.is_empty() {
        return ().into_any();
    }
    view! {
        <div class="toolbar">
            <div class="search">
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    name="find"
                    aria-label="Find projects by name"
                    aria-describedby="found-projects"
                    placeholder="Find projects by name"
                    autocomplete="off"
                    value=text.clone()
                    autofocus=looking
                />
            </div>
            {children()}
        </div>
        <p class="hint" id="found-projects">
            {summary(matching, total, &text)}
        </p>
    }
    .into_any()
}

/// How many projects there are, and how many of them are shown.
fn summary(matching: u64, total: u64, text: &str) -> String {
    let offered = u64::from(Choices::OFFERED);
    let found = match (text.is_empty(), matching) {
        (true, _) => format!("There are {total} projects."),
        (false, 0) => format!("None of {total} projects is named like “{text}”."),
        (false, 1) => format!("1 of {total} projects is named like “{text}”."),
        (false, _) => format!("{matching} of {total} projects are named like “{text}”."),
    };
    let rest = if matching > offered {
        format!(" The first {offered} are shown; find the others by name.")
    } else {
        String::new()
    };
    format!("{found}{rest} What is ticked stays, up to {}.", Choosing::MOST)
}

/// One box for each project. Those that the person is in already stand there ticked, with the role.
#[component]
pub fn ProjectBoxes(
    /// Of every box.
    name: &'static str,
    choices: Vec<ProjectChoice>,
    /// The address at which the role changes that the person has in a project already.
    change: impl Fn(&ProjectChoice) -> String + Send + 'static,
) -> impl IntoView {
    choices
        .into_iter()
        .map(|project| {
            let has = project.role.is_some();
            let already = project.role.map(|role| {
                let label = format!("{} already: change the role in {}", role.as_str(), project.name);
                view! {
                    <a class="trail link" href=change(&project) aria-label=label>
                        {format!("{} already", role.as_str())}
                    </a>
                }
            });
            view! {
                <label>
                    <input
                        type="checkbox"
                        name=name
                        value=project.id.to_string()
                        autocomplete="off"
                        checked=has || project.ticked
                        disabled=has
                    />
                    <span class="grow">
                        <strong>{project.name.to_string()}</strong>
                        " "
                        {project.is_default.then(|| view! { <Badge>"Default"</Badge> })}
                    </span>
                    {already}
                </label>
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_says_how_many_projects_it_does_not_show() {
        for (matching, total, text, expected) in [
            (
                500,
                500,
                "",
                "There are 500 projects. The first 50 are shown; find the others by name. What is ticked stays, up to 100.",
            ),
            (
                1,
                500,
                "lab",
                "1 of 500 projects is named like “lab”. What is ticked stays, up to 100.",
            ),
            (
                3,
                500,
                "prod",
                "3 of 500 projects are named like “prod”. What is ticked stays, up to 100.",
            ),
            (
                0,
                500,
                "zzz",
                "None of 500 projects is named like “zzz”. What is ticked stays, up to 100.",
            ),
        ] {
            assert_eq!(summary(matching, total, text), expected);
        }
    }
}
