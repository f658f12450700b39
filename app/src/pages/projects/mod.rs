use leptos::prelude::*;

#[component]
pub fn ProjectsPage() -> impl IntoView {}
