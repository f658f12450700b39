use leptos::prelude::*;

#[component]
pub fn KeysPage() -> impl IntoView {}
