//! The part of a text that was searched for.

use std::ops::Range;

use leptos::prelude::*;

/// Where `query` stands in `text`, in bytes, upper and lower case alike; the first time, if it does.
pub fn find(text: &str, query: &str) -> Option<Range<usize>> {
    let wanted: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return None;
    }
    text.char_indices().find_map(|(start, _)| {
        let mut left = wanted.as_slice();
        for (at, c) in text[start..].char_indices() {
            for lower in c.to_lowercase() {
                match left.split_first() {
                    Some((first, rest)) if *first == lower => left = rest,
                    _ => return None,
                }
            }
            if left.is_empty() {
                return Some(start..start + at + c.len_utf8());
            }
        }
        None
    })
}

/// The text with the match marked.
#[component]
pub fn Marked(text: String, query: String) -> impl IntoView {
    let Some(range) = find(&text, &query) else {
        return view! { <bdi>{text}</bdi> }.into_any();
    };
    let (before, found, after) = (
        text[..range.start].to_owned(),
        text[range.clone()].to_owned(),
        text[range.end..].to_owned(),
    );
    view! {
        <bdi>
            {before}
            <mark>{found}</mark>
            {after}
        </bdi>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_match_ignores_case_and_knows_whole_characters() {
        assert_eq!(find("Support bot", "PRO"), None);
        assert_eq!(find("Support bot", "PORT"), Some(3..7));
        assert_eq!(find("Größe", "ÖSS"), None);
        assert_eq!(find("Größe", "ÖSS".to_lowercase().replace("ss", "ß").as_str()), Some(2..6));
        assert_eq!(find("aab", "ab"), Some(1..3));
        assert_eq!(find("prod", ""), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,20}", query in ".{0,4}") {
            if let Some(range) = find(&text, &query) {
                prop_assert_eq!(text[range].to_lowercase(), query.to_lowercase());
            }
        }
    }
}
