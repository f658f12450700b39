//! What a change does, line by line, before it is done.

use leptos::prelude::*;

use crate::icon::Icon;

/// One consequence, with its icon.
pub struct Consequence {
    class: Option<&'static str>,
    icon: &'static str,
    text: String,
}

impl Consequence {
    /// Something that somebody gets, or keeps.
    pub fn gives(icon: &'static str, text: impl Into<String>) -> Self {
        Self::new(Some("yes"), icon, text)
    }

    /// Something that ends, or that somebody does not get.
    pub fn ends(icon: &'static str, text: impl Into<String>) -> Self {
        Self::new(Some("no"), icon, text)
    }

    /// Something to know that is neither.
    pub fn notes(icon: &'static str, text: impl Into<String>) -> Self {
        Self::new(None, icon, text)
    }

    fn new(class: Option<&'static str>, icon: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { class, icon, text }
    }
}

/// The list of them, under a heading if there is one; nothing without a line.
#[component]
pub fn Consequences(
    /// For lines that do not tell by themselves whether they end or stay.
    #[prop(optional)]
    title: Option<&'static str>,
    lines: Vec<Consequence>,
) -> impl IntoView {
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines
        .into_iter()
        .map(|Consequence { class, icon, text }| {
            view! {
                <li class=class>
                    <Icon name=icon />
                    <span>{text}</span>
                </li>
            }
        })
        .collect_view();
    let list = view! { <ul class="effects">{lines}</ul> };
    let Some(title) = title else {
        return list.into_any();
    };
    let id = title.to_lowercase().replace(' ', "-");
    view! {
        <section aria-labelledby=id>
            <h3 id=id.clone()>{title}</h3>
            {list}
        </section>
    }
    .into_any()
}
