use leptos::prelude::*;

#[component]
pub fn UsagePage() -> impl IntoView {}
