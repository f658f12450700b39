//! A person in a list.

use leptos::prelude::*;

/// A name with its initials before it, and the e-mail address below; the children are badges behind the name.
#[component]
pub fn Person(
    #[prop(into)] name: String,
    #[prop(optional, into)] email: String,
    /// Somebody outside of the organization.
    #[prop(optional)]
    external: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <span class="person">
            <span class=if external { "avatar ext" } else { "avatar" } aria-hidden="true">
                {initials(&name)}
            </span>
            <span class="who">
                <span class="who-name">
                    <bdi>{name}</bdi>
                    {children.map(|children| children())}
                </span>
                {(!email.is_empty()).then(|| view! { <span class="sub">{email}</span> })}
            </span>
        </span>
    }
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Ada Osei"), "AO");
        assert_eq!(initials("noor"), "N");
        assert_eq!(initials("Jonas van der Lindqvist"), "JL");
    }
}
