use leptos::prelude::*;

#[component]
pub fn SetupPage() -> impl IntoView {}
