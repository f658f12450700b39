//! Addresses that lead nowhere.

use leptos::prelude::*;

use crate::ui::NotFound;

/// The answer to every address without a page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <main class="main" id="main">
            <NotFound />
        </main>
    }
}
