//! The address of a page. The state of lists and dialogs stands in its query.

use leptos::prelude::expect_context;
use leptos_router::{
    location::{RequestUrl, Url},
    params::ParamsMap,
};

use crate::model::Page;

/// The address that was asked for: a plain value, for pages are drawn once. The router's hooks give memos, and frame and page
/// may be drawn on two threads: a memo that two threads read for the first time can be without a value (leptos 0.8).
///
/// # Panics
/// Outside of a request, or for an address that the router refuses too.
pub fn address() -> Url {
    expect_context::<RequestUrl>().parse().expect("the router has read it before")
}

/// The query of an address, with its question mark if there is one.
pub fn search(url: &Url) -> String {
    match url.search() {
        "" => String::new(),
        search => format!("?{search}"),
    }
}

/// The parameters of the address.
pub fn query() -> ParamsMap {
    address().search_params().clone()
}

/// Filter and page of a list: `?q=ada&page=2`.
pub fn page_of(query: &ParamsMap) -> Page {
    Page {
        number: page_number(query, "page"),
        query: query.get_str("q").unwrap_or_default().trim().to_owned(),
    }
}

/// The page of a list, counted from 0, in the parameter `name`, where pages count from 1. Nonsense is the first page.
pub fn page_number(query: &ParamsMap, name: &str) -> u32 {
    let number = query.get_str(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
    number.saturating_sub(1)
}

/// The address of `path` with parameters; empty ones are left out.
pub fn href(path: &str, params: &[(&'static str, &str)]) -> String {
    let set: ParamsMap = params.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    format!("{path}{}", set.to_query_string())
}

/// The value of `page=` for a page counted from 0; the first one needs none.
pub fn page_param(page: u32) -> String {
    if page == 0 { String::new() } else { (page + 1).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(params: &[(&'static str, &'static str)]) -> ParamsMap {
        params.iter().copied().collect()
    }

    #[test]
    fn the_address_counts_pages_from_one() {
        assert_eq!(page_of(&query(&[])), Page::default());
        assert_eq!(
            page_of(&query(&[("q", " ada "), ("page", "3")])),
            Page {
                number: 2,
                query: "ada".to_owned()
            }
        );
        for nonsense in ["0", "-1", "one", "99999999999"] {
            assert_eq!(page_of(&query(&[("page", nonsense)])).number, 0, "{nonsense}");
        }
        assert_eq!((page_param(0), page_param(1)), (String::new(), "2".to_owned()));
    }

    #[test]
    fn empty_parameters_are_left_out_and_values_escaped() {
        assert_eq!(href("/acme/prod/keys", &[("q", ""), ("page", "")]), "/acme/prod/keys");
        assert_eq!(href("/acme/prod/keys", &[("q", "a&b=c")]), "/acme/prod/keys?q=a%26b%3Dc");
    }
}
