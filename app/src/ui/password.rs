//! The password field.

use leptos::prelude::*;

use super::{Control, Field, Icon, use_script};

/// A password, with a button that shows it where there is script.
#[component]
pub fn PasswordField(
    #[prop(into)] label: String,
    name: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let running = use_script();
    let shown = RwSignal::new(false);
    let input = move |control: Control| {
        view! {
            <div class=move || running.get().then_some("input-group")>
                <input
                    class="input"
                    type=move || if shown.get() { "text" } else { "password" }
                    id=control.id
                    name=control.name
                    autocomplete=autocomplete
                    required
                    autofocus=control.autofocus
                    aria-describedby=control.described_by
                    aria-invalid=control.invalid
                />
                {move || running.get().then(|| view! { <ShowPassword shown /> })}
            </div>
        }
    };
    view! { <Field label name hint children=input /> }
}

#[component]
fn ShowPassword(shown: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn icon-only"
            aria-label="Show password"
            aria-pressed=move || if shown.get() { "true" } else { "false" }
            on:click=move |_| shown.update(|shown| *shown = !*shown)
        >
            {move || if shown.get() { view! { <Icon name="eye-off" /> } } else { view! { <Icon name="eye" /> } }}
        </button>
    }
}
