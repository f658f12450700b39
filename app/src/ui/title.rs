//! The document's title.

use leptos::prelude::*;
use leptos_meta::Title;

use super::raw_text;

/// `<title>`.
#[component]
pub fn PageTitle(text: String) -> impl IntoView {
    let text = raw_text(&text);
    view! { <Title text /> }
}
