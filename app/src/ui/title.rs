//! The document's title.

use leptos::prelude::*;
use leptos_meta::Title;

/// `<title>`. `leptos_meta` writes the text as it is, so that a project named `</title>…` would put its markup into the page.
#[component]
pub fn PageTitle(text: String) -> impl IntoView {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    view! { <Title text /> }
}
