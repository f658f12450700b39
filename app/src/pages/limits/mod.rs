use leptos::prelude::*;

#[component]
pub fn LimitsPage() -> impl IntoView {}
