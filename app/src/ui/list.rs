//! The frame of lists: search and paging. Their state stands in the URL.

use leptos::prelude::*;

use super::{address, search};
use crate::icon::Icon;
use crate::model::Page;

/// A search field that filters the list on the server. `keep` are the other parameters of the address.
#[component]
pub fn SearchBox(
    #[prop(default = "q")] name: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional)] keep: Vec<(&'static str, String)>,
) -> impl IntoView {
    let kept = keep
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form class="search" role="search" method="get">
            {kept}
            <Icon name="search" />
            <input class="input" type="search" name=name aria-label=label.clone() placeholder=label value=value />
        </form>
    }
}

/// A select whose first option, its name, filters nothing. What is chosen stays a choice even if it is no longer offered.
pub fn filter_choice(
    name: &'static str,
    label: &'static str,
    chosen: Option<String>,
    mut options: Vec<(String, String)>,
) -> impl IntoView + use<> {
    if let Some(value) = chosen.as_ref().filter(|chosen| !options.iter().any(|(value, _)| value == *chosen)) {
        options.push((value.clone(), value.clone()));
    }
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = chosen.as_ref() == Some(&value);
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <select class=if chosen.is_some() { "select sm on" } else { "select sm" } name=name aria-label=label>
            <option value="">{label}</option>
            {options}
        </select>
    }
}

/// Leads to the whole list as CSV, under the filter of the address.
#[component]
pub fn CsvLink(
    /// The address of the file.
    href: String,
) -> impl IntoView {
    let href = format!("{href}{}", search(&address()));
    view! {
        <a class="btn" href=href download>
            <Icon name="download" />
            "Export CSV"
        </a>
    }
}

/// Which rows of how many, with links to the pages before and after. `href` makes the address of a page, counted from 0.
#[component]
pub fn Pager<F>(
    page: u32,
    /// Rows that match the filter.
    total: u64,
    /// What the rows are, in the plural: `keys`.
    noun: &'static str,
    href: F,
) -> impl IntoView
where
    F: Fn(u32) -> String,
{
    // Behind the last page, the way back leads to it.
    let before = page.checked_sub(1).map(|before| href(before.min(last_page(total))));
    let after = has_next(page, total).then(|| href(page + 1));
    view! {
        <div class="pager">
            <span>{summary(page, total, noun)}</span>
            <span class="actions">{step("Previous", before)} {step("Next", after)}</span>
        </div>
    }
}

fn step(label: &'static str, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a class="btn sm" href=href>{label}</a> }.into_any(),
        None => view! { <button type="button" class="btn sm" disabled>{label}</button> }.into_any(),
    }
}

fn has_next(page: u32, total: u64) -> bool {
    (u64::from(page) + 1) * u64::from(Page::SIZE) < total
}

/// The last page with a row, counted from 0.
fn last_page(total: u64) -> u32 {
    u32::try_from(total.saturating_sub(1) / u64::from(Page::SIZE)).unwrap_or(u32::MAX)
}

/// `51–100 of 312 keys`.
fn summary(page: u32, total: u64, noun: &str) -> String {
    let size = u64::from(Page::SIZE);
    let first = u64::from(page) * size + 1;
    let last = (first + size - 1).min(total);
    if total == 0 || first > total {
        format!("0 of {total} {noun}")
    } else {
        format!("{first}–{last} of {total} {noun}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_counts_from_one_and_ends_with_the_list() {
        assert_eq!(summary(0, 5, "keys"), "1–5 of 5 keys");
        assert_eq!(summary(1, 120, "keys"), "51–100 of 120 keys");
        assert_eq!(summary(2, 120, "keys"), "101–120 of 120 keys");
        assert_eq!(summary(0, 0, "keys"), "0 of 0 keys");
        assert_eq!(summary(9, 120, "keys"), "0 of 120 keys");
        assert_eq!((last_page(0), last_page(50), last_page(51)), (0, 0, 1));
        assert!(has_next(0, 51));
        assert!(!has_next(0, 50));
        assert!(!has_next(1, 100));
    }
}
