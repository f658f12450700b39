//! The password field.

use leptos::prelude::*;

use super::{Control, Field};
use crate::islands::PasswordGroup;

/// A password, with a button that shows it where there is script.
#[component]
pub fn PasswordField(
    #[prop(into)] label: String,
    name: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let input = move |control: Control| {
        view! {
            <PasswordGroup field=control.id.clone()>
                <input
                    class="input"
                    type="password"
                    id=control.id
                    name=control.name
                    autocomplete=autocomplete
                    required
                    autofocus=control.autofocus
                    aria-describedby=control.described_by
                    aria-invalid=control.invalid
                />
            </PasswordGroup>
        }
    };
    view! { <Field label name hint children=input /> }
}
