//! What a change does, line by line, before it is done.

use leptos::prelude::*;

use crate::icon::Icon;

/// One consequence, with its icon.
pub struct Effect {
    class: Option<&'static str>,
    icon: &'static str,
    text: String,
}

impl Effect {
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

/// The list of them.
#[component]
pub fn Effects(effects: Vec<Effect>) -> impl IntoView {
    let lines = effects
        .into_iter()
        .map(|Effect { class, icon, text }| {
            view! {
                <li class=class>
                    <Icon name=icon />
                    <span>{text}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="effects">{lines}</ul> }
}
