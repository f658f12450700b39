//! The search of the switcher.

use leptos::{prelude::*, web_sys};

use super::all;

/// The search field. It hides what does not match in `#switcher`: a `section` per organization and an `li` per row, both
/// with their name in `data-name`, and shows `#switcher [role=status]` when nothing is left.
#[island]
pub fn SwitcherSearch() -> impl IntoView {
    view! {
        <input
            class="input"
            type="search"
            aria-label="Find an organization or project"
            placeholder="Find an organization or project"
            on:input:target=move |event| filter(&event.target().value())
        />
    }
}

fn filter(query: &str) {
    let Some(panel) = document().get_element_by_id("switcher") else {
        return;
    };
    let mut found = false;
    for section in all(&panel, "section") {
        let org = name(&section);
        let mut shown = 0;
        for row in all(&section, "li") {
            let matching = matches(query, &org, &name(&row));
            show(&row, matching);
            shown += usize::from(matching);
        }
        show(&section, shown > 0);
        found |= shown > 0;
    }
    for nothing in all(&panel, "[role=status]") {
        show(&nothing, !found);
    }
}

fn name(element: &web_sys::Element) -> String {
    element.get_attribute("data-name").unwrap_or_default()
}

fn show(element: &web_sys::Element, shown: bool) {
    // Refused only for a name that no attribute can have.
    let _ = element.toggle_attribute_with_force("hidden", !shown);
}

/// Does the search find this row (by its name, or by its organization's)?
fn matches(query: &str, org: &str, row: &str) -> bool {
    let query = query.trim().to_lowercase();
    org.to_lowercase().contains(&query) || row.to_lowercase().contains(&query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_looks_at_names_of_projects_and_organizations() {
        assert!(matches("", "Acme Robotics", "prod"));
        assert!(matches("PRO", "Acme Robotics", "prod"));
        assert!(matches("acme", "Acme Robotics", "prod"));
        assert!(!matches("staging", "Acme Robotics", "prod"));
    }
}
